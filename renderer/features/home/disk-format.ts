import { DISK_FORMATS, type DiskFormat } from '#shared/images/formats'

const KNOWN: ReadonlySet<string> = new Set(DISK_FORMATS)

/** A recent image may name a format that this version does not know. */
export function isDiskFormat(name: string): name is DiskFormat {
  return KNOWN.has(name)
}
