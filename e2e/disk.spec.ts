import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { DiskPage } from './pages/disk-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

test('the Disk tab: the map, snapshots made, gone back to and deleted, a copy compacted, another image compared', async ({
  app,
  copyImage,
  workFolder,
}) => {
  const image = await copyImage('mbr', 'node.qcow2')
  const base = path.join(workFolder, 'node.qcow2')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, path.join(workFolder, 'child.qcow2')])
  const workbench = new WorkbenchPage(app.page)
  const disk = new DiskPage(app.page)
  await app.dropFiles([image])
  await expect(workbench.title('node.qcow2')).toBeVisible()
  await workbench.showTab('Disk')

  await expect(disk.map).toBeVisible()
  await expect(disk.part('Data').getByText(/of data in/)).toBeVisible()
  await expect(disk.part('Check').getByText('qemu-img check found no errors')).toBeVisible()
  await expect(disk.part('Backing files').getByText('One image has this one as backing file')).toBeVisible()
  await expect(disk.part('Backing files').getByRole('button', { name: 'Commit…' })).toBeDisabled()
  expect(await app.accessibilityViolations(), 'the tab').toEqual([])

  await test.step('a snapshot is made in place', async () => {
    await disk.part('Snapshots').getByRole('button', { name: 'New snapshot…' }).click()
    await disk.dialog.getByRole('textbox', { name: 'Name of the snapshot' }).fill('before <b>upgrade</b>')
    await disk.inPlace()
    expect(await app.accessibilityViolations(), 'the dialog').toEqual([])
    await disk.run('Create snapshot')
    await expect(disk.snapshot(/before <b>upgrade<\/b>/)).toBeVisible()
  })

  await test.step('going back keeps the present state, and is refused while an overlay needs it', async () => {
    await disk.part('Snapshots').getByRole('button', { name: 'Go back to before <b>upgrade</b>' }).click()
    await disk.inPlace()
    await disk.dialog.getByRole('button', { name: 'Go back', exact: true }).click()
    await expect(disk.dialog.getByText(/child\.qcow2 \(its overlay/)).toBeVisible()
    fs.rmSync(path.join(workFolder, 'child.qcow2'))
    await disk.dialog.getByRole('button', { name: 'Change and try again' }).click()
    await disk.run('Go back')
    await expect(disk.snapshot(/before-\d{8}-\d{6}/)).toBeVisible()
  })

  await test.step('one is deleted', async () => {
    await disk.part('Snapshots').getByRole('button', { name: 'Delete before <b>upgrade</b>' }).click()
    await disk.inPlace()
    await disk.run('Delete snapshot')
    await expect(disk.snapshot(/before <b>/)).toHaveCount(0)
    await expect(disk.snapshot(/before-\d{8}-\d{6}/)).toBeVisible()
  })

  await test.step('a copy is compacted, and compared', async () => {
    await disk.part('Data').getByRole('button', { name: 'Compact…' }).click()
    await expect(disk.dialog.getByText('node-compact.qcow2')).toBeVisible()
    await disk.dialog.getByRole('checkbox', { name: 'Compress' }).check()
    await disk.run('Compact')
    const copy = path.join(workFolder, 'node-compact.qcow2')
    expect(fs.statSync(copy).size).toBeLessThan(fs.statSync(image).size)

    await app.answerOpenDialog([copy])
    await disk.part('Compare').getByRole('button', { name: 'Compare with…' }).click()
    await disk.dialog.getByRole('button', { name: 'Choose…' }).click()
    await disk.dialog.getByRole('button', { name: 'Compare', exact: true }).click()
    await disk.succeeded()
  })
})
