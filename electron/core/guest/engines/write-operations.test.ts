import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineOperation } from '../engine'
import { guestOrder, writeOperations } from './write-operations'

let folder: string
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-operations-'))
})
afterEach(() => fs.rm(folder, { recursive: true, force: true }))

const ATTRIBUTES = { mode: 0o640, uid: 1, gid: 2, selinux: null }
const made = (partition: number, place: string): EngineOperation => ({
  kind: 'make-folder',
  partition,
  filesystem: 'ext4',
  path: place,
  ...ATTRIBUTES,
})

test('every partition is entered once, and the order within one stays', () => {
  const operations: EngineOperation[] = [made(2, '/a'), made(1, '/b'), { kind: 'move-backup-gpt' }, made(2, '/c'), made(1, '/d')]
  expect(guestOrder(operations)).toEqual([0, 3, 1, 4, 2])
})

test('fields are named, null ones are not there, and modes are octal', async () => {
  await writeOperations(folder, [{ kind: 'move-backup-gpt' }, made(3, "/it's\n$x")])
  const text = await fs.readFile(path.join(folder, 'ops/fields'), 'utf8')
  const words = text.split('\0')
  expect(words.pop()).toBe('')
  expect(words.slice(0, 3)).toEqual(['1', 'kind', 'move-backup-gpt'])
  const second = new Map(words.slice(3).flatMap((word, index, all) => (index % 3 === 1 ? [[word, all[index + 1]] as const] : [])))
  expect(Object.fromEntries(second)).toEqual({
    kind: 'make-folder',
    partition: '3',
    filesystem: 'ext4',
    path: "/it's\n$x",
    mode: '640',
    uid: '1',
    gid: '2',
  })
  expect(await fs.readFile(path.join(folder, 'ops/order'), 'utf8')).toBe('2\n1\n')
  expect(await fs.readFile(path.join(folder, 'ops/filesystems'), 'utf8')).toBe('ext4\n')
})

test('files of this machine are linked by their real place, or copied', async () => {
  const real = path.join(await fs.realpath(folder), '-real "file"')
  const link = path.join(folder, 'link')
  await fs.writeFile(real, 'content')
  await fs.symlink(real, link)
  const operation: EngineOperation = {
    kind: 'create-file',
    partition: 1,
    filesystem: 'ext4',
    path: '/x',
    content: { hostFile: link },
    ...ATTRIBUTES,
  }
  const linked = await writeOperations(path.join(folder, 'linked'), [operation, { ...operation, content: Buffer.from('ab') }])
  expect(linked).toEqual({ hostFiles: [real], contentBytes: 9 })
  expect(await fs.readlink(path.join(folder, 'linked/ops/1/content'))).toBe(real)
  const copied = await writeOperations(path.join(folder, 'copied'), [operation], { hostFiles: 'copy' })
  expect(copied.hostFiles).toEqual([])
  expect((await fs.lstat(path.join(folder, 'copied/ops/1/content'))).isFile()).toBe(true)
  expect(await fs.readFile(path.join(folder, 'copied/ops/1/content'), 'utf8')).toBe('content')
})
