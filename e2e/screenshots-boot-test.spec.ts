import fs from 'node:fs'
import path from 'node:path'
import { toolsFolder } from './faults/tools-folder.js'
import { expect, test } from './fixtures.js'
import { BOOTED, BootTestPage } from './pages/boot-test-page.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'
import { type Look, LOOKS, pictureTaker } from './screen-pictures.js'

const USUAL: Look = { theme: 'Light', width: 1280, height: 800 }

/** Pictures of boot tests: one boots, and is shown in each theme and size. */
test('boot tests', async ({ app, copyImage, workFolder }) => {
  test.setTimeout(1_200_000)
  const { page } = app
  const shell = new ShellPage(page)
  const workbench = new WorkbenchPage(page)
  await app.dropFiles([await copyImage('bootable', 'sample-bootable.qcow2')])
  await workbench.addArg(workbench.entry('Diskwright sample'), 'diskwright.edited=1')
  const bootTest = page.getByRole('main').getByRole('button', { name: 'Boot test…' }).first()
  const boots = new BootTestPage(page)
  const { dialog } = boots
  for (const look of LOOKS) {
    const shot = await pictureTaker(app, look)
    await shell.chooseTheme(look.theme)
    await shell.show('Images')
    await workbench.showTab('Boot test')
    await shot('boot-test-none')
    await bootTest.click()
    await expect(dialog).toBeVisible()
    await shot('boot-test-dialog')
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }
  await bootTest.click()
  for (const fold of await dialog.locator('summary').all()) await fold.click()
  await (await pictureTaker(app, LOOKS[0] ?? USUAL))('boot-test-dialog-whole')
  await dialog.getByRole('textbox', { name: 'Memory in MiB' }).fill('512')
  await dialog.getByRole('textbox', { name: 'Kernel arguments for this test alone' }).fill('diskwright.sample=hang')
  await dialog.getByRole('button', { name: 'Run boot test' }).click()
  await expect(boots.rows).toContainText('Waiting for what never comes', { timeout: BOOTED })
  await everyLook('boot-test-running', says('Waiting for what never comes'))
  await boots.show('Screen')
  await everyLook('boot-test-running-screen', isPainted)
  await page.getByRole('main').getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Cancelled').first()).toBeVisible({ timeout: BOOTED })
  await boots.show('Serial console')
  await everyLook('boot-test-cancelled', says('Waiting for what never comes'))

  await runAnother(async () => {
    await dialog.getByRole('textbox', { name: 'Kernel arguments for this test alone' }).fill('')
    await dialog.getByRole('combobox', { name: 'Network' }).click()
    await page.getByRole('option', { name: "This machine's connection" }).click()
    await dialog.getByRole('checkbox', { name: 'Stay on after the verdict' }).check()
  })
  await expect(page.getByText(/^Passed in /)).toBeVisible({ timeout: BOOTED })
  await everyLook('boot-test-stays-on', says('login:'))
  await boots.show('Screen')
  await everyLook('boot-test-screen', isPainted)
  const gone = path.join(workFolder, 'gone')
  fs.mkdirSync(gone)
  await app.answerSaveDialog(path.join(gone, 'sample-kept.qcow2'))
  await page.getByRole('button', { name: 'Keep as new image…' }).click()
  await expect(page.getByRole('button', { name: 'Power off now' })).toBeVisible({ timeout: BOOTED })
  await everyLook('boot-test-closing')
  fs.rmdirSync(gone)
  await page.getByRole('button', { name: 'Power off now' }).click()
  await expect(page.getByRole('button', { name: 'Let it go' })).toBeVisible({ timeout: BOOTED })
  await everyLook('boot-test-not-written')
  await app.answerSaveDialog(path.join(workFolder, 'sample-kept.qcow2'))
  await page.getByRole('button', { name: 'Keep as new image…' }).click()
  await expect(page.getByRole('button', { name: 'Open the kept image' })).toBeVisible({ timeout: BOOTED })
  await everyLook('boot-test-kept')
  await boots.show('Serial console')
  await everyLook('boot-test', says('login:'))

  await runAnother(async () => {
    await dialog.getByRole('textbox', { name: 'Kernel arguments for this test alone' }).fill('diskwright.sample=panic')
    await dialog.getByRole('checkbox', { name: 'Stay on after the verdict' }).uncheck()
  })
  await expect(page.getByText(/^Failed after /)).toBeVisible({ timeout: BOOTED })
  await everyLook('boot-test-failed', says('end Kernel panic'))

  // The edits, with what a recipe asks for beside them
  const recipe = path.join(workFolder, 'for-the-fleet.yaml')
  fs.writeFileSync(
    recipe,
    'diskwright: 1\nname: For the fleet\nedits:\n  - kind: kernel-args\n    entry: "*"\n    changes: [{op: append, arg: quiet}]\nbootTest:\n  platform: aws\n  append: [debug]\n  machine: {memoryBytes: 536870912}\n  expect: {patterns: [diskwright]}\n',
  )
  // The frame of a console takes what comes to it straight away, which no hand can do.
  await app.dropFiles([recipe], page.getByRole('navigation', { name: 'Places' }))
  await expect(page.getByRole('region', { name: 'Boot test of the recipe' })).toBeVisible()
  await everyLook('recipe-boot-test')
  await page.getByRole('button', { name: 'Run this boot test' }).click()
  await expect(page.getByText(/^(Passed in|Failed after) /)).toBeVisible({ timeout: BOOTED })
  await everyLook('recipe-boot-test-verdict')

  function says(text: string): () => Promise<void> {
    return () => expect(boots.rows).toContainText(text, { timeout: BOOTED })
  }

  async function isPainted(): Promise<void> {
    await expect(page.getByRole('button', { name: 'Ctrl + Alt + Del' })).toBeEnabled({ timeout: BOOTED })
  }

  async function runAnother(choose: () => Promise<void>): Promise<void> {
    await page.getByRole('button', { name: 'Another boot test…' }).click()
    await choose()
    await dialog.getByRole('button', { name: 'Run boot test' }).click()
  }

  /** `isThere` waits for what is drawn in a frame, which begins anew each time. */
  async function everyLook(name: string, isThere: () => Promise<void> = async () => {}): Promise<void> {
    for (const look of LOOKS) {
      const shot = await pictureTaker(app, look)
      await shell.chooseTheme(look.theme)
      await shell.show('Images')
      await isThere()
      await shot(name)
    }
  }
})

/** Pictures of what a machine without qemu shows. */
test('no qemu', async ({ launch, copyImage, workFolder }) => {
  const env = { DISKWRIGHT_TOOL_PATH: await toolsFolder(path.join(workFolder, 'tools'), { without: ['qemu-system-x86_64'] }) }
  const app = await launch({ env })
  const { page } = app
  const shell = new ShellPage(page)
  await app.dropFiles([await copyImage('bootable', 'sample-bootable.qcow2')])
  const boots = new BootTestPage(page)
  await boots.run('never seen')
  await expect(page.getByText('Ended without a verdict')).toBeVisible()
  for (const look of LOOKS) {
    const shot = await pictureTaker(app, look)
    await shell.chooseTheme(look.theme)
    await shell.show('Images')
    await shot('boot-test-no-qemu')
  }
})
