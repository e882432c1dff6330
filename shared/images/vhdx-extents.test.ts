import { expect, test } from 'vitest'
import { BAT_REGION, FILE_PARAMETERS, LOGICAL_SECTOR_SIZE, METADATA_REGION, VIRTUAL_DISK_SIZE } from './headers/vhdx-tables.js'
import { readVhdxExtents } from './vhdx-extents.js'

const KIB = 1024
const MIB = 1024 * KIB
const BAT_AT = 3 * MIB
const METADATA_AT = 2 * MIB

interface Sample {
  readonly virtualBytes: number
  /** States of the entries of the block table. */
  readonly states: readonly number[]
  readonly batBytes?: number
  readonly blockBytes?: number
}

/** The tables of a VHDX alone: MS-VHDX 2.2.3, 2.5 and 2.6. */
function tablesOf({ virtualBytes, states, batBytes = MIB, blockBytes = MIB }: Sample): (offset: number, length: number) => Uint8Array {
  const file = new Uint8Array(4 * MIB)
  const view = new DataView(file.buffer)
  const text = (at: number, value: string): void =>
    file.set(
      Uint8Array.from(value, (char) => char.charCodeAt(0)),
      at,
    )
  const guid = (at: number, value: string): void => {
    const bytes = (value.replaceAll('-', '').match(/../g) ?? []).map((hex) => Number.parseInt(hex, 16))
    file.set(
      Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (from) => bytes[from] ?? 0),
      at,
    )
  }
  text(192 * KIB, 'regi')
  view.setUint32(192 * KIB + 8, 2, true)
  const regions: readonly [string, number, number][] = [
    [BAT_REGION, BAT_AT, batBytes],
    [METADATA_REGION, METADATA_AT, MIB],
  ]
  for (const [entry, [id, at, bytes]] of regions.entries()) {
    const row = 192 * KIB + 16 + entry * 32
    guid(row, id)
    view.setBigUint64(row + 16, BigInt(at), true)
    view.setUint32(row + 24, bytes, true)
  }
  text(METADATA_AT, 'metadata')
  view.setUint16(METADATA_AT + 10, 3, true)
  for (const [entry, id] of [FILE_PARAMETERS, VIRTUAL_DISK_SIZE, LOGICAL_SECTOR_SIZE].entries()) {
    const row = METADATA_AT + 32 + entry * 32
    guid(row, id)
    view.setUint32(row + 16, 64 * KIB + entry * 8, true)
  }
  view.setUint32(METADATA_AT + 64 * KIB, blockBytes, true)
  view.setBigUint64(METADATA_AT + 64 * KIB + 8, BigInt(virtualBytes), true)
  view.setUint32(METADATA_AT + 64 * KIB + 16, 512, true)
  for (const [entry, state] of states.entries()) view.setBigUint64(BAT_AT + entry * 8, BigInt(state), true)
  return (offset, length) => file.subarray(offset, Math.max(offset, offset + length))
}

test('blocks that are not there read as zeros, all others may hold something', async () => {
  const states = [0, 1, 2, 3, 6, 6, 7, 4, 0]
  expect(await readVhdxExtents(tablesOf({ virtualBytes: 8.5 * MIB, states }))).toEqual([
    { start: 0, length: 4 * MIB, zero: true },
    { start: 4 * MIB, length: 4 * MIB, zero: false },
    { start: 8 * MIB, length: 0.5 * MIB, zero: true },
  ])
})

test('entries of bitmaps stand between those of blocks', async () => {
  const states = [...Array.from({ length: 4096 }, () => 0), 6, 6]
  expect(await readVhdxExtents(tablesOf({ virtualBytes: 4097 * MIB, states }))).toEqual([
    { start: 0, length: 4096 * MIB, zero: true },
    { start: 4096 * MIB, length: MIB, zero: false },
  ])
})

test('tables that are not sound tell nothing', async () => {
  const sound: Sample = { virtualBytes: 4 * MIB, states: [6, 6, 6, 6] }
  expect(await readVhdxExtents(tablesOf(sound))).toEqual([{ start: 0, length: 4 * MIB, zero: false }])
  expect(await readVhdxExtents(tablesOf({ ...sound, batBytes: 24 }))).toBeNull()
  expect(await readVhdxExtents(tablesOf({ ...sound, blockBytes: 3 }))).toBeNull()
  expect(await readVhdxExtents(tablesOf({ ...sound, virtualBytes: 0 }))).toBeNull()
  expect(await readVhdxExtents(() => new Uint8Array(0))).toBeNull()
})
