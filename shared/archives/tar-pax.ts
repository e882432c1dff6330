import { ByteView } from '../images/byte-view.js'
import type { SparsePiece } from './tar-header.js'

/** Records of a pax extended header, in order; keys may stand more than once (GNU's sparse format 0.0). */
export type PaxRecords = readonly (readonly [key: string, value: string])[]

/** Reads `LENGTH KEY=VALUE\n` records (POSIX.1-2001 pax). Null when a length does not fit. */
export function readPaxRecords(bytes: Uint8Array): PaxRecords | null {
  const records: [string, string][] = []
  const view = new ByteView(bytes)
  for (let at = 0; at < bytes.length; ) {
    if (bytes.subarray(at).every((byte) => byte === 0)) break
    const blank = bytes.indexOf(0x20, at)
    if (blank < 0 || blank - at > 10 || blank === at) return null
    const digits = view.latin1(at, blank - at)
    if (!/^[1-9][0-9]*$/.test(digits)) return null
    const end = at + Number(digits)
    if (end > bytes.length || end <= blank + 1 || bytes[end - 1] !== 0x0a) return null
    const text = view.text(blank + 1, end - 2 - blank)
    const equals = text.indexOf('=')
    if (equals <= 0) return null
    records.push([text.slice(0, equals), text.slice(equals + 1)])
    at = end
  }
  return records
}

/** The last value of a key wins. */
export function paxValue(records: PaxRecords, key: string): string | undefined {
  return records.findLast(([name]) => name === key)?.[1]
}

export function paxNumber(records: PaxRecords, key: string): number | null | undefined {
  const value = paxValue(records, key)
  if (value === undefined) return undefined
  const number = /^[0-9]{1,16}$/.test(value) ? Number(value) : Number.NaN
  return Number.isSafeInteger(number) ? number : null
}

/** `mtime`: seconds since 1970 with parts of them; undefined where there is none, null for what is no time after that. */
export function paxTime(records: PaxRecords): number | null | undefined {
  const value = paxValue(records, 'mtime')
  if (value === undefined) return undefined
  return /^[0-9]{1,12}(?:\.[0-9]{1,20})?$/.test(value) ? Number(value) : null
}

export interface PaxSparse {
  readonly realSize: number
  /** Null where the map stands in front of the data (format 1.0). */
  readonly pieces: readonly SparsePiece[] | null
}

/**
 * The sparse formats of GNU tar in pax headers: 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files"). Undefined for a file that is
 * not sparse, null for one that makes no sense.
 */
export function readPaxSparse(records: PaxRecords): PaxSparse | null | undefined {
  const isSparse = records.some(([key]) => key.startsWith('GNU.sparse.'))
  if (!isSparse) return undefined
  const realSize = paxNumber(records, 'GNU.sparse.realsize') ?? paxNumber(records, 'GNU.sparse.size')
  if (realSize === undefined || realSize === null) return null
  if (paxValue(records, 'GNU.sparse.major') === '1')
    return paxValue(records, 'GNU.sparse.minor') === '0' ? { realSize, pieces: null } : null
  const map = paxValue(records, 'GNU.sparse.map')
  const numbers =
    map === undefined
      ? records.filter(([key]) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes').map(([, value]) => value)
      : map.split(',').filter((part) => part !== '')
  const pieces = piecesOf(numbers)
  return pieces && { realSize, pieces }
}

/** Pairs of offset and length; null where one is no number. */
export function piecesOf(numbers: readonly string[]): SparsePiece[] | null {
  if (numbers.length % 2 !== 0 || numbers.some((text) => !/^[0-9]{1,15}$/.test(text))) return null
  const pieces: SparsePiece[] = []
  for (let index = 0; index < numbers.length; index += 2)
    pieces.push({ offset: Number(numbers[index]), length: Number(numbers[index + 1]) })
  // The last one, of no length, only tells where the file ends.
  return pieces.filter(({ length }) => length > 0)
}
