import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** No screen of a machine without a display is larger. */
const MAX_PIXELS = 8192 * 8192
const RGB = 2

/** What qemu's `screendump` writes (PPM, netpbm ppm(5), `P6` with 255 levels) as a PNG (ISO/IEC 15948); null for anything else. */
export function pngOfPpm(ppm: Buffer): Buffer | null {
  const head = /^P6\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s+255\s/.exec(ppm.toString('latin1', 0, 200))
  const [width, height] = [Number(head?.[1]), Number(head?.[2])]
  const pixels = ppm.subarray(head?.[0].length ?? 0)
  if (!head || !(width * height > 0) || width * height > MAX_PIXELS || pixels.length < width * height * 3) return null
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, RGB, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows(pixels, width, height))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Each row begins with the number of its filter: 0 is none. */
function rows(pixels: Buffer, width: number, height: number): Buffer {
  const length = width * 3
  const out = Buffer.alloc((length + 1) * height)
  for (let row = 0; row < height; row += 1) pixels.copy(out, row * (length + 1) + 1, row * length, (row + 1) * length)
  return out
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}
