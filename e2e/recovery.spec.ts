import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

const SIZE_MIB = 500

/** A raw disk that takes seconds to compress. */
function writeLargeImage(file: string): void {
  const handle = fs.openSync(file, 'w')
  const noise = Buffer.from(Array.from({ length: 1 << 20 }, (_, index) => (index * 7919 * (index >> 3)) & 0xff))
  for (let mib = 0; mib < SIZE_MIB; mib += 1) {
    noise.writeUInt32LE(mib, 0)
    // The first sector looks like one that boots, or nobody would take the file for a disk.
    if (mib === 0) noise.writeUInt16LE(0xaa55, 510)
    fs.writeSync(handle, noise)
  }
  fs.closeSync(handle)
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function partFiles(folder: string): string[] {
  return fs.readdirSync(folder).filter((name) => name.includes('.part'))
}

test('after the app was killed: what is left is named and cleaned up, and the job can be run again', async ({ launch, workFolder }) => {
  const image = path.join(workFolder, 'large.raw')
  writeLargeImage(image)
  const before = await sha256(image)

  await test.step('killed while it converts', async () => {
    const app = await launch()
    const workbench = new WorkbenchPage(app.page)
    await app.dropFiles([image])
    await expect(workbench.title('large.raw')).toBeVisible()
    const dialog = await workbench.openConvertDialog()
    await dialog.chooseFormat('qcow2', 'Version 3, compressed')
    await dialog.start('Convert')
    await expect(dialog.root.getByText(/\d %.*MB\/s/).first(), 'percent and rate show while it runs').toBeVisible()
    await expect.poll(() => partFiles(workFolder).length).toBeGreaterThan(0)
    await app.kill()
  })

  expect(fs.existsSync(path.join(workFolder, 'large.qcow2')), 'nothing unfinished bears a final name').toBe(false)
  expect(partFiles(workFolder)).toHaveLength(1)

  const app = await launch()
  const shell = new ShellPage(app.page)
  const main = app.page.getByRole('main')

  await test.step('Home names what is left, and cleans it up', async () => {
    const banner = main.getByRole('region', { name: 'Clean up after an interrupted job' })
    await expect(banner).toContainText(partFiles(workFolder)[0] ?? 'no part file')
    expect(await app.accessibilityViolations()).toEqual([])
    await banner.getByRole('button', { name: 'Clean up' }).click()
    await expect(banner).toBeHidden()
    expect(partFiles(workFolder)).toEqual([])
  })

  await test.step('the job is interrupted, and can be run again', async () => {
    await shell.show('Jobs')
    const job = main.getByRole('article', { name: 'Convert large.raw to qcow2' })
    await expect(job.getByText('Interrupted', { exact: true })).toBeVisible()
    expect(await app.accessibilityViolations()).toEqual([])
    await job.getByRole('button', { name: 'Run again' }).click()
    await expect(job.getByText('Succeeded', { exact: true })).toBeVisible({ timeout: 180_000 })
    await expect(job).toContainText('identical')
  })

  expect(app.problems).toEqual([])
  expect(await sha256(image), 'the source').toBe(before)
  expect(partFiles(workFolder)).toEqual([])
  expect(fs.existsSync(path.join(workFolder, 'large.qcow2'))).toBe(true)
})
