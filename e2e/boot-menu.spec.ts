import path from 'node:path'
import { expect, test } from './fixtures.js'
import { WorkbenchPage } from './pages/workbench-page.js'

interface Listed {
  readonly entries: readonly { readonly title: string; readonly isDefault: boolean; readonly args: readonly string[] }[]
  readonly settings: readonly { readonly timeoutSeconds: number | null }[]
}

test('one choice makes an image for another platform: what leaves and arrives is shown, staged, saved in its format', async ({
  app,
  copyImage,
  cli,
  workFolder,
}) => {
  const workbench = new WorkbenchPage(app.page)
  await app.dropFiles([await copyImage('ock', 'for vmware.qcow2')])
  const entry = workbench.entry('Oracle Linux Server 8.10 (ostree:0)')
  await workbench.chooseTarget('ESXi')
  const panel = workbench.target()
  await expect(panel.getByText('ignition.platform.id=qemu')).toBeVisible()
  await expect(panel.getByText('ignition.platform.id=vmware')).toBeVisible()
  await expect(panel).toContainText('checks pass for VMware ESXi')
  expect(await app.accessibilityViolations(), 'a platform is chosen').toEqual([])

  await panel.getByRole('button', { name: 'Stage for VMware ESXi' }).click()
  await expect(workbench.chip(entry, 'ignition.platform.id=vmware')).toBeVisible()
  await workbench.addArg(entry, 'rd.break')
  await expect(workbench.chip(entry, 'ignition.platform.id=vmware')).toBeVisible()
  expect(await app.accessibilityViolations(), 'a retarget is staged').toEqual([])

  await panel.getByRole('button', { name: 'Save for VMware ESXi…' }).click()
  const dialog = workbench.dialog('as a new image')
  await expect(dialog.root.getByText('for vmware-edited.vmdk', { exact: true })).toBeVisible()
  await dialog.start('Save as new image')
  await dialog.succeeded()
  const saved = JSON.parse(cli('boot', 'list', '--json', path.join(workFolder, 'for vmware-edited.vmdk'))) as Listed
  const args = saved.entries.find(({ isDefault }) => isDefault)?.args ?? []
  expect(args.filter((arg) => /^(console|ignition\.platform\.id)=/.test(arg)).toSorted()).toEqual([
    'console=tty0',
    'console=ttyS0,115200n8',
    'ignition.platform.id=vmware',
  ])
  expect(args.at(-1)).toBe('rd.break')
})

test('the menu of GRUB: a copy, another name, another default, another wait, and one entry less', async ({
  app,
  copyImage,
  cli,
  workFolder,
}) => {
  const { page } = app
  const image = await copyImage('debian')
  const workbench = new WorkbenchPage(page)
  await app.dropFiles([image])
  const first = workbench.entry('Debian GNU/Linux')
  await workbench.entryAction(first, 'Duplicate…')
  await page.getByRole('dialog').getByRole('button', { name: 'Duplicate' }).click()
  const copy = workbench.entry('Debian GNU/Linux (copy)')
  await expect(copy).toContainText('new')

  await workbench.entryAction(first, 'Rename…')
  await page.keyboard.type('Debian for tests')
  await page.keyboard.press('Enter')
  await expect(workbench.entry('Debian for tests')).toContainText('Was called Debian GNU/Linux')

  await copy.getByRole('button', { name: 'Debian GNU/Linux (copy)' }).click()
  await workbench.entryAction(copy, 'Make default')
  await expect(copy).toContainText('default: set default')
  const menu = page.getByRole('region', { name: 'Boot menu' })
  await menu.getByLabel('Menu waits').fill('9')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: /^Edits/ })).toContainText('4')
  expect(await app.accessibilityViolations(), 'edited menu').toEqual([])

  const recovery = workbench.entry('Debian GNU/Linux, with Linux 6.1.0-20-cloud-amd64 (recovery mode)')
  await recovery.getByRole('button', { expanded: false }).click()
  await workbench.entryAction(recovery, 'Remove')
  await expect(page.getByRole('article', { name: /6\.1\.0-20-cloud-amd64 \(recovery mode\), removed$/ })).toBeVisible()

  await workbench.openSaveDialog().then(async (dialog) => {
    await dialog.start('Save as new image')
    await dialog.succeeded()
  })
  const before = JSON.parse(cli('boot', 'list', '--json', image)) as Listed
  const after = JSON.parse(cli('boot', 'list', '--json', path.join(workFolder, 'debian-edited.qcow2'))) as Listed
  const titles = ({ entries }: Listed) => entries.map(({ title }) => title).toSorted()
  expect(titles(after)).toEqual(
    titles(before)
      .flatMap((title) => {
        if (title === 'Debian GNU/Linux') return ['Debian for tests', 'Debian GNU/Linux (copy)']
        return title.includes('6.1.0-20-cloud-amd64 (recovery') ? [] : [title]
      })
      .toSorted(),
  )
  expect(after.entries.find(({ isDefault }) => isDefault)?.title).toBe('Debian GNU/Linux (copy)')
  expect(after.settings.some(({ timeoutSeconds }) => timeoutSeconds === 9)).toBe(true)
})

test('chips are put in another order by dragging and by keys', async ({ app, copyImage }) => {
  const workbench = new WorkbenchPage(app.page)
  await app.dropFiles([await copyImage('systemd-boot')])
  const entry = workbench.entry('Arch Linux').first()
  await expect(workbench.commandLine()).toHaveValue(/console=tty0 console=ttyS0,115200$/)
  await workbench.chip(entry, 'console=ttyS0,115200').dragTo(workbench.chip(entry, 'console=tty0'))
  await expect(workbench.commandLine()).toHaveValue(/console=ttyS0,115200 console=tty0$/)
  await entry.getByRole('button', { name: /^console=ttyS0,115200.*Edit$/ }).focus()
  await app.page.keyboard.press('Alt+ArrowRight')
  await expect(workbench.commandLine()).toHaveValue(/console=tty0 console=ttyS0,115200$/)
  await expect(entry.getByRole('button', { name: 'console=ttyS0,115200. Edit' })).toBeFocused()
  await expect(app.page.getByRole('tab', { name: 'Edits' })).toHaveText('Edits')
})
