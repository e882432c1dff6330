import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'
import { type BootFat, FIRST_PARTITION, makeBootFat } from './boot-fat.js'
import { packOnePartition } from './one-partition.js'

/** Boot code before the disk signature and the table; of the package syslinux-common or extlinux. */
const MBR_CODES = ['/usr/lib/syslinux/mbr/mbr.bin', '/usr/lib/EXTLINUX/mbr.bin']
const MBR_CODE_BYTES = 440

const CONFIG = `SERIAL 0 115200
DEFAULT sample
PROMPT 0
LABEL sample
  LINUX /vmlinuz
  INITRD /initrd.img
  APPEND console=ttyS0 ignition.platform.id=qemu
`

/**
 * A small BIOS image that really boots: the MBR of SYSLINUX, SYSLINUX on a FAT, and the kernel and the initial RAM disk of the UEFI one. Made
 * with sfdisk, mkfs.fat, mtools and syslinux(1): needs no root and no engine.
 */
export function buildBiosBootable(host: Host, output: string): Promise<void> {
  return buildBiosWith(host, output)
}

/** As `buildBiosBootable`, with an archive that is unpacked over the initial RAM disk. */
export async function buildBiosWith(host: Host, output: string, more?: BootFat['more']): Promise<void> {
  const folder = await fs.mkdtemp(path.join(path.dirname(output), '.build-'))
  try {
    const fat = await makeBootFat(host, folder, { config: { path: 'syslinux.cfg', text: CONFIG }, ...(more && { more }) })
    await host.run('sh', ['-c', 'syslinux --install "$1"', 'syslinux', fat])
    const bootCode = (await mbrCode()).subarray(0, MBR_CODE_BYTES)
    const part = { content: fat, startBytes: FIRST_PARTITION, tailBytes: 0, label: 'dos', fields: 'type=e, bootable', bootCode } as const
    await packOnePartition(host, folder, part, output)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

async function mbrCode(): Promise<Buffer> {
  for (const file of MBR_CODES) {
    const code = await fs.readFile(file).catch(() => undefined)
    if (code) return code
  }
  throw new Error(`the boot code of SYSLINUX is not to be had: ${MBR_CODES.join(', ')}`)
}
