import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { HealthPage } from './pages/health-page.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

const ESP = 'The EFI system partition has the wrong type'
const ENTRY = 'Oracle Linux Server 8.10 (ostree:0)'

test('what keeps it from booting is found, mended with one click, reviewed, saved, and then it passes', async ({
  app,
  copyImage,
  cli,
  workFolder,
}) => {
  const workbench = new WorkbenchPage(app.page)
  const health = new HealthPage(app.page)
  await app.dropFiles([await copyImage('ock', 'boot 1.31.qcow2')])

  await test.step('the badge counts what the tab shows', async () => {
    await expect(health.tab()).toHaveAccessibleName(/^Health 3/)
    await health.show()
    await expect(health.verdict()).toContainText(/^\d+ of \d+ checks pass for libvirt \/ QEMU$/)
    await expect(health.section('Errors').getByRole('article')).toHaveCount(1)
    await expect(health.finding(ESP)).toContainText('partition 1 (vfat (FAT32), 244 MiB)')
    expect(await app.accessibilityViolations(), 'Health tab').toEqual([])
  })

  await test.step('another platform wants other arguments; all that it wants is staged at once', async () => {
    await health.choosePlatform('VMware ESXi / vSphere')
    await expect(health.verdict()).toContainText('for VMware ESXi / vSphere')
    await expect(health.finding(/Ignition does not look where VMware/)).toBeVisible()
    await app.page.getByRole('button', { name: /^Stage all \d+ fixes$/ }).click()
    await expect(health.finding(/Ignition does not look where VMware/)).toContainText('Fix staged')
    await health
      .finding(/Ignition does not look where VMware/)
      .getByRole('button', { name: /^Undo fix/ })
      .click()
    await expect(health.finding(/Ignition does not look where VMware/).getByRole('button', { name: /^Stage fix/ })).toBeVisible()
    await health.choosePlatform('Any platform')
  })

  await test.step('the finding is gone, and can be undone in its place', async () => {
    await expect(health.finding(ESP)).toContainText('Fix staged')
    await expect(health.section('Errors')).toContainText('1 fixed by staged edits')
    await expect(health.verdict()).toHaveText(/^All \d+ checks pass/)
    await expect(health.tab()).toHaveAccessibleName('Health')
    await health
      .finding(ESP)
      .getByRole('button', { name: /^Undo fix/ })
      .click()
    await expect(health.tab()).toHaveAccessibleName(/^Health 1/)
    await health.finding(ESP).getByRole('button', { name: 'Stage fix: Set the type to EFI system' }).click()
    await expect(health.verdict()).toHaveText(/^All \d+ checks pass/)
    expect(await app.accessibilityViolations(), 'with a staged fix').toEqual([])
    await app.page.getByRole('button', { name: 'Copy report' }).click()
    await expect.poll(() => app.clipboardText()).toContain('boot 1.31.qcow2\nAll ')
  })

  await test.step('the Edits tab shows the change of the disk', async () => {
    await app.page.getByRole('button', { name: 'Review 1 staged edit' }).click()
    await expect(app.page.getByRole('main').getByText('Partition type')).toBeVisible()
  })

  await test.step('saved as a new image and opened, it passes', async () => {
    const dialog = await workbench.openSaveDialog()
    await dialog.start('Save as new image')
    await dialog.succeeded()
    await dialog.root.getByRole('button', { name: /^Open/ }).click()
    await expect(workbench.title('boot 1.31-edited.qcow2')).toBeVisible()
    await health.show()
    await health.choosePlatform('Any platform')
    await expect(health.verdict()).toHaveText(/^All \d+ checks pass/)
    await expect(health.finding(ESP)).toHaveCount(0)
    await health.showPasses()
    await expect(health.finding('EFI system partition has its type')).toBeVisible()
  })

  const report = JSON.parse(cli('health', '--json', path.join(workFolder, 'boot 1.31-edited.qcow2'))) as { counts: { error: number } }
  expect(report.counts.error).toBe(0)
})

test('a recipe is exported, dropped on another image, and refused with the difference where it does not fit', async ({
  app,
  copyImage,
  workFolder,
}) => {
  const workbench = new WorkbenchPage(app.page)
  const health = new HealthPage(app.page)
  const recipe = path.join(workFolder, 'for-vmware.yaml')
  const [first, second] = [await copyImage('ock', 'first.qcow2'), await copyImage('ock', 'second.qcow2')]

  await test.step('export', async () => {
    await app.dropFiles([first])
    await workbench.replaceArg(workbench.entry(ENTRY), 'ignition.platform.id=qemu', 'ignition.platform.id=vmware')
    await health.show()
    await health
      .finding(ESP)
      .getByRole('button', { name: /^Stage fix/ })
      .click()
    await expect(health.finding(ESP)).toContainText('Fix staged')
    await app.answerSaveDialog(recipe)
    await new ShellPage(app.page).searchPalette('export as', /^Export as recipe/)
    await app.page.keyboard.press('Enter')
    await expect(app.page.getByText('Recipe saved: for-vmware.yaml')).toBeVisible()
    expect(fs.readFileSync(recipe, 'utf8')).toContain('set-partition-type')
  })

  await test.step('dropped on an image that shows, it is staged there', async () => {
    await app.dropFiles([second])
    await expect(workbench.entry(ENTRY)).toBeVisible()
    await app.dropFiles([recipe])
    await expect(app.page.getByText(/^2 edits on second\.qcow2\./)).toBeVisible()
    await expect(app.page.getByRole('main').getByText('Partition type')).toBeVisible()
    await expect(workbench.stagedEdits()).toHaveCount(2)
  })

  await test.step('on an image that is otherwise, the difference is shown and another one is offered', async () => {
    const debian = await copyImage('debian')
    await app.dropFiles([debian])
    await expect(workbench.title('debian.qcow2')).toBeVisible()
    await app.dropFiles([recipe])
    const dialog = app.page.getByRole('dialog', { name: /Stage a recipe/ })
    await expect(dialog.getByRole('alert')).toContainText(/It does not fit debian\.qcow2: \d differences?\. Nothing was staged\./)
    await expect(dialog.getByRole('alert')).toContainText(/expected .*, found /)
    expect(await app.accessibilityViolations(), 'recipe that does not fit').toEqual([])
    await dialog.getByRole('button', { name: 'Do not stage it' }).click()
    await workbench.showTab('Edits')
    await expect(app.page.getByText('Nothing is staged')).toBeVisible()
  })
})

test('a recipe without an open image says what comes first, and is staged when that is done', async ({ app, copyImage, workFolder }) => {
  const workbench = new WorkbenchPage(app.page)
  const recipe = path.join(workFolder, 'label.yml')
  fs.writeFileSync(
    recipe,
    'diskwright: 1\nname: Partition type\nedits:\n  - kind: set-partition-type\n    partition: 1\n    type: C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nbootTest:\n  expect:\n    patterns: [^ready$]\n',
  )
  const image = await copyImage('ock', 'later.qcow2')
  await app.dropFiles([recipe])
  const dialog = app.page.getByRole('dialog', { name: /Stage a recipe: label\.yml/ })
  await expect(dialog).toContainText('Open the one it is for first')
  await expect(dialog.getByRole('region', { name: 'Boot test' })).toContainText('^ready$')
  await dialog.getByRole('checkbox', { name: 'Run its boot test once it is staged' }).uncheck()
  expect(await app.accessibilityViolations(), 'recipe without an image').toEqual([])
  await app.answerOpenDialog([image])
  await dialog.getByRole('button', { name: 'Open image…' }).click()
  await expect(workbench.title('later.qcow2')).toBeVisible()
  await expect(workbench.stagedEdits()).toHaveCount(1)
  await expect(app.page.getByRole('region', { name: 'Boot test of the recipe' })).toContainText('^ready$')
  expect(await app.accessibilityViolations(), 'recipe with a boot test').toEqual([])

  const broken = path.join(workFolder, 'broken.yaml')
  fs.writeFileSync(broken, 'diskwright: 1\nedits: []\n')
  await app.dropFiles([broken])
  await expect(app.page.getByRole('dialog').getByRole('alert')).toContainText('not a recipe')
})
