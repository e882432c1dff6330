/** A run of bytes of a disk. */
export interface ZeroExtent {
  readonly start: number
  readonly length: number
  readonly zero: boolean
}

/** A file by what is in it: everything between the pieces is zeros. */
export interface ZeroOverlay {
  readonly fileBytes: number
  /** In order. Large ones are made when they are asked for. */
  readonly pieces: Iterable<{ readonly at: number; readonly bytes: Uint8Array }>
}

const CLUSTER_BITS = 21
const CLUSTER = 2 ** CLUSTER_BITS
const ENTRY_BYTES = 8
const CLUSTERS_PER_TABLE = CLUSTER / ENTRY_BYTES
const HEADER_BYTES = 104
const REFCOUNT_TABLE = CLUSTER
const L1_TABLE = 2 * CLUSTER
const FIRST_TABLE = 3 * CLUSTER
/** Each takes a cluster and tells of 512 GiB. What further ones would tell is left to be read. */
const MAX_TABLES = 32

/** Clusters of a table, or of the whole disk; the end is not part of it. */
interface Run {
  readonly from: number
  readonly to: number
}

/**
 * A qcow2 without data, of the disk's size: what is told to be zeros reads as zeros, everything else is left to its backing file, which whoever
 * opens it has to name. The extents are in order and neighbours differ. Null where it would tell nothing.
 *
 * Source: QEMU docs/interop/qcow2.txt, "Header", "Cluster mapping": a standard cluster whose bit 0 is set reads as all zeros, one whose entry
 * is 0 is read from the backing file. It is for reading alone: nothing in it is counted as used.
 */
export function zeroOverlay(extents: readonly ZeroExtent[], virtualBytes: number): ZeroOverlay | null {
  if (virtualBytes % 512 !== 0) return null
  const runs = zeroRuns(extents, virtualBytes)
  const l1 = new DataView(new ArrayBuffer(Math.ceil(virtualBytes / CLUSTER / CLUSTERS_PER_TABLE) * ENTRY_BYTES))
  const tables: (readonly Run[])[] = []
  let emptyAt: number | undefined
  const place = (table: readonly Run[]): number | undefined => (tables.length < MAX_TABLES ? tables.push(table) - 1 : undefined)
  for (const [index, inside] of splitByTable(runs, virtualBytes).entries()) {
    if (inside.length === 0) continue
    // Empty stretches of a large disk have one table in common.
    const slot = isWhole(inside, index, virtualBytes) ? (emptyAt ??= place([{ from: 0, to: CLUSTERS_PER_TABLE }])) : place(inside)
    if (slot !== undefined) l1.setBigUint64(index * ENTRY_BYTES, BigInt(FIRST_TABLE + slot * CLUSTER))
  }
  if (tables.length === 0) return null
  const head = header(virtualBytes, l1.byteLength / ENTRY_BYTES)
  return { fileBytes: FIRST_TABLE + tables.length * CLUSTER, pieces: pieces(head, new Uint8Array(l1.buffer), tables) }
}

/** Clusters that are zeros from their beginning to their end. */
function zeroRuns(extents: readonly ZeroExtent[], virtualBytes: number): Run[] {
  return extents.flatMap(({ start, length, zero }) => {
    const end = start + length
    const from = Math.ceil(start / CLUSTER)
    const to = end >= virtualBytes ? Math.ceil(virtualBytes / CLUSTER) : Math.floor(end / CLUSTER)
    return zero && to > from ? [{ from, to }] : []
  })
}

/** For each table the runs that it has to tell, counted from its own first cluster. */
function splitByTable(runs: readonly Run[], virtualBytes: number): Run[][] {
  const tables: Run[][] = Array.from({ length: Math.ceil(virtualBytes / CLUSTER / CLUSTERS_PER_TABLE) }, () => [])
  for (const run of runs) {
    for (let from = run.from; from < run.to; ) {
      const index = Math.floor(from / CLUSTERS_PER_TABLE)
      const first = index * CLUSTERS_PER_TABLE
      const to = Math.min(run.to, first + CLUSTERS_PER_TABLE)
      tables[index]?.push({ from: from - first, to: to - first })
      from = to
    }
  }
  return tables
}

function isWhole([run]: readonly Run[], index: number, virtualBytes: number): boolean {
  const clusters = Math.min(CLUSTERS_PER_TABLE, Math.ceil(virtualBytes / CLUSTER) - index * CLUSTERS_PER_TABLE)
  return run?.from === 0 && run.to === clusters
}

function* pieces(head: Uint8Array, l1: Uint8Array, tables: readonly (readonly Run[])[]): Generator<{ at: number; bytes: Uint8Array }> {
  yield { at: 0, bytes: head }
  yield { at: L1_TABLE, bytes: l1 }
  for (const [slot, runs] of tables.entries()) {
    const bytes = new Uint8Array(CLUSTER)
    // The lowest bit of a big-endian entry.
    for (const { from, to } of runs) for (let entry = from; entry < to; entry += 1) bytes[entry * ENTRY_BYTES + ENTRY_BYTES - 1] = 1
    yield { at: FIRST_TABLE + slot * CLUSTER, bytes }
  }
}

/** Version 3, which is the first that knows clusters of zeros. Its reference counts are there and empty. */
function header(virtualBytes: number, l1Entries: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES))
  view.setUint32(0, 0x514649fb)
  view.setUint32(4, 3)
  view.setUint32(20, CLUSTER_BITS)
  view.setBigUint64(24, BigInt(virtualBytes))
  view.setUint32(36, l1Entries)
  view.setBigUint64(40, BigInt(L1_TABLE))
  view.setBigUint64(48, BigInt(REFCOUNT_TABLE))
  view.setUint32(56, 1)
  view.setUint32(96, 4)
  view.setUint32(100, HEADER_BYTES)
  return new Uint8Array(view.buffer)
}
