import { metadataMarker, sectorTable, tablesOf } from './markers.js'
import { DIRECTORY_AT_END, OVERHEAD_SECTORS, SECTOR_BYTES, sparseHeader, TABLE_ENTRIES } from './sparse-header.js'
import { type StreamDescriptor, streamDescriptor } from './descriptor.js'

/** Places in a VMDK have 32 bits: a file ends within 2 TiB. */
const MAX_SECTOR = 0xffff_ffff

/** Header, descriptor and room up to the first grain. */
export function streamHead(descriptor: StreamDescriptor): Uint8Array {
  const bytes = new Uint8Array(OVERHEAD_SECTORS * SECTOR_BYTES)
  bytes.set(sparseHeader({ capacity: descriptor.capacity, directory: DIRECTORY_AT_END }))
  bytes.set(streamDescriptor(descriptor), SECTOR_BYTES)
  return bytes
}

/**
 * Where the grains of a stream-optimized disk went. Each grain table follows its grains, the directory follows the last table, then
 * come the footer and the end of the stream: a reader that cannot seek has seen everything by then.
 * Source: VMware, "Virtual Disk Format 5.0", "Stream-Optimized Compressed Sparse Extents".
 */
export class StreamIndex {
  readonly #capacity: number
  readonly #directory: Uint32Array
  readonly #table = new Uint32Array(TABLE_ENTRIES)
  #current = -1

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#directory = new Uint32Array(tablesOf(capacity).tables)
  }

  /**
   * What has to be written before grain `index` can be: the table of the grains before it, when that is complete. Grains come in order.
   *
   * @param sector where it would be written
   */
  before(index: number, sector: number): Uint8Array | null {
    const table = Math.floor(index / TABLE_ENTRIES)
    const done = table === this.#current ? null : this.#closeTable(sector)
    this.#current = table
    return done
  }

  /** Grain `index` is in the file from `sector` on. False where the file is longer than its entries can say. */
  add(index: number, sector: number): boolean {
    this.#table[index % TABLE_ENTRIES] = sector
    return sector <= MAX_SECTOR
  }

  /** All that follows the last grain; `sector` is where it goes. */
  end(sector: number): Uint8Array {
    const table = this.#closeTable(sector) ?? new Uint8Array(0)
    const directory = sectorTable(this.#directory)
    const directorySector = sector + table.length / SECTOR_BYTES + 1
    return joined([
      table,
      metadataMarker('grain-directory', directory.length / SECTOR_BYTES),
      directory,
      metadataMarker('footer', 1),
      sparseHeader({ capacity: this.#capacity, directory: BigInt(directorySector) }),
      metadataMarker('end-of-stream', 0),
    ])
  }

  #closeTable(sector: number): Uint8Array | null {
    if (this.#current < 0) return null
    const table = sectorTable(this.#table)
    this.#directory[this.#current] = sector + 1
    this.#table.fill(0)
    return joined([metadataMarker('grain-table', table.length / SECTOR_BYTES), table])
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
