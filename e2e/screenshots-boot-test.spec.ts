import { expect, test } from './fixtures.js'
import { BOOTED, BootTestPage } from './pages/boot-test-page.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'
import { type Look, LOOKS, pictureTaker } from './screen-pictures.js'

const USUAL: Look = { theme: 'Light', width: 1280, height: 800 }

/** Pictures of boot tests: one boots, and is shown in each theme and size. */
test('boot tests', async ({ app, copyImage }) => {
  test.setTimeout(600_000)
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
    await shot('boot-test-dialog')
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }
  await bootTest.click()
  for (const fold of await dialog.locator('summary').all()) await fold.click()
  await (await pictureTaker(app, LOOKS[0] ?? USUAL))('boot-test-dialog-whole')
  await dialog.getByRole('textbox', { name: 'Memory in MiB' }).fill('512')
  await dialog.getByRole('combobox', { name: 'Network' }).click()
  await page.getByRole('option', { name: "This machine's connection" }).click()
  await dialog.getByRole('checkbox', { name: 'Stay on after the verdict' }).check()
  await dialog.getByRole('button', { name: 'Run boot test' }).click()
  await expect(boots.progress).toContainText('Kernel', { timeout: BOOTED })
  await (await pictureTaker(app, LOOKS[0] ?? USUAL))('boot-test-running')
  await expect(page.getByText(/^Passed in /)).toBeVisible({ timeout: BOOTED })
  await everyLook('boot-test-stays-on')
  await boots.show('Screen')
  await expect(page.getByRole('button', { name: 'Ctrl + Alt + Del' })).toBeEnabled({ timeout: BOOTED })
  await everyLook('boot-test-screen')
  await page.getByRole('button', { name: 'Switch off' }).click()
  await expect(page.getByText('The machine has ended. Its last picture.')).toBeVisible({ timeout: BOOTED })
  await boots.show('Serial console')
  await everyLook('boot-test')
  await page.getByRole('button', { name: 'Another boot test…' }).click()
  await dialog.getByRole('textbox', { name: 'Kernel arguments for this test alone' }).fill('diskwright.sample=panic')
  await dialog.getByRole('button', { name: 'Run boot test' }).click()
  await expect(page.getByText(/^Failed after /)).toBeVisible({ timeout: BOOTED })
  await everyLook('boot-test-failed')

  async function everyLook(name: string): Promise<void> {
    for (const look of LOOKS) {
      const shot = await pictureTaker(app, look)
      await shell.chooseTheme(look.theme)
      await shell.show('Images')
      await shot(name)
    }
  }
})
