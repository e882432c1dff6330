import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { Host } from '../../process/host.js'
import type { TakeJob } from './take.js'
import { takeFolder } from './take-folder.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-take-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

interface Wish {
  readonly name: string
  readonly type?: string
  readonly link?: string
  readonly data?: string
}

function block({ name, type = '0', link = '', data = '' }: Wish): Buffer {
  const bytes = Buffer.from(data)
  const header = Buffer.alloc(512)
  header.write(name.slice(0, 100), 0)
  header.write('0000644', 100)
  header.write('0000000', 108)
  header.write('0000000', 116)
  header.write(bytes.length.toString(8).padStart(11, '0'), 124)
  header.write('00000000000', 136)
  header.write(type, 156)
  header.write(link.slice(0, 100), 157)
  header.write('ustar  \0', 257, 'latin1')
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

/** With GNU's records for what is too long for a header. */
function member(wish: Wish): Buffer[] {
  const long = (type: string, text: string): Buffer[] => (text.length > 100 ? [block({ name: '././@LongLink', type, data: text })] : [])
  return [...long('L', wish.name), ...long('K', wish.link ?? ''), block(wish)]
}

async function take(wishes: readonly Wish[]) {
  const bytes = Buffer.concat([...wishes.flatMap(member), Buffer.alloc(1024)])
  const layer = {
    digest: `sha256:${'0'.repeat(64)}`,
    mediaType: '',
    bytes: bytes.length,
    compression: 'none',
    kind: 'tar',
    title: null,
  } as const
  const pieces = async function* () {
    yield bytes
  }
  const job: TakeJob = {
    host: {} as Host,
    signal: new AbortController().signal,
    layers: [{ layer, open: async () => new ByteSource(pieces()) }],
    unpack: false,
    folder,
    message: () => {},
  }
  return takeFolder(job, '/', folder)
}

test('a link longer than any kernel takes is left out, and others that pass it are read all the same', async () => {
  const endless = 'a/'.repeat(500_000)
  const taken = await take([
    { name: 'endless', type: '2', link: endless },
    { name: 'through', type: '2', link: 'endless/x' },
    { name: 'file', data: 'kept' },
  ])
  expect(fs.readFileSync(path.join(folder, 'file'), 'utf8')).toBe('kept')
  expect(fs.readdirSync(folder).toSorted()).toEqual(['file', 'through'])
  expect(taken.leftOut).toEqual([expect.stringContaining('/endless')])
})

test('a path that is too long for this machine is left out, and told', async () => {
  const deep = `${'long-name/'.repeat(408)}file`
  const taken = await take([
    { name: deep, data: 'x' },
    { name: 'file', data: 'kept' },
  ])
  expect(fs.readdirSync(folder)).toEqual(['file'])
  expect(taken).toMatchObject({ files: 1, leftOut: [expect.stringContaining('longer than this machine takes')] })
})

test('of two entries of one name in a layer the later one is taken, and the other is told', async () => {
  const taken = await take([
    { name: 'file', data: 'first' },
    { name: 'folder/', type: '5' },
    { name: 'folder/', type: '5' },
    { name: './file', data: 'second' },
  ])
  expect(fs.readFileSync(path.join(folder, 'file'), 'utf8')).toBe('second')
  expect(taken).toMatchObject({ files: 1, leftOut: ['1 left out, since a layer names them twice, and the later one counts: /file'] })
})
