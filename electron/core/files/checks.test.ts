import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { checkOutput, requireDescriptorName, requireOneLineName } from './checks.js'
import { describeFilesystem, readDiskSpace, requireSpace } from './disk-space.js'
import { isSameFile, openRegularFile, readRevision } from './identity.js'

let folder: string
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'dw-files-')))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})
const at = (...names: string[]) => path.join(folder, ...names)
const check = (target: string, options: { sources?: string[]; replace?: boolean } = {}) =>
  checkOutput({ target, sources: options.sources ?? [], replace: options.replace ?? false })

test('a free name in a writable folder passes, its folder resolved', async () => {
  fs.mkdirSync(at('real'))
  fs.symlinkSync(at('real'), at('link'))
  expect(await check(at('link', 'neu ä\n-x.qcow2'))).toBe(at('real', 'neu ä\n-x.qcow2'))
})

test.each([
  ['relative', 'out.raw'],
  ['NUL', '/tmp/a\0b'],
  ['folder', '/tmp/'],
  ['dots', '/tmp/..'],
  ['too long', `/tmp/${'x'.repeat(256)}`],
])('refuses a %s path', async (_what, target) => {
  await expect(check(target)).rejects.toMatchObject({ code: 'bad-input' })
})

test('a missing folder and a file as folder are not writable', async () => {
  fs.writeFileSync(at('file'), '')
  await expect(check(at('none', 'x.raw'))).rejects.toMatchObject({ code: 'folder-not-writable' })
  await expect(check(at('file', 'x.raw'))).rejects.toMatchObject({ code: 'folder-not-writable' })
})

test('the source is recognized under its own name, through a symlink and through a hard link', async () => {
  const source = at('source.raw')
  fs.writeFileSync(source, 'data')
  fs.symlinkSync(source, at('soft'))
  fs.linkSync(source, at('hard'))
  for (const target of [source, at('soft'), at('hard')]) {
    await expect(check(target, { sources: [source], replace: true })).rejects.toMatchObject({ code: 'output-is-source' })
  }
})

test('an existing file needs leave; a folder or link is refused even then', async () => {
  fs.writeFileSync(at('old.raw'), '')
  fs.mkdirSync(at('folder'))
  fs.symlinkSync('/nowhere', at('dangling'))
  await expect(check(at('old.raw'))).rejects.toMatchObject({ code: 'output-exists' })
  expect(await check(at('old.raw'), { replace: true })).toBe(at('old.raw'))
  const details = { path: at('folder'), reason: 'it is a folder', next: expect.any(String) }
  await expect(check(at('folder'))).rejects.toMatchObject({ code: 'output-exists', data: { details } })
  await expect(check(at('folder'), { replace: true })).rejects.toMatchObject({ code: 'not-a-regular-file', data: { details } })
  await expect(check(at('dangling'), { replace: true })).rejects.toMatchObject({ code: 'not-a-regular-file' })
  await expect(check(at('dangling'))).rejects.toMatchObject({ code: 'output-exists' })
})

test('opening gives the resolved file; what is no regular file is refused without blocking', async () => {
  fs.writeFileSync(at('a.raw'), 'data')
  fs.symlinkSync('a.raw', at('link'))
  execFileSync('mkfifo', [at('fifo')])

  const opened = await openRegularFile(at('link'))
  expect(opened.path).toBe(at('a.raw'))
  expect(opened.stats.size).toBe(4n)
  expect(opened.revision).toBe(await readRevision(at('a.raw')))
  await opened.handle.close()

  for (const other of [at('fifo'), folder, '/dev/null']) {
    await expect(openRegularFile(other)).rejects.toMatchObject({ code: 'not-a-regular-file' })
  }
  await expect(openRegularFile(at('none'))).rejects.toMatchObject({ code: 'file-not-found' })
  expect(await isSameFile(at('a.raw'), at('link'))).toBe(true)
  expect(await isSameFile(at('a.raw'), at('none'))).toBe(false)
})

test('the revision changes with the content and when the file is replaced', async () => {
  fs.writeFileSync(at('a'), 'one')
  const first = await readRevision(at('a'))
  expect(await readRevision(at('a'))).toBe(first)
  fs.writeFileSync(at('a'), 'two')
  const second = await readRevision(at('a'))
  fs.writeFileSync(at('b'), 'two')
  fs.renameSync(at('b'), at('a'))
  expect(new Set([first, second, await readRevision(at('a'))]).size).toBe(3)
})

test('free space is told, and too little or too large is refused with what to do', async () => {
  const space = await readDiskSpace(folder)
  expect(space.freeBytes).toBeGreaterThan(0)
  const df = execFileSync('df', ['--output=avail', '-B1', folder], { encoding: 'utf8' })
  expect(Math.abs(space.freeBytes - Number(df.split('\n')[1]))).toBeLessThan(2 ** 30)
  await expect(requireSpace(folder, space.freeBytes * 2)).rejects.toMatchObject({
    code: 'no-space',
    data: { actions: [{ kind: 'free-space', folder }, { kind: 'choose-output' }, { kind: 'retry' }] },
  })
  await expect(readDiskSpace(at('none'))).rejects.toMatchObject({ code: 'file-not-found' })
  expect(describeFilesystem(0x4d44)).toEqual({ filesystem: 'fat', maxFileBytes: 4294967295 })
  expect(describeFilesystem(0xef53)).toEqual({ filesystem: 'ext', maxFileBytes: null })
  expect(describeFilesystem(0xabcd).filesystem).toBe('0xabcd')
})

test('a name that would break a line of a list is refused, whatever its folder is called', () => {
  expect(() => requireOneLineName('/out/a\nb.ova')).toThrow(expect.objectContaining({ code: 'bad-input' }))
  expect(() => requireOneLineName('/out/a\u001bb.ova')).toThrow(expect.objectContaining({ code: 'bad-input' }))
  expect(() => requireOneLineName('/o\nut/ä b.ova')).not.toThrow()
  for (const name of ['/out/a"b.vmdk', '/out/a\nb.vmdk'])
    expect(() => requireDescriptorName(name)).toThrow(expect.objectContaining({ code: 'bad-input' }))
  expect(() => requireDescriptorName(`/o"ut/it's.vmdk`)).not.toThrow()
})
