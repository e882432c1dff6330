import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBench, type TestBench } from './workbench.js'

const ENTRIES = 200

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** Some end without a line end, and some hold what debugfs prints between two files. */
function entryText(at: number): string {
  const comment = at % 3 === 0 ? `# x\ndebugfs: cat "/loader/entries/e${at + 1}.conf"\n` : ''
  return `${comment}title Entry ${at}\nversion ${at}\nlinux /vmlinuz\noptions root=LABEL=é ro n=${at}${at % 2 === 0 ? '\n' : ''}`
}

test('two hundred entries on ext4 are read in one go, byte for byte', async () => {
  const tree = path.join(bench.folder, 'tree')
  await fs.mkdir(path.join(tree, 'loader/entries'), { recursive: true })
  await fs.writeFile(path.join(tree, 'vmlinuz'), '')
  for (let at = 0; at < ENTRIES; at += 1) await fs.writeFile(path.join(tree, `loader/entries/e${at}.conf`), entryText(at))
  await fs.symlink('e0.conf', path.join(tree, 'loader/entries/link.conf'))
  await fs.writeFile(path.join(tree, 'loader/entries/f.conf.disabled'), '')
  const image = path.join(bench.folder, 'many.raw')
  await fs.writeFile(image, '')
  await fs.truncate(image, 16 * 1024 * 1024)
  execFileSync('mkfs.ext4', ['-q', '-d', tree, image], { stdio: 'pipe' })

  const report = await bench.core.listBootEntries(image)
  const texts = new Map(report.files.map((file) => [path.posix.basename(file.path), file.text]))
  for (let at = 0; at < ENTRIES; at += 1) expect(texts.get(`e${at}.conf`)).toBe(entryText(at))
  expect(report.entries).toHaveLength(ENTRIES + 1)
  expect(report.entries[0]).toMatchObject({ title: 'Entry 199', isDefault: true })

  const change = (arg: string) => bench.core.previewEdits(image, [{ kind: 'kernel-args', entry: '*', changes: [{ op: 'append', arg }] }])
  await change('first')
  const preview = await change('second')
  expect(preview.changes).toHaveLength(ENTRIES)
})
