import type { ByteView } from '../images/byte-view.js'
import type { ImageFormat } from '../images/formats.js'
import { type ByteSource, viewOf } from './byte-source.js'
import { type ClusterTables, countLostClusters, qcow2Tables, qcowTables, qedTables } from './cluster-tables.js'
import { countLostGrains } from './grain-tables.js'
import { fromTheEnd, type ReachLimits, REACH_WORDS } from './reach.js'
import { isVdiInside, readVdiMap } from './vdi-map.js'
import { countVhdxBlocks, readVhdxTable } from './vhdx-table.js'
import { COMPRESSED, hasKnownGrains, readSparseHeader } from './vmdk-header.js'

const SECTOR = 512

type Finder = (source: ByteSource, limits: ReachLimits) => Promise<string | null>

/** Formats whose tables say how long the file has to be. A raw disk has none, and a VHD that lost its end has lost its footer. */
const FINDERS: Readonly<Partial<Record<ImageFormat, Finder>>> = {
  qcow2: inClusters(qcow2Tables),
  qcow: inClusters(qcowTables),
  qed: inClusters(qedTables),
  vmdk: inGrains,
  vdi: async (source) => {
    const map = readVdiMap(await viewOf(source, 0, SECTOR))
    return isVdiInside(map, source.bytes) ? null : REACH_WORDS['block-map']()
  },
  vhdx: async (source, limits) => {
    const table = await readVhdxTable(source)
    if (table === null) return null
    const { outside } = await countVhdxBlocks(source, table, limits)
    return outside === 0 ? null : REACH_WORDS.blocks(outside)
  },
  parallels: inParallels,
}

/**
 * What the tables of an image name and the file does not have, in the words of lint; null where nothing is missing, or nothing tells. Drivers
 * read zeros there, most of them without a word. Tables beyond the limit are not looked at, those for the end of the disk first.
 */
export async function findShortfall(source: ByteSource, format: ImageFormat, limits: ReachLimits): Promise<string | null> {
  return (await FINDERS[format]?.(source, limits)) ?? null
}

function inClusters(read: (view: ByteView) => ClusterTables | null): Finder {
  return async (source, limits) => {
    const tables = read(await viewOf(source, 0, SECTOR))
    if (tables === null) return null
    const lost = await countLostClusters(source, tables, limits)
    if (lost.tables > 0) return REACH_WORDS.table(lost.tables, 'level 1 table')
    return lost.clusters > 0 ? REACH_WORDS.clusters(lost.clusters) : null
  }
}

/** One hosted sparse extent; what a descriptor names is asked of each of its files. */
async function inGrains(source: ByteSource, limits: ReachLimits): Promise<string | null> {
  const header = readSparseHeader(await viewOf(source, 0, SECTOR))
  if (header === null || !hasKnownGrains(header)) return null
  const lost = await countLostGrains(source, header, limits)
  if (lost === null) return REACH_WORDS.directory()
  const words = (header.flags & COMPRESSED) === 0 ? REACH_WORDS.grains : REACH_WORDS.stream
  return lost === 0 ? null : words(lost)
}

/** QEMU docs/interop/parallels.rst: a map of blocks right behind the header, in sectors or, extended, in blocks. */
async function inParallels(source: ByteSource, limits: ReachLimits): Promise<string | null> {
  const head = await viewOf(source, 0, SECTOR)
  const unit = head.startsWith('WithouFreSpacExt') ? head.u32le(28) * SECTOR : SECTOR
  let lost = 0
  for (const { from, count } of fromTheEnd(head.u32le(32), limits.tableBytes / 4)) {
    limits.throwIfStopped()
    const view = await viewOf(source, 64 + from * 4, count * 4)
    for (let at = 0; at < view.length; at += 4) if (view.u32le(at) * unit >= source.bytes) lost += 1
  }
  return lost === 0 ? null : REACH_WORDS.clusters(lost)
}
