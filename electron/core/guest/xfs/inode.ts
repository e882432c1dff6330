import type { ByteView } from '#shared/images/byte-view'

export interface XfsInode {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly data: XfsFork
  /** Extended attributes; null where there are none. */
  readonly attributes: XfsFork | null
  /** Data lies on the realtime device. */
  readonly realtime: boolean
}

export interface XfsFork {
  readonly format: 'device' | 'local' | 'extents' | 'btree' | 'unknown'
  readonly bytes: Uint8Array
  /** Number of extents that follow in `bytes`, for format `extents`. */
  readonly extents: number
}

const FORMATS: readonly XfsFork['format'][] = ['device', 'local', 'extents', 'btree']
const REALTIME = 0x1
const BIG_TIME = 0x8n
const BIG_COUNTS = 0x10n
/** Big times count nanoseconds from the earliest second that 32 bits could tell. */
const BIG_TIME_EPOCH = 2 ** 31
const V2_CORE_BYTES = 100
const V3_CORE_BYTES = 176

/** An inode as it lies on disk, Linux fs/xfs/libxfs/xfs_format.h (struct xfs_dinode). Null for what is none. */
export function readInode(view: ByteView): XfsInode | null {
  const version = view.u8(4)
  if (!view.startsWith('IN') || version < 1 || version > 3) return null
  const flags2 = version === 3 ? view.u64be(120) : 0n
  const bigCounts = (flags2 & BIG_COUNTS) !== 0n
  const core = version === 3 ? V3_CORE_BYTES : V2_CORE_BYTES
  const forkOffset = view.u8(82) * 8
  const dataEnd = forkOffset === 0 ? view.length : Math.min(view.length, core + forkOffset)
  const fork = (format: number, from: number, to: number, extents: number): XfsFork => ({
    format: FORMATS[format] ?? 'unknown',
    bytes: view.slice(from, to - from),
    extents,
  })
  return {
    mode: view.u16be(2),
    uid: view.u32be(8),
    gid: view.u32be(12),
    sizeBytes: Number(BigInt.asIntN(64, view.u64be(56))),
    mtime: (flags2 & BIG_TIME) === 0n ? view.u32be(40) | 0 : Number(view.u64be(40) / 1_000_000_000n) - BIG_TIME_EPOCH,
    data: fork(view.u8(5), core, dataEnd, bigCounts ? Number(view.u64be(24)) : view.u32be(76)),
    attributes: forkOffset === 0 ? null : fork(view.u8(83), dataEnd, view.length, bigCounts ? view.u32be(76) : view.u16be(80)),
    realtime: (view.u16be(90) & REALTIME) !== 0,
  }
}
