import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'
import { buildInitramfs } from './initramfs.js'
import { findKernel } from './kernel.js'
import { packOnePartition } from './one-partition.js'

const SECTOR = 512
const MIB = 1024 * 1024
const START = MIB
const SPARE = 2 * MIB
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
    const kernel = await findKernel(host, folder)
    const files = {
      'grub/grub.cfg': Buffer.from(CONFIG),
      vmlinuz: await fs.readFile(kernel.path),
      'initrd.img': await buildInitramfs(host.find('busybox'), kernel.modules),
    }
    const content = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0)
    const fat = path.join(folder, 'boot.fat')
    await fs.writeFile(fat, '')
    await fs.truncate(fat, Math.ceil((content + SPARE) / MIB) * MIB)
    await host.run('mkfs.fat', ['-F', '16', '-h', String(START / SECTOR), '-n', 'BOOT', fat])
    await host.run('mmd', ['-i', fat, '::grub'])
    for (const [name, data] of Object.entries(files)) await host.run('mcopy', ['-i', fat, '-', `::${name}`], { stdin: data })
    const core = path.join(folder, 'core.img')
    const image = ['-O', PLATFORM, '-d', grub, '-p', '(hd0,msdos1)/grub', '-o', core, ...MODULES]
    await host.run('sh', ['-c', 'exec grub-mkimage "$@"', 'grub-mkimage', ...image])
    const part = { content: fat, startBytes: START, tailBytes: 0, label: 'dos', fields: 'type=e, bootable' } as const
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
