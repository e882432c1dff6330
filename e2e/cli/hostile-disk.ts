import type { Host } from '#core/process/host'
import { buildDisk } from '../images/build-disk.js'

/** Clears the screen, and writes what was not said. */
export const EVIL = '\u001b[2J\u001b]0;owned\u0007\rAll is well'

/** Bytes without structure, every value among them, the same in each run; they do not compress. */
export function noise(length: number): Buffer {
  const out = Buffer.alloc(length)
  let state = 0x2545f491
  for (let index = 0; index < length; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    out[index] = state & 0xff
  }
  return out
}

export const BLOB_BYTES = 40 * 1024 * 1024

/** A disk with a boot entry and file names that try to speak to the terminal, and a file larger than one reading of text allows. */
export function buildHostileDisk(host: Host, output: string): Promise<void> {
  return buildDisk(
    host,
    {
      sizeBytes: 128 * 1024 * 1024,
      table: 'none',
      partitions: [
        {
          type: '',
          fs: { kind: 'ext4' },
          files: [
            {
              path: '/loader/entries/one.conf',
              content: `title ${EVIL}\nlinux /vmlinuz\noptions root=/dev/vda quiet note="${EVIL.slice(0, 4)} x"\n`,
            },
            { path: '/loader/entries/two.conf', content: 'title Two\nversion 0\nlinux /vmlinuz\noptions root=/dev/vda quiet\n' },
            { path: '/notes.txt', content: `${EVIL}\nsecond\tline\n` },
            { path: '/names/\u001b[31mred', content: '' },
            { path: '/blob', content: noise(BLOB_BYTES) },
          ],
        },
      ],
    },
    output,
  )
}
