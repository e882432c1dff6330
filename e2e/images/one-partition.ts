import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'

const SECTOR = 512

export interface OnePartition {
  /** The file system, as a file. */
  readonly content: string
  readonly startBytes: number
  /** Left free behind it, for a backup GPT. */
  readonly tailBytes: number
  /** sfdisk(8): `label`, and the fields of the partition beside its place. */
  readonly label: 'gpt' | 'dos'
  readonly fields: string
  /** What stands at the begin of the disk. */
  readonly bootCode?: Uint8Array
  /** What stands behind the first sector, before the partition. */
  readonly gap?: Uint8Array
}

/** Makes a qcow2 disk with one partition out of a file system. Works in `folder`; needs no root. */
export async function packOnePartition(host: Host, folder: string, part: OnePartition, output: string): Promise<void> {
  const { content, startBytes, tailBytes, label, fields, bootCode, gap } = part
  const bytes = await fs.readFile(content)
  const raw = path.join(folder, 'disk.raw')
  await fs.writeFile(raw, '')
  await fs.truncate(raw, startBytes + bytes.length + tailBytes)
  const place = `start=${startBytes / SECTOR}, size=${bytes.length / SECTOR}, ${fields}`
  await host.run('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', raw], { stdin: `label: ${label}\nunit: sectors\n\n${place}\n` })
  const disk = await fs.open(raw, 'r+')
  if (bootCode) await disk.write(bootCode, 0, bootCode.length, 0)
  if (gap) await disk.write(gap, 0, Math.min(gap.length, startBytes - SECTOR), SECTOR)
  await disk.write(bytes, 0, bytes.length, startBytes)
  await disk.close()
  const built = path.join(folder, 'disk.qcow2')
  await host.run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, built])
  await fs.rename(built, output)
}
