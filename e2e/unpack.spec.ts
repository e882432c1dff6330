import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { manifestOf, sh, vmwareOvf } from './images/packed.js'
import { WorkbenchPage } from './pages/workbench-page.js'

test('a compressed image is unpacked beside itself and opened in its place', async ({ app, copyImage, workFolder }) => {
  await copyImage('mbr', 'disk.qcow2')
  await sh(workFolder, 'xz -T2 disk.qcow2')
  const packed = path.join(workFolder, 'disk.qcow2.xz')
  await app.dropFiles([packed])
  await expect(app.page.getByRole('main').getByRole('status').filter({ hasText: 'An xz file has to be unpacked first' })).toBeVisible()
  const panel = app.page.getByRole('region', { name: 'Unpack' })
  await expect(panel).toContainText('qcow2 v3')
  expect(await app.accessibilityViolations()).toEqual([])
  await panel.getByRole('button', { name: 'Unpack and open' }).click()
  await expect(new WorkbenchPage(app.page).title('disk.qcow2')).toBeVisible()
  await expect(app.page.getByRole('tab', { name: /^Boot(?! test)/ })).toBeVisible()
  expect(
    fs
      .readdirSync(workFolder)
      .filter((name) => name.includes('disk'))
      .toSorted(),
  ).toEqual(['disk.qcow2', 'disk.qcow2.xz'])
})

test('an OVA lists its disks; one whose manifest differs wants a clear yes', async ({ app, copyImage, workFolder }) => {
  const image = await copyImage('mbr', 'disk.qcow2')
  await sh(workFolder, 'for n in one two; do qemu-img convert -O vmdk -o subformat=streamOptimized "$1" $n.vmdk; done', image)
  const rows = ['one.vmdk', 'two.vmdk'].map((href) => ({ href, bytes: fs.statSync(path.join(workFolder, href)).size, capacityMib: 64 }))
  fs.writeFileSync(path.join(workFolder, 'a.ovf'), vmwareOvf(rows))
  fs.writeFileSync(path.join(workFolder, 'a.mf'), await manifestOf(workFolder, ['a.ovf', 'one.vmdk', 'two.vmdk']))
  await sh(
    workFolder,
    'tar --format=ustar -cf good.ova a.ovf a.mf one.vmdk two.vmdk && sed -i "s/= ..../= beef/" a.mf && tar --format=ustar -cf bad.ova a.ovf a.mf one.vmdk two.vmdk',
  )

  const panel = app.page.getByRole('region', { name: 'Unpack' })
  const start = panel.getByRole('button', { name: 'Unpack and open' })
  await app.dropFiles([path.join(workFolder, 'bad.ova')])
  await expect(panel).toContainText('It is not what its manifest says')
  await expect(start).toBeDisabled()
  await panel.getByRole('checkbox', { name: /although its manifest differs/ }).check()
  await expect(start).toBeEnabled()
  expect(await app.accessibilityViolations()).toEqual([])

  await app.dropFiles([path.join(workFolder, 'good.ova')])
  await expect(panel).toContainText('The digests of its manifest match')
  await panel.getByRole('radio', { name: 'two.vmdk' }).check()
  await expect(panel).toContainText('good-two.vmdk')
  await start.click()
  await expect(new WorkbenchPage(app.page).title('good-two.vmdk')).toBeVisible()
  expect(fs.readFileSync(path.join(workFolder, 'good-two.vmdk')).equals(fs.readFileSync(path.join(workFolder, 'two.vmdk')))).toBe(true)
})
