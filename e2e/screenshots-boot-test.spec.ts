import { expect, test } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'
import { LOOKS, pictureTaker } from './screen-pictures.js'

/** Pictures of boot tests: one boots, and is shown in each theme and size. */
test('boot tests', async ({ app, copyImage }) => {
  test.setTimeout(600_000)
  const { page } = app
  const shell = new ShellPage(page)
  const workbench = new WorkbenchPage(page)
  await app.dropFiles([await copyImage('bootable', 'sample-bootable.qcow2')])
  await workbench.addArg(workbench.entry('Diskwright sample'), 'diskwright.edited=1')
  const bootTest = page.getByRole('main').getByRole('button', { name: 'Boot test…' }).first()
  const dialog = page.getByRole('dialog', { name: /^Boot test of/ })
  for (const look of LOOKS) {
    const shot = await pictureTaker(app, look)
    await shell.chooseTheme(look.theme)
    await shell.show('Images')
    await workbench.showTab('Boot test')
    await shot('boot-test-none')
    await bootTest.click()
    await shot('boot-test-dialog')
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }
  await bootTest.click()
  await dialog.getByRole('textbox', { name: 'Memory in MiB' }).fill('512')
  await dialog.getByRole('button', { name: 'Run boot test' }).click()
  const rows = page.frameLocator('iframe[title="Serial console of the guest"]').locator('.xterm-rows')
  await expect(rows).toContainText('Linux version', { timeout: 300_000 })
  await (await pictureTaker(app, LOOKS[0] ?? { theme: 'Light', width: 1280, height: 800 }))('boot-test-running')
  await expect(page.getByText(/^Passed in /)).toBeVisible({ timeout: 300_000 })
  for (const look of LOOKS) {
    const shot = await pictureTaker(app, look)
    await shell.chooseTheme(look.theme)
    await shell.show('Images')
    await shot('boot-test')
  }
})
