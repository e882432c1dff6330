import fs from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { discardPart, openPartFile, openPartFolder, partPath, publish, publishFolder, restoreReplaced } from './atomic-output.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dw-output-'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})
const at = (...names: string[]) => path.join(folder, ...names)
const write = (name: string, text: string) => fs.writeFileSync(at(name), text)
const read = (name: string) => fs.readFileSync(at(name), 'utf8')

test('a part file becomes the target under its final name only', async () => {
  const { part } = await openPartFile(at('disk.qcow2'), 'job1')
  expect(part).toBe(at('.disk.qcow2.job1.part'))
  fs.writeFileSync(part, 'content')
  expect(fs.readdirSync(folder)).toEqual(['.disk.qcow2.job1.part'])

  await publish({ part, target: at('disk.qcow2'), replace: false })

  expect(fs.readdirSync(folder)).toEqual(['disk.qcow2'])
  expect(read('disk.qcow2')).toBe('content')
  expect(fs.statSync(at('disk.qcow2')).nlink).toBe(1)
})

test('an existing target is never replaced without leave, and the part stays', async () => {
  const { part } = await openPartFile(at('disk.raw'), 'job1')
  fs.writeFileSync(part, 'new')
  write('disk.raw', 'old')

  await expect(publish({ part, target: at('disk.raw'), replace: false })).rejects.toMatchObject({ code: 'output-exists' })

  expect(read('disk.raw')).toBe('old')
  expect(fs.readFileSync(part, 'utf8')).toBe('new')
  await publish({ part, target: at('disk.raw'), replace: true })
  expect(read('disk.raw')).toBe('new')
})

test('names of hundreds of bytes still give a part path that the file system takes', async () => {
  const name = `${'ä'.repeat(125)}.raw`
  const target = at(name)
  const { part } = await openPartFile(target, '20250101-120000-abcdef')
  expect(Buffer.byteLength(path.basename(part))).toBeLessThanOrEqual(255)
  expect(path.basename(part)).toMatch(/^\.ä+\.20250101-120000-abcdef\.part$/)
  await publish({ part, target, replace: false })
  expect(fs.readdirSync(folder)).toEqual([name])
})

test('a missing folder is told apart', async () => {
  await expect(openPartFile(at('none', 'disk.raw'), 'job1')).rejects.toMatchObject({ code: 'folder-not-writable' })
})

test('a set of files is published whole, extents first', async () => {
  const set = await openPartFolder(at('disk.vmdk'), 'job1')
  fs.writeFileSync(set.part, 'descriptor')
  fs.writeFileSync(path.join(set.folder, 'disk-flat.vmdk'), 'extent')

  await publishFolder({ folder: set.folder, target: set.target, replace: false })

  expect(fs.readdirSync(folder).sort()).toEqual(['disk-flat.vmdk', 'disk.vmdk'])
  expect(read('disk-flat.vmdk')).toBe('extent')
})

test('when one file of a set is in the way nothing of the set is published', async () => {
  const set = await openPartFolder(at('disk.vmdk'), 'job1')
  fs.writeFileSync(set.part, 'descriptor')
  fs.writeFileSync(path.join(set.folder, 'disk-s001.vmdk'), 'one')
  fs.writeFileSync(path.join(set.folder, 'disk-s002.vmdk'), 'two')
  write('disk-s002.vmdk', 'foreign')

  await expect(publishFolder({ folder: set.folder, target: set.target, replace: false })).rejects.toMatchObject({ code: 'output-exists' })

  expect(fs.readdirSync(folder).sort()).toEqual(['.disk.vmdk.job1.part', 'disk-s002.vmdk'])
  expect(read('disk-s002.vmdk')).toBe('foreign')
  expect(fs.readdirSync(set.folder).sort()).toEqual(['disk-s001.vmdk', 'disk-s002.vmdk', 'disk.vmdk'])
})

test('replacing a set leaves the new one only', async () => {
  write('disk.vmdk', 'old descriptor')
  write('disk-flat.vmdk', 'old extent')
  const set = await openPartFolder(at('disk.vmdk'), 'job1')
  fs.writeFileSync(set.part, 'new descriptor')
  fs.writeFileSync(path.join(set.folder, 'disk-flat.vmdk'), 'new extent')

  await publishFolder({ folder: set.folder, target: set.target, replace: true })

  expect(fs.readdirSync(folder).sort()).toEqual(['disk-flat.vmdk', 'disk.vmdk'])
  expect([read('disk.vmdk'), read('disk-flat.vmdk')]).toEqual(['new descriptor', 'new extent'])
})

test('a replacement that broke off half-way is put back to the old set', async () => {
  const set = await openPartFolder(at('disk.vmdk'), 'job1')
  fs.writeFileSync(set.part, 'new descriptor')
  fs.mkdirSync(path.join(set.folder, '.replaced'))
  fs.writeFileSync(path.join(set.folder, '.replaced', 'disk.vmdk'), 'old descriptor')
  fs.writeFileSync(path.join(set.folder, '.replaced', 'disk-flat.vmdk'), 'old extent')
  write('disk-flat.vmdk', 'new extent')

  await restoreReplaced(set.folder, set.target)
  await discardPart(set.folder)

  expect(fs.readdirSync(folder).sort()).toEqual(['disk-flat.vmdk', 'disk.vmdk'])
  expect([read('disk.vmdk'), read('disk-flat.vmdk')]).toEqual(['old descriptor', 'old extent'])
})

test('a replacement whose main file stands already is left as it is', async () => {
  const set = await openPartFolder(at('disk.vmdk'), 'job1')
  fs.mkdirSync(path.join(set.folder, '.replaced'))
  fs.writeFileSync(path.join(set.folder, '.replaced', 'disk.vmdk'), 'old')
  write('disk.vmdk', 'new')
  await restoreReplaced(set.folder, set.target)
  expect(read('disk.vmdk')).toBe('new')
})

test('discarding is the same for a file, a folder and nothing', async () => {
  write('.a.part', 'x')
  await discardPart(at('.a.part'))
  await discardPart(at('.a.part'))
  fs.mkdirSync(at('.b.part', 'deep'), { recursive: true })
  await discardPart(at('.b.part'))
  expect(fs.readdirSync(folder)).toEqual([])
  expect(partPath('/x/y.raw', 'j')).toBe('/x/.y.raw.j.part')
})

test('a set that was published in part is taken back, and only what is ours', async () => {
  const set = await openPartFolder(at('disk.vmdk'), 'job1')
  fs.writeFileSync(set.part, 'new descriptor')
  for (const name of ['disk-s001.vmdk', 'disk-s002.vmdk']) fs.writeFileSync(path.join(set.folder, name), name)
  fs.linkSync(path.join(set.folder, 'disk-s001.vmdk'), at('disk-s001.vmdk'))
  write('disk-s002.vmdk', 'foreign')

  await restoreReplaced(set.folder, set.target)
  await discardPart(set.folder)

  expect(fs.readdirSync(folder)).toEqual(['disk-s002.vmdk'])
  expect(read('disk-s002.vmdk')).toBe('foreign')
})
