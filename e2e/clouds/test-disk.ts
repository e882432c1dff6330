import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import { countBlocks } from '#core/clouds/transfer/data-blocks'
import { DATA_UNIT_BYTES, type SourceFacts } from '#shared/clouds/source-facts'
import { readRevision } from '#core/files/identity'
import type { DiskExtent } from '#core/guest/raw-disk'

export const MIB = 1024 ** 2

/** A raw disk with a few islands of data that nothing can compress, and zeros between them that need not be sent. */
export interface TestDisk {
  readonly path: string
  readonly bytes: number
  /** In order, without gaps. */
  readonly extents: readonly DiskExtent[]
  readonly dataBytes: number
  /** Of all of its bytes. */
  readonly sha256: string
}

export interface DiskShape {
  readonly mib: number
  /** Starts and lengths of the islands, bytes; by default four that lie askew to every block size. */
  readonly islands?: readonly (readonly [number, number])[]
  /** Another one makes other bytes. */
  readonly seed?: number
}

export async function makeTestDisk(file: string, { mib, islands, seed = 1 }: DiskShape): Promise<TestDisk> {
  const bytes = mib * MIB
  const places = islands ?? [
    [0, 3 * MIB],
    [Math.floor(bytes / 4) + 1536, 2 * MIB + 512],
    [Math.floor(bytes / 2), Math.floor(bytes / 8)],
    [bytes - MIB, MIB],
  ]
  const handle = await fs.open(file, 'w')
  try {
    await handle.truncate(bytes)
    for (const [start, length] of places) await handle.write(noise(length, start + seed), 0, length, start)
  } finally {
    await handle.close()
  }
  return {
    path: file,
    bytes,
    extents: extentsOf(places, bytes),
    dataBytes: sum(places.map(([, length]) => length)),
    sha256: await sha256Of(file),
  }
}

/** What the product would find out of it. */
export async function factsOf(disk: TestDisk, changes: Partial<SourceFacts> = {}): Promise<SourceFacts> {
  return {
    path: disk.path,
    kind: 'disk',
    format: 'raw',
    subformat: null,
    virtualBytes: disk.bytes,
    fileBytes: disk.bytes,
    dataBytes: disk.dataBytes,
    dataUnits: DATA_UNIT_BYTES.map((unitBytes) => ({ unitBytes, units: countBlocks(disk.extents, unitBytes) })),
    architecture: 'x86_64',
    firmware: 'uefi',
    os: { id: 'example', version: '1.2', name: 'Example Linux 1.2' },
    ignitionPlatform: null,
    revision: await readRevision(disk.path),
    ...changes,
  }
}

/** One byte that is another one afterwards. */
export async function changeByte(file: string): Promise<void> {
  const handle = await fs.open(file, 'r+')
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, 100)
    await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 0xff]), 0, 1, 100)
  } finally {
    await handle.close()
  }
}

export async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await fs.readFile(file))
    .digest('hex')
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The same for the same seed; never a run of zeros. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = (seed * 2_654_435_761 + 1) >>> 0
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(length / 4))
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[index] = state | 1
  }
  return bytes.fill(0x5a, words.length * 4)
}

function extentsOf(places: readonly (readonly [number, number])[], bytes: number): DiskExtent[] {
  const extents: DiskExtent[] = []
  let end = 0
  for (const [start, length] of places) {
    if (start > end) extents.push({ start: end, length: start - end, zero: true })
    extents.push({ start, length, zero: false })
    end = start + length
  }
  if (end < bytes) extents.push({ start: end, length: bytes - end, zero: true })
  return extents
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
