import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { BOOTED, BootTestPage } from './pages/boot-test-page.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

test('an edited argument is seen in the guest before anything is saved', async ({ app, copyImage, workFolder }) => {
  test.setTimeout(2 * BOOTED)
  const { page } = app
  const workbench = new WorkbenchPage(page)
  const image = await copyImage('bootable', 'sample.qcow2')
  const before = fs.readFileSync(image)
  await app.dropFiles([image])
  await workbench.addArg(workbench.entry('Diskwright sample'), 'diskwright.edited=1')
  const boots = new BootTestPage(page)
  const { rows: console, verdict } = boots
  const dialog = page.getByRole('dialog', { name: 'Boot test of sample.qcow2' })

  await test.step('the form is ready to run, with what is staged', async () => {
    await workbench.showTab('Boot test')
    await expect(page.getByText('Not booted yet')).toBeVisible()
    await workbench.showTab('Edits')
    await page.getByRole('button', { name: 'Boot test with these edits…' }).click()
    await expect(dialog).toContainText('Boots the image with its staged edit')
    await expect(dialog.getByRole('checkbox', { name: "The kernel's command line has the edited arguments" })).toBeChecked()
    await expect(dialog.getByRole('button', { name: 'Run boot test' })).toBeEnabled()
    expect(await app.accessibilityViolations(), 'dialog').toEqual([])
    await dialog.getByRole('textbox', { name: 'And lines that match' }).fill('(')
    await expect(dialog.getByRole('button', { name: 'Run boot test' })).toBeDisabled()
    await dialog.getByRole('textbox', { name: 'And lines that match' }).fill('diskwright\\.edited=1$')
    await dialog.getByRole('textbox', { name: 'Memory in MiB' }).fill('512')
    await dialog.getByRole('textbox', { name: 'CPUs' }).fill('1')
    await dialog.getByRole('checkbox', { name: /^Stay on/ }).check()
    await dialog.getByRole('button', { name: 'Run boot test' }).click()
  })

  await test.step('it passes, and the console shows the argument', async () => {
    await expect(page.getByRole('tab', { name: 'Boot test', selected: true })).toBeVisible()
    await expect(page.getByText(/^Passed in /)).toBeVisible({ timeout: BOOTED })
    await expect(console).toContainText('diskwright.edited=1')
    await expect(console).toContainText('login:')
  })

  await test.step('the pointer on its screen is the pointer in the guest', async () => {
    await boots.type('!pointer\n')
    await expect(console).toContainText('listens to event', { timeout: BOOTED })
    await boots.show('Screen')
    await expect(page.getByRole('button', { name: 'Ctrl + Alt + Del' })).toBeEnabled({ timeout: BOOTED })
    await boots.screen.locator('canvas').hover()
    await boots.show('Serial console')
    // Its middle, of 0x7fff: EV_ABS 3, ABS_X 0 and ABS_Y 1
    await expect(console).toContainText(/0003 0000 0000(3f|40)[0-9a-f]{2}/, { timeout: BOOTED })
    await expect(console).toContainText(/0003 0001 0000(3f|40)[0-9a-f]{2}/)
  })

  await test.step('switched off, its verdict stands with what it was found by', async () => {
    await page.getByRole('button', { name: 'Switch off' }).click()
    await expect(verdict.getByText('What qemu was started with')).toBeVisible({ timeout: BOOTED })
    const evidence = verdict.getByRole('list', { name: 'Evidence' })
    await expect(evidence.getByRole('listitem')).toHaveCount(3)
    await expect(evidence).toContainText('diskwright.edited=1')
    await expect(verdict.getByRole('list', { name: 'Stages of the boot' })).toContainText(/Firmware.*Boot loader.*Kernel.*Login/)
    await verdict.getByText('What qemu was started with').click()
    await expect(verdict).toContainText('qemu-system-x86_64')
    expect(await app.accessibilityViolations(), 'verdict').toEqual([])
  })

  await test.step('the verdict stands with the image as long as nothing else is staged', async () => {
    const badge = page.getByRole('button', { name: /^Boots: passed/ })
    await expect(badge).toBeVisible()
    await page.keyboard.press('Control+Z')
    await expect(badge).toHaveCount(0)
    await expect(page.getByText('The image or its edits have changed since')).toBeVisible()
    await page.keyboard.press('Control+Shift+Z')
    await expect(badge).toBeVisible()
  })

  await test.step('a recipe of the edits asks for the same test, when it is wanted', async () => {
    const recipe = path.join(workFolder, 'sample.yaml')
    await new ShellPage(page).searchPalette('export as', /^Export as recipe/)
    await page.keyboard.press('Enter')
    const asking = page.getByRole('dialog', { name: 'Export as recipe: sample.qcow2' })
    await expect(asking.getByRole('checkbox', { name: /^With the last boot test of them: Passed in / })).toBeChecked()
    expect(await app.accessibilityViolations(), 'export').toEqual([])
    await app.answerSaveDialog(recipe)
    await asking.getByRole('button', { name: 'Export as recipe…' }).click()
    await expect(page.getByText('Recipe saved: sample.yaml')).toBeVisible()
    expect(fs.readFileSync(recipe, 'utf8')).toMatch(/^bootTest:[^]*diskwright\\.edited=1\$/m)
  })

  await test.step('the log is kept, and the job leads back to it', async () => {
    const copy = path.join(workFolder, 'copy.log')
    await app.answerSaveDialog(copy)
    await page.getByRole('button', { name: 'Save serial log…' }).click()
    await expect.poll(() => fs.existsSync(copy) && fs.readFileSync(copy, 'utf8')).toContain('diskwright.edited=1')
    await new ShellPage(page).show('Jobs')
    await page.getByRole('button', { name: 'Show boot test' }).click()
    await expect(page.getByText(/^Passed in /)).toBeVisible()
  })

  expect(fs.readFileSync(image).equals(before), 'the image is as it was').toBe(true)
})
