import { ByteView, type ReadBytes } from '../byte-view.js'

/** Basic blocks of the log, in which all its records are counted. */
const BLOCK = 512
const HEADER_MAGIC = 0xfeedbabe
/** A version 2 header covers this much data; a longer record has more headers. */
const HEADER_DATA_BYTES = 32 * 1024
const UNMOUNT = 0x20
/** Headers of the longest record, and the block of an unmount record. */
const TAIL_BLOCKS = 10
/** Linux fs/xfs/libxfs/xfs_fs.h and xfs_format.h: `XFS_MAX_BLOCKSIZE` and `XFS_MAX_LOG_BYTES`. Beyond, it is no log that a kernel wrote. */
const MAX_BLOCK_BYTES = 64 * 1024
const MAX_LOG_BYTES = 2 * 1024 ** 3

/**
 * Whether the log of an XFS was left as a clean unmount leaves it: its last record says nothing but that. From Linux
 * fs/xfs/xfs_log_recover.c, `xlog_find_head` and `xlog_check_unmount_rec`. Null where it cannot be told: a log on another device.
 * `head` holds the superblock; `read` counts from the start of the partition. At most 25 small reads.
 */
export async function isXfsLogClean(head: ByteView, read: ReadBytes): Promise<boolean | null> {
  const blockBytes = head.u32be(4)
  const logStart = head.u64be(48)
  const [agBlocks, logBlocks, agShift] = [head.u32be(84), head.u32be(96), head.u8(124)]
  if (logStart === 0n || logBlocks === 0 || agShift > 31) return null
  if (blockBytes > MAX_BLOCK_BYTES || logBlocks * blockBytes > MAX_LOG_BYTES) return null
  const group = Number(logStart >> BigInt(agShift))
  const within = Number(logStart & ((1n << BigInt(agShift)) - 1n))
  const start = (group * agBlocks + within) * blockBytes
  const blocks = Math.floor((logBlocks * blockBytes) / BLOCK)
  if (!Number.isSafeInteger(start) || blocks < TAIL_BLOCKS) return null

  const cycleOf = async (block: number): Promise<number> => {
    const view = new ByteView(await read(start + block * BLOCK, 8))
    return view.u32be(0) === HEADER_MAGIC ? view.u32be(4) : view.u32be(0)
  }
  const end = await findHead(cycleOf, blocks)
  if (end === null) return true
  const first = Math.max(0, (end === 0 ? blocks : end) - TAIL_BLOCKS)
  const tail = new ByteView(await read(start + first * BLOCK, ((end === 0 ? blocks : end) - first) * BLOCK))
  return endsWithUnmount(tail, (end === 0 ? blocks : end) - first)
}

/** The block after the newest record: where the cycle number drops. Null for a log that was never written to. */
async function findHead(cycleOf: (block: number) => Promise<number>, blocks: number): Promise<number | null> {
  const first = await cycleOf(0)
  if (first === 0) return null
  if ((await cycleOf(blocks - 1)) === first) return 0
  let [low, high] = [0, blocks - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((await cycleOf(middle)) === first) low = middle
    else high = middle
  }
  return high
}

function endsWithUnmount(tail: ByteView, blocks: number): boolean {
  for (let at = blocks - 2; at >= 0; at -= 1) {
    const byte = at * BLOCK
    if (tail.u32be(byte) !== HEADER_MAGIC) continue
    const [version, size, operations] = [tail.u32be(byte + 8), tail.u32be(byte + 320), tail.u32be(byte + 40)]
    const headers = version === 2 && size > HEADER_DATA_BYTES ? Math.ceil(size / HEADER_DATA_BYTES) : 1
    const data = at + headers
    // Flags of the record's only operation (struct xlog_op_header).
    return operations === 1 && data === blocks - 1 && (tail.u8(data * BLOCK + 9) & UNMOUNT) !== 0
  }
  return false
}
