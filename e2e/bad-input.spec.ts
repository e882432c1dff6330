import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { WorkbenchPage } from './pages/workbench-page.js'

test('files that are no images say what is wrong, what was not changed, and what to do', async ({ app, workFolder }) => {
  const workbench = new WorkbenchPage(app.page)
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['empty.qcow2', Buffer.alloc(0), /empty/i],
    [
      'noise.vmdk',
      Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * index * 31) & 0xff)),
      /not .*(recognized|disk image)|no disk image|unknown/i,
    ],
    ['letter.txt', Buffer.from('Dear reader,\n'.repeat(100)), /not .*(recognized|disk image)|no disk image|unknown|text/i],
  ]
  for (const [name, content, words] of cases) {
    const file = path.join(workFolder, name)
    fs.writeFileSync(file, content)
    await app.dropFiles([file])
    await expect(workbench.title(name).or(app.page.getByRole('alert').first()).first(), name).toBeVisible()
    await expect(app.page.getByRole('alert').first(), name).toContainText(words)
    expect(await app.accessibilityViolations(), name).toEqual([])
    expect(fs.readFileSync(file).equals(content)).toBe(true)
  }
})

test('an image whose backing file lies elsewhere is refused before anything opens it', async ({ app, workFolder }) => {
  const secret = path.join(workFolder, 'secret')
  fs.writeFileSync(secret, 'CANARY\n'.repeat(5000))
  const folder = path.join(workFolder, 'images')
  fs.mkdirSync(folder)
  const image = path.join(folder, 'names-a-secret.qcow2')
  const header = Buffer.alloc(65_536)
  header.write('QFI\xfb', 0, 'latin1')
  header.writeUInt32BE(2, 4)
  header.writeBigUInt64BE(512n, 8)
  header.writeUInt32BE(secret.length, 16)
  header.writeUInt32BE(16, 20)
  header.writeBigUInt64BE(16_777_216n, 24)
  header.writeUInt32BE(1, 36)
  header.writeBigUInt64BE(65_536n, 40)
  header.writeBigUInt64BE(65_536n, 48)
  header.writeUInt32BE(1, 56)
  header.write(secret, 512)
  fs.writeFileSync(image, Buffer.concat([header, Buffer.alloc(65_536)]))
  await app.dropFiles([image])
  await expect(app.page.getByRole('alert').first()).toContainText(/refers to|refused|names/i)
  expect(await app.page.locator('body').innerText()).not.toContain('CANARY')
})

test('an image without boot entries says so and still converts', async ({ app, workFolder }) => {
  const image = path.join(workFolder, 'blank.raw')
  fs.writeFileSync(image, Buffer.alloc(4 << 20))
  const workbench = new WorkbenchPage(app.page)
  await app.dropFiles([image])
  await expect(workbench.title('blank.raw')).toBeVisible()
  await expect(app.page.getByRole('main')).toContainText(/no boot entries/i)
  expect(await app.accessibilityViolations()).toEqual([])
  const dialog = await workbench.openConvertDialog()
  await dialog.start('Convert')
  await dialog.succeeded()
  expect(fs.existsSync(path.join(workFolder, 'blank.vmdk'))).toBe(true)
})

test('several files at once, with names that break careless tools, each opens in a tab of its own', async ({ app, copyImage }) => {
  const names = ['with space.qcow2', `it's "quoted".qcow2`, '-leading-dash.qcow2', 'two\nlines.qcow2', '<b>bold<b>.qcow2']
  const files = await Promise.all(names.map((name) => copyImage('no-table', name)))
  await app.dropFiles(files)
  const tabs = app.page.getByRole('navigation', { name: 'Open images' }).getByRole('listitem')
  await expect(tabs).toHaveCount(names.length)
  await expect(app.page.getByRole('main').getByRole('article').first()).toBeVisible()
  expect(await app.page.locator('b').count()).toBe(0)
})

test('an image that vanished is said to be missing, and can be taken off the list', async ({ app, shell, copyImage }) => {
  const image = await copyImage('no-table', 'short lived.qcow2')
  const workbench = new WorkbenchPage(app.page)
  await app.dropFiles([image])
  await expect(workbench.title('short lived.qcow2')).toBeVisible()
  await expect(app.page.getByRole('main').getByRole('article').first()).toBeVisible()
  fs.rmSync(image)
  await app.page.getByRole('button', { name: 'Close short lived.qcow2' }).click()
  await shell.show('Home')
  const row = app.page.getByRole('row').filter({ hasText: 'short lived.qcow2' })
  await expect(row).toContainText(/missing|gone|not found/i)
  await row.getByRole('button', { name: /remove/i }).click()
  await expect(row).toHaveCount(0)
})

test('a state folder that cannot be written to is said, and images still open', async ({ launch, copyImage, workFolder }) => {
  const image = await copyImage('no-table')
  const blocked = path.join(workFolder, 'blocked')
  fs.writeFileSync(blocked, 'a file where a folder is wanted')
  const app = await launch({ env: { DISKWRIGHT_CONFIG_DIR: path.join(blocked, 'config') } })
  await expect(app.page.getByRole('main')).toContainText('cannot keep its own files')
  await app.dropFiles([image])
  await expect(app.page.getByRole('main').getByRole('article').first()).toBeVisible()
})
