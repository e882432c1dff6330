import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { WorkbenchPage } from './pages/workbench-page.js'

const MIB = 1024 ** 2

interface Info {
  readonly virtualBytes: number
  readonly partitions: readonly { readonly sizeBytes: number; readonly filesystem: { readonly sizeBytes: number } }[]
}

test('a larger disk: the dialog explains, the map shows what is staged, and the saved image has it', async ({
  app,
  copyImage,
  cli,
  workFolder,
}) => {
  const image = await copyImage('ock', 'node.qcow2')
  const before = JSON.parse(cli('inspect', '--json', image)) as Info
  const workbench = new WorkbenchPage(app.page)
  const { page } = app
  await app.dropFiles([image])
  await expect(workbench.title('node.qcow2')).toBeVisible()
  await page.getByRole('button', { name: 'Resize…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Resize the disk' })
  await expect(dialog.getByRole('textbox', { name: 'Size of the disk' })).toBeFocused()
  expect(await app.accessibilityViolations(), 'the dialog').toEqual([])

  await dialog.getByRole('textbox', { name: 'Size of the disk' }).fill('16 MiB')
  await expect(dialog.getByText(/XFS has no way to shrink/)).toBeVisible()
  const bytes = before.virtualBytes + 64 * MIB
  await dialog.getByRole('textbox', { name: 'Size of the disk' }).fill(String(bytes))
  await dialog.getByRole('button', { name: 'Stage the new size' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText(/^As staged: disk .* → /)).toBeVisible()
  expect(await app.accessibilityViolations(), 'the map').toEqual([])

  const save = await workbench.openSaveDialog()
  await save.start('Save as new image')
  await save.succeeded()
  const saved = path.join(workFolder, 'node-edited.qcow2')
  const after = JSON.parse(cli('inspect', '--json', saved)) as Info
  expect(after.virtualBytes).toBe(bytes)
  const grown = (info: Info) => info.partitions.at(-1)?.filesystem.sizeBytes ?? 0
  expect(grown(after)).toBeGreaterThan(grown(before) + 60 * MIB)
  const raw = path.join(workFolder, 'saved.raw')
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', saved, raw])
  const table = JSON.parse(execFileSync('sfdisk', ['-J', raw], { encoding: 'utf8' })) as {
    partitiontable: { partitions: { size: number }[] }
  }
  expect(table.partitiontable.partitions.map(({ size }) => size * 512)).toEqual(after.partitions.map(({ sizeBytes }) => sizeBytes))
  expect(execFileSync('sfdisk', ['--verify', raw], { encoding: 'utf8' })).toMatch(/No errors detected/)
})
