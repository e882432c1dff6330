import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { WorkbenchPage } from './pages/workbench-page.js'

const DEFAULT_ENTRY = 'Oracle Linux Server 8.10 (ostree:0)'

function sha256(file: string): string {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex')
}

function argsIn(listing: string): string[] {
  const { entries } = JSON.parse(listing) as { entries: { isDefault: boolean; args: string[] }[] }
  return entries.find((entry) => entry.isDefault)?.args ?? []
}

test('open, change how it boots, review, save without touching the source, convert to VMDK', async ({
  app,
  copyImage,
  cli,
  workFolder,
}) => {
  const image = await copyImage('ock', 'boot 1.31.qcow2')
  const before = sha256(image)
  const workbench = new WorkbenchPage(app.page)

  await test.step('drop the file: the boot entries are there', async () => {
    await app.dropFiles([image])
    await expect(workbench.title('boot 1.31.qcow2')).toBeVisible()
    await expect(workbench.entry(DEFAULT_ENTRY)).toContainText('default')
    expect(await app.accessibilityViolations(), 'Boot tab').toEqual([])
  })

  const entry = workbench.entry(DEFAULT_ENTRY)
  await workbench.replaceArg(entry, 'ignition.platform.id=qemu', 'ignition.platform.id=vmware')
  await workbench.addArg(entry, 'console=tty0')
  await expect(workbench.commandLine()).toHaveValue(/ignition\.platform\.id=vmware.*console=tty0$/)
  expect(await app.accessibilityViolations(), 'Boot tab with staged edits').toEqual([])

  await test.step('review the difference', async () => {
    await workbench.showTab('Edits')
    await expect(app.page.getByRole('listitem').filter({ hasText: /Replace.*ignition\.platform\.id=qemu.*vmware/ })).toBeVisible()
    await expect(app.page.getByText('/loader.1/entries/ostree-1-ock.conf').first()).toBeVisible()
    await expect(app.page.locator('.cm-content').nth(1)).toContainText('console=tty0')
    expect(await app.accessibilityViolations(), 'Edits tab').toEqual([])
  })

  await test.step('save as a new image', async () => {
    const dialog = await workbench.openSaveDialog()
    await expect(dialog.root.getByText('boot 1.31-edited.qcow2', { exact: true })).toBeVisible()
    expect(await app.accessibilityViolations(), 'save dialog').toEqual([])
    await dialog.start('Save as new image')
    await dialog.succeeded()
    await expect(dialog.root).toContainText('identical')
    expect(await app.accessibilityViolations(), 'saved').toEqual([])
    await dialog.root.getByRole('button', { name: /^Open/ }).click()
    await expect(workbench.title('boot 1.31-edited.qcow2')).toBeVisible()
    await expect(app.page.getByRole('main').getByText('vmware', { exact: true })).toBeVisible()
  })

  await test.step('convert it, with verification', async () => {
    const dialog = await workbench.openConvertDialog()
    await dialog.chooseFormat('VMDK', 'Stream-optimized')
    await expect(dialog.root.getByRole('button', { name: 'Convert', exact: true })).toBeEnabled()
    expect(await app.accessibilityViolations(), 'convert dialog').toEqual([])
    await dialog.start('Convert')
    await dialog.succeeded()
    await expect(dialog.root).toContainText('identical')
  })

  const edited = path.join(workFolder, 'boot 1.31-edited.qcow2')
  const vmdk = fs.readdirSync(workFolder).find((name) => name.endsWith('.vmdk'))
  expect(argsIn(cli('boot', 'list', '--json', edited))).toEqual(
    argsIn(cli('boot', 'list', '--json', image))
      .map((arg) => (arg === 'ignition.platform.id=qemu' ? 'ignition.platform.id=vmware' : arg))
      .concat('console=tty0'),
  )
  expect(argsIn(cli('boot', 'list', '--json', path.join(workFolder, vmdk ?? 'none'))).at(-1)).toBe('console=tty0')
  expect(sha256(image), 'the source').toBe(before)
  expect(fs.readdirSync(workFolder).filter((name) => name.startsWith('.'))).toEqual([])
})

test('undo, redo, edit as text, and nothing staged by what cannot be parsed', async ({ app, copyImage }) => {
  const workbench = new WorkbenchPage(app.page)
  await app.dropFiles([await copyImage('ock')])
  const entry = workbench.entry(DEFAULT_ENTRY)
  await workbench.addArg(entry, 'rd.break')
  await app.page.keyboard.press('Escape')
  await app.page.getByRole('tab', { name: /^Boot(?! test)/ }).focus()
  await app.page.keyboard.press('Control+Z')
  await expect(workbench.chip(entry, 'rd.break')).toHaveCount(0)
  await app.page.keyboard.press('Control+Shift+Z')
  await expect(workbench.chip(entry, 'rd.break')).toBeVisible()

  await workbench.commandLine().fill('root=/dev/sda1 console=ttyS0 console=tty0 quiet')
  await expect(workbench.chip(entry, 'quiet')).toBeVisible()
  await expect(entry).toContainText('becomes /dev/console')
  await workbench.commandLine().fill('root="unclosed')
  await expect(app.page.getByText(/Not staged\.$/)).toBeVisible()
  await expect(workbench.chip(entry, 'quiet')).toBeVisible()
})

test('save in place asks first, and keeps the original as a backup', async ({ app, copyImage, cli, workFolder }) => {
  const image = await copyImage('ock', 'in place.qcow2')
  const before = sha256(image)
  const workbench = new WorkbenchPage(app.page)
  await app.dropFiles([image])
  await workbench.addArg(workbench.entry(DEFAULT_ENTRY), 'quiet')
  await workbench.showTab('Edits')
  await app.page.getByRole('button', { name: 'Save in place…' }).click()
  const dialog = workbench.dialog('in place')
  await expect(dialog.root).toContainText('backup')
  expect(await app.accessibilityViolations()).toEqual([])
  await dialog.root.getByRole('checkbox').last().check()
  await dialog.root.getByRole('button', { name: /^Save in place/ }).click()
  await dialog.succeeded()
  expect(argsIn(cli('boot', 'list', '--json', image)).at(-1)).toBe('quiet')
  const backup = fs.readdirSync(workFolder).find((name) => name.startsWith('in place.qcow2.backup-'))
  expect(sha256(path.join(workFolder, backup ?? 'none'))).toBe(before)
})

test('a conversion that is cancelled leaves nothing, and the history says so', async ({ app, shell, workFolder }) => {
  const image = path.join(workFolder, 'large.raw')
  fs.writeFileSync(image, Buffer.alloc(0))
  const handle = fs.openSync(image, 'r+')
  const noise = Buffer.from(Array.from({ length: 1 << 20 }, (_, index) => (index * 7919 * (index >> 3)) & 0xff))
  for (let mib = 0; mib < 700; mib += 1) {
    noise.writeUInt32LE(mib, 0)
    // The first sector looks like one that boots, or nobody would take the file for a disk.
    if (mib === 0) noise.writeUInt16LE(0xaa55, 510)
    fs.writeSync(handle, noise)
  }
  fs.closeSync(handle)
  const workbench = new WorkbenchPage(app.page)
  await app.dropFiles([image])
  await expect(workbench.title('large.raw')).toBeVisible()
  const dialog = await workbench.openConvertDialog()
  await dialog.chooseFormat('qcow2', 'Version 3, compressed')
  await dialog.start('Convert')
  await expect(dialog.root.getByRole('progressbar').first()).toBeVisible()
  await dialog.root
    .getByRole('button', { name: /^Cancel/ })
    .first()
    .click()
  await expect(dialog.root.getByText('Cancelled', { exact: true }).first()).toBeVisible()
  expect(fs.readdirSync(workFolder).filter((name) => name.includes('.part') || name.endsWith('.qcow2'))).toEqual([])
  await app.page.keyboard.press('Escape')
  await shell.show('Jobs')
  await expect(app.page.getByRole('main').getByText('Convert large.raw to qcow2').first()).toBeVisible()
  await expect(
    app.page
      .getByRole('main')
      .getByText(/^cancelled/i)
      .first(),
  ).toBeVisible()
  expect(await app.accessibilityViolations()).toEqual([])
})
