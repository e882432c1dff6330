/** Names of OVF 0.9 and of programs that still write them. */
const OLD_UNITS: Readonly<Record<string, number>> = {
  byte: 1,
  bytes: 1,
  kilobytes: 1024,
  kb: 1024,
  megabytes: 1024 ** 2,
  mb: 1024 ** 2,
  gigabytes: 1024 ** 3,
  gb: 1024 ** 3,
}

/**
 * Bytes of `ovf:capacityAllocationUnits`: a programmatic unit such as `byte * 2^30` (DMTF DSP0004, annex C.1), bytes when it is not
 * given. Null for what makes no sense.
 */
export function unitBytes(unit: string | undefined): number | null {
  if (unit === undefined || unit.trim() === '') return 1
  const [base = '', ...factors] = unit.split('*').map((part) => part.trim().toLowerCase())
  let bytes = OLD_UNITS[base]
  if (bytes === undefined) return null
  for (const factor of factors) {
    const match = /^([0-9]{1,6})(?:\s*\^\s*([0-9]{1,2}))?$/.exec(factor)
    if (!match) return null
    bytes *= Number(match[1]) ** Number(match[2] ?? 1)
  }
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null
}

/** A disk's capacity in bytes; null where it is no number (it may name a property) or too large. */
export function capacityBytes(capacity: string | undefined, unit: string | undefined): number | null {
  const factor = unitBytes(unit)
  if (factor === null || capacity === undefined || !/^[0-9]{1,18}$/.test(capacity.trim())) return null
  const bytes = Number(capacity) * factor
  return Number.isSafeInteger(bytes) ? bytes : null
}
