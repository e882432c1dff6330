import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { testImage } from './images/cache.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

/** A folder of links to all programs of this machine but one. */
function toolsWithout(missing: string, folder: string): string {
  fs.mkdirSync(folder)
  for (const from of ['/usr/sbin', '/usr/bin']) {
    for (const name of fs.readdirSync(from)) {
      if (name === missing || fs.existsSync(path.join(folder, name))) continue
      fs.symlinkSync(path.join(from, name), path.join(folder, name))
    }
  }
  return folder
}

test('Tools says which engine is used and why, what is missing, and how to install it', async ({ launch, workFolder }) => {
  const app = await launch({ env: { DISKWRIGHT_TOOL_PATH: toolsWithout('guestfish', path.join(workFolder, 'tools')) } })
  const main = app.page.getByRole('main')
  await new ShellPage(app.page).show('Tools')

  const used = main.getByRole('row', { name: /^User-Mode Linux/ })
  await expect(used).toContainText('in use')
  await expect(used).toContainText('works')
  await expect(used).toContainText(/Linux \d+\.\d+/)

  const engine = main.getByRole('row', { name: /^libguestfs appliance/ })
  await expect(engine).toContainText('does not work')
  await expect(engine).toContainText('guestfish')
  await expect(engine).not.toContainText('in use')

  const tool = main.getByRole('row', { name: /^guestfish/ })
  await expect(tool).toContainText('not installed')
  await expect(tool).toContainText('libguestfs-tools')
  expect(await app.accessibilityViolations()).toEqual([])
  await tool.getByRole('button', { name: 'Copy command' }).click()
  await expect(tool.getByRole('button', { name: 'Copied' })).toBeVisible()
  const copied = await app.clipboardText()
  expect(copied).toContain('libguestfs-tools')
  await expect(tool.getByRole('code').or(tool.locator('code')).first()).toHaveText(copied)
  expect(app.problems).toEqual([])
})

test('the introduction works on the sample image, and is put away for good', async ({ launch, workFolder }) => {
  const samples = path.join(workFolder, 'app/cache/samples')
  fs.mkdirSync(samples, { recursive: true })
  const sample = path.join(samples, 'sample-bootable.qcow2')
  fs.copyFileSync(await testImage('bootable'), sample)
  const before = fs.readFileSync(sample)

  const app = await launch()
  const { page } = app
  const shell = new ShellPage(page)
  const workbench = new WorkbenchPage(page)
  const intro = page.getByRole('region', { name: 'Three steps on the sample image' })

  await test.step('it is there on the first start', async () => {
    await expect(intro).toBeVisible()
    await expect(intro.getByRole('button', { name: 'Save as new image…' })).toBeDisabled()
    expect(await app.accessibilityViolations()).toEqual([])
  })

  await test.step('1: see how it boots', async () => {
    await intro.getByRole('button', { name: 'Open the sample' }).click()
    await expect(workbench.entry('Diskwright sample')).toBeVisible()
    await shell.show('Home')
    await expect(intro.getByRole('img', { name: 'Step 1, done' })).toBeVisible()
  })

  await test.step('2: change a kernel argument', async () => {
    await intro.getByRole('button', { name: 'Stage rd.break' }).click()
    await expect(workbench.chip(workbench.entry('Diskwright sample'), 'rd.break')).toBeVisible()
    await shell.show('Home')
    await expect(intro.getByRole('img', { name: 'Step 2, done' })).toBeVisible()
  })

  await test.step('3: save it as a new image', async () => {
    await intro.getByRole('button', { name: 'Save as new image…' }).click()
    const dialog = workbench.dialog('as a new image')
    await dialog.start('Save as new image')
    await dialog.succeeded()
    await page.keyboard.press('Escape')
    await expect(intro.getByRole('img', { name: 'Step 3, done' })).toBeVisible()
    expect(fs.readFileSync(sample).equals(before), 'the sample').toBe(true)
  })

  await test.step('put away for good', async () => {
    await intro.getByRole('button', { name: 'Put the introduction away for good' }).click()
    await expect(intro).toBeHidden()
    expect(app.problems).toEqual([])
    await app.quit()
    const again = await launch()
    await expect(again.page.getByRole('heading', { name: 'Recent images' })).toBeVisible()
    await expect(again.page.getByRole('button', { name: 'Try the sample image' })).toBeVisible()
    await expect(again.page.getByRole('region', { name: 'Three steps on the sample image' })).toHaveCount(0)
    expect(again.problems).toEqual([])
  })
})
