import { gunzipSync } from 'node:zlib'

const GIB = 1024 ** 3
const BLOCK = 512

/**
 * Why no image can be made of a file; null when one can. Source: Compute Engine, "Manually import boot disks": `disk.raw` alone, in a tar of
 * the old GNU format, with gzip; a whole number of GiB.
 */
export function imageFileProblem(file: Buffer): string | null {
  let tar: Buffer
  try {
    tar = gunzipSync(file)
  } catch {
    return 'The tar archive is not a valid image.'
  }
  const header = tar.subarray(0, BLOCK)
  if (tar.length < BLOCK || header.toString('latin1', 257, 265) !== 'ustar  \0') return 'Supported formats are: GNU and OLDGNU'
  if (text(header, 0, 100) !== 'disk.raw') return `The tar archive should hold one file, named disk.raw, not ${text(header, 0, 100)}`
  const type = header.toString('latin1', 156, 157)
  if (!['0', '\0', 'S'].includes(type)) return 'disk.raw is no file'
  const stored = number(header, 124)
  const size = type === 'S' ? number(header, 483) : stored
  if (size === 0 || size % GIB !== 0) return `The size of disk.raw is ${size}, no whole number of GiB`
  let at = BLOCK
  // The map of a sparse file goes on in blocks of its own while byte 482, then 504 of those, says so.
  for (let more = type === 'S' && header[482] === 1; more; at += BLOCK) more = tar[at + 504] === 1
  at += Math.ceil(stored / BLOCK) * BLOCK
  return tar.subarray(at, at + BLOCK).every((byte) => byte === 0) ? null : 'The tar archive holds more than disk.raw'
}

function text(header: Buffer, start: number, length: number): string {
  return header.toString('latin1', start, start + length).replace(/\0.*$/s, '')
}

/** Octal digits, or base 256 for what they cannot hold. */
function number(header: Buffer, at: number): number {
  return (header[at] ?? 0) & 0x80 ? Number(header.readBigUInt64BE(at + 4)) : Number.parseInt(text(header, at, 12), 8)
}
