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
const S_IFDIR = 0o040000

export interface GuestStat {
  readonly regular: boolean
  readonly folder: boolean
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Seconds, nanoseconds. */
  readonly mtime: readonly [number, number]
}

/** Null when the answer is not that of `statns`. */
export function parseStat(text: string): GuestStat | null {
  const fields = parseStruct(text)
  const names = ['st_mode', 'st_uid', 'st_gid', 'st_size', 'st_mtime_sec', 'st_mtime_nsec']
  const [mode, uid, gid, size, seconds, nanos] = names.map((name) => fields.get(name))
  if (mode === undefined || uid === undefined || gid === undefined) return null
  if (size === undefined || seconds === undefined || nanos === undefined) return null
  const type = mode & S_IFMT
  return { regular: type === S_IFREG, folder: type === S_IFDIR, mode: mode & 0o7777, uid, gid, size, mtime: [seconds, nanos] }
}

const ST_RDONLY = 1

export function parseStatvfs(text: string): { freeBytes: number; readOnly: boolean } | null {
  const fields = parseStruct(text)
  const [unit, free, flag] = ['frsize', 'bavail', 'flag'].map((name) => fields.get(name))
  if (unit === undefined || free === undefined || flag === undefined) return null
  return { freeBytes: unit * free, readOnly: (flag & ST_RDONLY) !== 0 }
}
