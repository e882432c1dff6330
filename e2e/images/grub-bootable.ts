import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'
import { FIRST_PARTITION, makeBootFat } from './boot-fat.js'
import { packOnePartition } from './one-partition.js'

const MBR_CODE_BYTES = 440
const PLATFORM = 'i386-pc'
const PACKAGE = 'grub-pc-bin'
const MODULES = ['biosdisk', 'part_msdos', 'fat', 'normal', 'linux', 'serial', 'terminal', 'echo']

const CONFIG = `serial --unit=0 --speed=115200
terminal_output serial
set timeout=0
set default=0
menuentry 'Diskwright sample' --id sample {
  linux /vmlinuz console=ttyS0 ignition.platform.id=qemu
  initrd /initrd.img
}
`

/**
 * A small BIOS image that really boots with GRUB: its boot sector, its core in the gap before the first partition, and on a FAT its menu
 * with the kernel and the initial RAM disk of the other samples. Needs neither root nor grub-install.
 */
export async function buildGrubBootable(host: Host, output: string): Promise<void> {
  const folder = await fs.mkdtemp(path.join(path.dirname(output), '.build-'))
  try {
    const grub = await findGrub(host, folder)
    const fat = await makeBootFat(host, folder, { config: { path: 'grub/grub.cfg', text: CONFIG } })
    const core = path.join(folder, 'core.img')
    const image = ['-O', PLATFORM, '-d', grub, '-p', '(hd0,msdos1)/grub', '-o', core, ...MODULES]
    await host.run('sh', ['-c', 'exec grub-mkimage "$@"', 'grub-mkimage', ...image])
    const part = { content: fat, startBytes: FIRST_PARTITION, tailBytes: 0, label: 'dos', fields: 'type=e, bootable' } as const
    await packOnePartition(host, folder, { ...part, bootCode: await bootCode(grub), gap: await fs.readFile(core) }, output)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

async function bootCode(grub: string): Promise<Buffer> {
  return (await fs.readFile(path.join(grub, 'boot.img'))).subarray(0, MBR_CODE_BYTES)
}

/** GRUB for BIOS: as it is installed, else out of its package, which `apt-get download` fetches without root. */
async function findGrub(host: Host, folder: string): Promise<string> {
  const installed = path.join('/usr/lib/grub', PLATFORM)
  const isThere = await fs.access(path.join(installed, 'boot.img')).then(
    () => true,
    () => false,
  )
  if (isThere) return installed
  const script = 'mkdir "$1/grub" && cd "$1/grub" && apt-get download -qq -- "$2" && dpkg-deb -x ./*.deb .'
  await host.run('sh', ['-c', script, 'grub', folder, PACKAGE], { timeoutMs: 600_000 })
  return path.join(folder, 'grub/usr/lib/grub', PLATFORM)
}
