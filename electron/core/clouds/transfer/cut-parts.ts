/** A run of bytes that is sent at once. */
export interface Part {
  /** From 1. */
  readonly number: number
  readonly start: number
  readonly length: number
}

export interface PartLimits {
  /** Bytes of a part where nothing asks for more. */
  readonly usual: number
  /** Parts that the provider takes at most. */
  readonly maxParts: number
  /** Parts are multiples of it, the last one excepted. Default 1 MiB. */
  readonly unit?: number
}

/** Bytes of a part so that `total` bytes need no more than `maxParts`. */
export function partBytes(total: number, { usual, maxParts, unit = 1024 ** 2 }: PartLimits): number {
  return Math.max(usual, Math.ceil(total / maxParts / unit) * unit)
}

/** All parts of a file. An empty file has one empty part. */
export function cutParts(total: number, length: number): Part[] {
  const count = Math.max(1, Math.ceil(total / length))
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * length,
    length: Math.min(length, total - index * length),
  }))
}
