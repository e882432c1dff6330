/** `name: value` lines, as guestfish prints structures such as `statns` and `statvfs`. */
export function parseStruct(text: string): ReadonlyMap<string, number> {
  const fields = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^([a-z_0-9]+): (-?\d+)$/.exec(line)
    if (match?.[1] !== undefined) fields.set(match[1], Number(match[2]))
  }
  return fields
}

const S_IFMT = 0o170000
const S_IFREG = 0o100000

export interface GuestStat {
  readonly regular: boolean
  readonly size: number
  /** Seconds, nanoseconds. */
  readonly mtime: readonly [number, number]
}

/** Null when the answer is not that of `statns`. */
export function parseStat(text: string): GuestStat | null {
  const fields = parseStruct(text)
  const [mode, size, seconds, nanos] = ['st_mode', 'st_size', 'st_mtime_sec', 'st_mtime_nsec'].map((name) => fields.get(name))
  if (mode === undefined || size === undefined || seconds === undefined || nanos === undefined) return null
  return { regular: (mode & S_IFMT) === S_IFREG, size, mtime: [seconds, nanos] }
}

const ST_RDONLY = 1

export function parseStatvfs(text: string): { freeBytes: number; readOnly: boolean } | null {
  const fields = parseStruct(text)
  const [unit, free, flag] = ['frsize', 'bavail', 'flag'].map((name) => fields.get(name))
  if (unit === undefined || free === undefined || flag === undefined) return null
  return { freeBytes: unit * free, readOnly: (flag & ST_RDONLY) !== 0 }
}
