import { ByteView } from '#shared/images/byte-view'
import { type FatEntry, readFatFolder } from './directory.js'
import { type FatGeometry, readFatGeometry } from './geometry.js'

/** A FAT file system read without a tool: looked up only, nothing written. */
export interface FatFiles {
  /** Names in a folder; null is the root. */
  names(folder: FatEntry | null): Promise<readonly FatEntry[]>
  /** Bytes of a file from `start`, at most `length`. */
  content(file: FatEntry, start: number, length: number): AsyncGenerator<Uint8Array>
}

type Read = (offset: number, length: number) => Promise<Uint8Array>

const CACHE_BLOCK = 64 * 1024
const CACHE_BLOCKS = 64
/** A folder has at most 65 536 rows of 32 bytes. */
const MAX_FOLDER_BYTES = 2 * 1024 * 1024
const PIECE_BYTES = 1024 * 1024

/** Undefined where the bytes are no FAT. `read` counts from the start of the file system. */
export async function openFat(read: Read): Promise<FatFiles | undefined> {
  const geometry = readFatGeometry(new ByteView(await read(0, 512)))
  if (!geometry) return undefined
  const next = fatReader(geometry, cachedReads(read))
  const runs = (cluster: number, maxBytes: number) => clusterRuns(geometry, next, cluster, maxBytes)
  const folderBytes = async (folder: FatEntry | null): Promise<Uint8Array> => {
    const { root } = geometry
    if (folder === null && 'start' in root) return read(root.start, root.bytes)
    const first = folder?.cluster ?? ('cluster' in root ? root.cluster : 0)
    const parts: Uint8Array[] = []
    for await (const run of runs(first, MAX_FOLDER_BYTES)) parts.push(await read(run.start, run.bytes))
    return Buffer.concat(parts)
  }
  return {
    names: async (folder) => {
      const bytes = await folderBytes(folder)
      return readFatFolder(new ByteView(bytes), bytes.length)
    },
    content: async function* (file, start, length) {
      const end = Math.min(file.sizeBytes, start + length)
      let at = 0
      if (end <= start) return
      for await (const run of runs(file.cluster, end)) {
        const from = Math.max(start - at, 0)
        const to = Math.min(run.bytes, end - at)
        if (to > from) yield read(run.start + from, to - from)
        at += run.bytes
      }
      if (at < end) throw new RangeError(`a file of ${file.sizeBytes} bytes ends after ${at}`)
    },
  }
}

/** Stretches of clusters that follow each other, in pieces of at most a mebibyte. A chain that loops ends where all clusters were seen. */
async function* clusterRuns(
  geometry: FatGeometry,
  next: (cluster: number) => Promise<number>,
  first: number,
  maxBytes: number,
): AsyncGenerator<{ start: number; bytes: number }> {
  const { clusterBytes, dataStart, clusters } = geometry
  const isCluster = (cluster: number) => cluster >= 2 && cluster < clusters + 2
  let run: { first: number; count: number } | null = null
  let cluster = first
  let bytes = 0
  for (let seen = 0; isCluster(cluster) && seen < clusters && bytes < maxBytes; seen += 1) {
    if (run !== null && cluster === run.first + run.count && run.count * clusterBytes < PIECE_BYTES) run.count += 1
    else {
      if (run !== null) yield { start: dataStart + (run.first - 2) * clusterBytes, bytes: run.count * clusterBytes }
      run = { first: cluster, count: 1 }
    }
    bytes += clusterBytes
    if (bytes < maxBytes) cluster = await next(cluster)
  }
  if (run !== null) yield { start: dataStart + (run.first - 2) * clusterBytes, bytes: run.count * clusterBytes }
}

/** The cluster that follows one; what ends a chain is no cluster. */
function fatReader({ bits, fatStart }: FatGeometry, read: Read): (cluster: number) => Promise<number> {
  return async (cluster) => {
    const offset = fatStart + Math.floor((cluster * bits) / 8)
    const view = new ByteView(await read(offset, bits === 32 ? 4 : 2))
    if (bits === 32) return view.u32le(0) & 0x0fff_ffff
    if (bits === 16) return view.u16le(0)
    return cluster % 2 === 0 ? view.u16le(0) & 0xfff : view.u16le(0) >> 4
  }
}

/** Rows of the table lie close together: one read serves thousands of them. */
function cachedReads(read: Read): Read {
  const blocks = new Map<number, Promise<Uint8Array>>()
  const block = (index: number): Promise<Uint8Array> => {
    const known = blocks.get(index) ?? read(index * CACHE_BLOCK, CACHE_BLOCK)
    blocks.delete(index)
    blocks.set(index, known)
    const [oldest] = blocks.keys()
    if (blocks.size > CACHE_BLOCKS && oldest !== undefined) blocks.delete(oldest)
    return known
  }
  return async (offset, length) => {
    const first = Math.floor(offset / CACHE_BLOCK)
    if (first !== Math.floor((offset + length - 1) / CACHE_BLOCK)) return read(offset, length)
    const start = offset - first * CACHE_BLOCK
    return (await block(first)).subarray(start, start + length)
  }
}
