import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { FilesPage } from './pages/files-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

test('browse the system, edit, add by drop, rename, remove, undo; save as a new image, and find it all there', async ({
  app,
  cli,
  copyImage,
  workFolder,
}) => {
  const image = await copyImage('ock', 'files 1.qcow2')
  const { page } = app
  const workbench = new WorkbenchPage(page)
  const files = new FilesPage(page)
  await app.dropFiles([image])
  await files.show()

  await test.step('the tree of the system, mounts in it', async () => {
    await expect(files.row('boot')).toContainText('partition 2')
    expect(await app.accessibilityViolations(), 'Files tab').toEqual([])
    await files.openFolder('boot', 'loader', 'entries')
    await expect(files.row('ostree-1-ock.conf')).toBeVisible()
    await page.getByRole('navigation', { name: 'Folder' }).getByRole('button', { name: '/', exact: true }).click()
    await files.openFolder('etc')
    await expect(files.row('os-release')).toContainText('→ ../usr/lib/os-release')
  })

  await test.step('edit a text: asked before it is lost, then staged', async () => {
    await files.open('fstab')
    await expect(files.editor()).toContainText('LABEL=EFI-SYSTEM')
    await page.keyboard.press('Control+End')
    await page.keyboard.type('# by hand')
    await page.keyboard.press('Escape')
    await expect(page.getByText('What you typed is not staged.')).toBeVisible()
    await page.getByRole('button', { name: 'Keep editing' }).click()
    expect(await app.accessibilityViolations(), 'editor').toEqual([])
    await page.getByRole('button', { name: 'Stage change' }).click()
    await expect(files.row('fstab')).toContainText('changed')
  })

  await test.step('add by drop: a file and a folder, nothing is opened as an image', async () => {
    const folder = path.join(workFolder, 'conf.d')
    fs.mkdirSync(folder)
    fs.writeFileSync(path.join(folder, 'ünï code.conf'), 'x=1\n')
    fs.writeFileSync(path.join(workFolder, 'motd'), 'hello\n')
    await app.dropFiles([path.join(workFolder, 'motd'), folder], files.grid)
    await expect(files.row('motd')).toContainText('new')
    await expect(files.row('conf.d')).toContainText('new')
    await expect(page.getByText('Drop images to open them')).toHaveCount(0)
    await expect(workbench.title('files 1.qcow2')).toBeVisible()
    await files.openFolder('conf.d')
    await expect(files.row('ünï code.conf')).toBeVisible()
    await files.grid.press('Backspace')
  })

  await test.step('rename, remove, put back, undo', async () => {
    await files.rename('machine-id', 'machine-id.bak')
    await files.row('os-release').click()
    await page.keyboard.press('Delete')
    await expect(files.row('os-release')).toContainText('removed')
    await files.toolbar('Put back').click()
    await expect(files.row('os-release')).not.toContainText('removed')
    await files.openFolder('default')
    await files.row('grub').click()
    await files.toolbar('Remove').click()
    await expect(files.row('grub')).toContainText('removed')
    await page.keyboard.press('Control+Z')
    await expect(files.row('grub')).not.toContainText('removed')
    await page.keyboard.press('Control+Shift+Z')
    await expect(files.row('grub')).toContainText('removed')
  })

  await test.step('the Edits tab has all of it', async () => {
    await workbench.showTab('Edits')
    await expect(workbench.stagedEdits()).toHaveCount(6)
    await expect(page.getByRole('main')).toContainText('# by hand')
  })

  const output = path.join(workFolder, 'with files.qcow2')
  await test.step('save as a new image', async () => {
    await app.answerSaveDialog(output)
    const save = await workbench.openSaveDialog()
    await save.root.getByRole('button', { name: /choose another place/ }).click()
    await save.start('Save as new image')
    await save.succeeded()
  })

  await test.step('it is all in the file', () => {
    const cat = (file: string) => cli('files', 'cat', output, file)
    expect(cat('/etc/fstab')).toMatch(/# by hand$/)
    expect(cat('/etc/motd')).toBe('hello\n')
    expect(cat('/etc/conf.d/ünï code.conf')).toBe('x=1\n')
    const names = (JSON.parse(cli('files', 'ls', '--json', output, '/etc')) as { name: string }[]).map(({ name }) => name)
    expect(names.toSorted()).toEqual(['conf.d', 'default', 'fstab', 'machine-id.bak', 'motd', 'os-release'])
    expect(JSON.parse(cli('files', 'ls', '--json', output, '/etc/default'))).toEqual([])
  })
})

test('search everywhere and go there; extract what was found; files of the image go nowhere else', async ({
  app,
  copyImage,
  workFolder,
}) => {
  const image = await copyImage('ock')
  const { page } = app
  const files = new FilesPage(page)
  await app.dropFiles([image])
  await files.show()
  const found = await files.search('grub.cfg')
  await expect(found.getByRole('button')).toHaveCount(2)
  await found.getByRole('button', { name: /boot\/grub2\/grub.cfg/ }).click()
  await expect(files.row('grub.cfg')).toHaveAttribute('aria-selected', 'true')

  const target = path.join(workFolder, 'out')
  fs.mkdirSync(target)
  await app.answerOpenDialog([target])
  await files.row('grubenv').click({ modifiers: ['Control'] })
  await files.toolbar('Extract…').click()
  await expect.poll(() => fs.readdirSync(target).toSorted()).toEqual(['grub.cfg', 'grubenv'])
  expect(fs.readFileSync(path.join(target, 'grub.cfg'), 'utf8')).toContain('blscfg')

  // Files of the same name are replaced only when the user says so.
  fs.writeFileSync(path.join(target, 'grub.cfg'), 'mine')
  await app.answerMessageBox(0)
  await files.toolbar('Extract…').click()
  await page.waitForTimeout(500)
  expect(fs.readFileSync(path.join(target, 'grub.cfg'), 'utf8')).toBe('mine')
  await app.answerMessageBox(1)
  await files.toolbar('Extract…').click()
  await expect.poll(() => fs.readFileSync(path.join(target, 'grub.cfg'), 'utf8')).toContain('blscfg')
})

test('a drag out of the window goes on with copies, which are gone when the app ends', async ({ launch, copyImage }) => {
  const app = await launch({ open: [await copyImage('ock')] })
  const files = new FilesPage(app.page)
  await files.show()
  await app.inMain(({ BrowserWindow }) => {
    const store = globalThis as unknown as { dragged: string[] }
    store.dragged = []
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (contents) contents.startDrag = ({ files: some }) => void store.dragged.push(...(some ?? []))
  })
  await files.openFolder('etc')
  await files.row('fstab').dispatchEvent('dragstart')
  const dragged = () => app.inMain(() => (globalThis as unknown as { dragged: string[] }).dragged)
  await expect.poll(async () => (await dragged()).map((file) => path.basename(file))).toEqual(['fstab'])
  const [copy = ''] = await dragged()
  expect(fs.readFileSync(copy, 'utf8')).toContain('LABEL=EFI-SYSTEM')
  expect(fs.statSync(path.dirname(copy)).mode & 0o077).toBe(0)
  await app.quit()
  expect(fs.existsSync(copy)).toBe(false)
})

test('the window may name no file of this machine that was not chosen', async ({ app, copyImage, workFolder }) => {
  const image = await copyImage('ock')
  await app.dropFiles([image])
  const mine = path.join(workFolder, 'mine.txt')
  fs.writeFileSync(mine, 'mine\n')
  const codes = (file: string) =>
    app.page.evaluate(
      async ({ path: source, hostFile, folder }) => {
        const { diskwright } = globalThis as unknown as {
          diskwright: { invoke(name: string, input: unknown): Promise<{ ok: boolean; error?: { code: string } }> }
        }
        const edits = [{ kind: 'write-file', path: '/etc/motd', content: { hostFile } }]
        const target = { mode: 'in-place', keepBackup: true }
        const answers = await Promise.all([
          diskwright.invoke('edits.preview', { path: source, edits }),
          diskwright.invoke('files.list', { path: source, where: { path: '/etc' }, edits }),
          diskwright.invoke('files.view', { path: source, place: { path: '/etc/motd' }, edits }),
          diskwright.invoke('save.plan', { source, edits, target }),
          diskwright.invoke('jobs.start', { kind: 'save-image', input: { source, edits, target } }),
          diskwright.invoke('files.describeHost', { paths: [hostFile] }),
          diskwright.invoke('jobs.start', { kind: 'extract-files', input: { source, items: [{ path: '/etc/fstab' }], folder } }),
        ])
        return answers.map((answer) => answer.error?.code)
      },
      { path: image, hostFile: file, folder: workFolder },
    )
  const refused = 'input-not-granted'
  expect(await codes('/etc/shadow')).toEqual([refused, refused, refused, refused, refused, refused, 'output-not-granted'])
  expect((await codes(mine))[0]).toBe(refused)
  // After it was dropped it may be brought in.
  const files = new FilesPage(app.page)
  await files.show()
  await app.dropFiles([mine], files.grid)
  await expect(files.row('mine.txt')).toContainText('new')
})

test('all with the keyboard: walk, select, type to a name, make a file, change permissions', async ({ app, copyImage }) => {
  await app.dropFiles([await copyImage('ock')])
  const { page } = app
  const { keyboard } = page
  const files = new FilesPage(page)
  await files.show()
  await files.grid.focus()
  await keyboard.type('etc')
  await keyboard.press('Enter')
  await expect(files.row('fstab')).toBeVisible()
  await expect(files.grid).toBeFocused()
  await keyboard.press('Home')
  await keyboard.press('Shift+End')
  await expect(page.getByText('4 selected')).toBeVisible()
  await keyboard.type('fs')
  await expect(files.row('fstab')).toHaveAttribute('aria-selected', 'true')
  await keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Permissions…' }).press('Enter')
  await page.getByRole('textbox', { name: 'Mode' }).fill('0600')
  await keyboard.press('Enter')
  await expect(files.row('fstab')).toContainText('mode or owner')
  await expect(files.row('fstab')).toContainText('-rw-------')
  await keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'New file…' }).press('Enter')
  await keyboard.type('by keys')
  await keyboard.press('Enter')
  await expect(files.editor()).toBeFocused()
  await keyboard.type('typed')
  await keyboard.press('Control+S')
  await expect(files.row('by keys')).toContainText('new')
  await expect(files.row('by keys')).toContainText('5 bytes')
  await keyboard.press('Escape')
  await files.grid.focus()
  await keyboard.press('Backspace')
  await expect(files.row('etc')).toHaveAttribute('data-active', 'true')
})
