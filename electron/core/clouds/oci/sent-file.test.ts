import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SourceFacts } from '#shared/clouds/source-facts'
import { multipartMd5 } from './oci-object.js'
import { sentFile } from './sent-file.js'

const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
const FACTS = { architecture: 'x86_64', firmware: 'uefi', os: null } as SourceFacts
const { signal } = new AbortController()

let folder: string
let file: { path: string; bytes: number; identity: string }
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-sent-file-'))
  file = { path: path.join(folder, 'disk'), bytes: CONTENT.length, identity: 'disk-1' }
  await fs.writeFile(file.path, CONTENT)
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const kept: Uint8Array[] = []
  for await (const piece of pieces) kept.push(piece)
  return Buffer.concat(kept)
}

test('without an archive it is the file', async () => {
  const sent = sentFile(file, { format: 'qcow2' }, FACTS)
  expect(sent.bytes).toBe(1000)
  expect((await bytesOf(sent.read(10, 20, signal))).equals(CONTENT.subarray(10, 30))).toBe(true)
  expect(await bytesOf(sent.read(0, 0, signal))).toHaveLength(0)
})

test('any part of an archive is the same bytes, wherever it is cut', async () => {
  const sent = sentFile(file, { format: 'archive' }, FACTS)
  const whole = await bytesOf(sent.read(0, sent.bytes, signal))
  expect(whole).toHaveLength(sent.bytes)
  expect(whole.subarray(512, 1512).equals(CONTENT)).toBe(true)
  for (const length of [97, 511, 512, 513, 700, 2000]) {
    const cuts = Array.from({ length: Math.ceil(sent.bytes / length) }, (_, index) => index * length)
    const pieces: Buffer[] = []
    for (const start of cuts) pieces.push(await bytesOf(sent.read(start, Math.min(length, sent.bytes - start), signal)))
    expect(Buffer.concat(pieces).equals(whole), `parts of ${length}`).toBe(true)
  }
})

test('another firmware around the same disk is another file', () => {
  const [uefi, bios] = ['UEFI_64', 'BIOS'].map((firmware) => sentFile(file, { format: 'archive', firmware }, FACTS).identity)
  expect(uefi).not.toBe(bios)
  expect(uefi).toContain('disk-1')
})

test('the digest of an object of two parts is that of their digests', () => {
  // As openssl md5 -binary of the two digests tells it.
  const empty = '1B2M2Y8AsgTpgAmY7PhCfg=='
  expect(multipartMd5([empty, empty])).toBe('WHPdRe3QHwnB7y54GTaejg==-2')
})
