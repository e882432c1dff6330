import { createCipheriv } from 'node:crypto'
import fs from 'node:fs/promises'
import { builderHost } from '../images/builder-host.js'

const BLOCK_BYTES = 65_536

/** A qcow2 image of bytes without any structure, which no format makes smaller; the same in each run. */
export async function writeNoise(file: string, megabytes: number): Promise<void> {
  const blocks = Math.floor((megabytes * 1_000_000) / BLOCK_BYTES)
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16))
  await fs.writeFile(`${file}.raw`, cipher.update(Buffer.alloc(blocks * BLOCK_BYTES)))
  await fs.rm(file, { force: true })
  await (await builderHost()).run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', `${file}.raw`, file])
  await fs.rm(`${file}.raw`)
}
