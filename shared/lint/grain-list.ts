/** Grains in the order of a stream, 8 bytes each: their number on the disk, which rises, and the sector of their marker. */
export class GrainList {
  count = 0
  #grains = new Uint32Array(1024)
  #sectors = new Uint32Array(1024)

  /** Number of the grain that was added last; -1 without one. */
  get lastGrain(): number {
    return this.count === 0 ? -1 : (this.#grains[this.count - 1] ?? -1)
  }

  add(grain: number, sector: number): void {
    if (this.count === this.#grains.length) {
      this.#grains = doubled(this.#grains)
      this.#sectors = doubled(this.#sectors)
    }
    this.#grains[this.count] = grain
    this.#sectors[this.count] = sector
    this.count += 1
  }

  /** Sector of the marker of a grain; undefined when it is not in the stream. */
  sectorOf(grain: number): number | undefined {
    let [low, high] = [0, this.count - 1]
    while (low <= high) {
      const middle = (low + high) >>> 1
      const found = this.#grains[middle] ?? 0
      if (found === grain) return this.#sectors[middle]
      if (found < grain) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }
}

function doubled(list: Uint32Array): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(list.length * 2)
  copy.set(list)
  return copy
}
