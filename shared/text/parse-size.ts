const UNITS = ['', 'K', 'M', 'G', 'T'] as const

/**
 * Bytes of a size as qemu-img(1) takes them: `20G`, `1.5G`, `512M`, `20 GiB`, `1048576`. Units are binary. Undefined for what is no size.
 */
export function parseDiskSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:iB|B)?$/i.exec(text.trim())
  if (!match) return undefined
  const bytes = Number(match[1]) * 1024 ** UNITS.indexOf((match[2] ?? '').toUpperCase() as (typeof UNITS)[number])
  return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : undefined
}

/** Down to a whole number of sectors, which is what a disk has. */
export function wholeSectors(bytes: number): number {
  return Math.floor(bytes / 512) * 512
}
