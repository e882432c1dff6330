import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'
import { buildInitramfs } from './initramfs.js'
import { findKernel, type KernelFile } from './kernel.js'
import { packOnePartition } from './one-partition.js'

const MIB = 1024 * 1024
const ESP_START = MIB
/** FAT tables, folders, and room for edits. */
const ESP_SPARE = 2 * MIB
/** Backup GPT. */
const TAIL = MIB
const EFI_SYSTEM_PARTITION = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
const BOOT_LOADER = '/usr/lib/systemd/boot/efi/systemd-bootx64.efi'

export const BOOTABLE_OPTIONS = 'ignition.platform.id=qemu console=ttyS0'
export const LOGIN_PROMPT = 'diskwright-sample login:'

/**
 * A small UEFI image that really boots: systemd-boot, a distribution kernel, and an initial RAM disk that prints its command line and
 * a login prompt. Made with sfdisk, mkfs.fat and mtools: needs no root and no engine.
 */
export function buildBootable(host: Host, output: string): Promise<void> {
  return buildUefi(host, output, async (folder) => {
    const kernel = await findKernel(host, folder)
    return { loader: BOOT_LOADER, place: '/EFI/BOOT/BOOTX64.EFI', kernel, busybox: host.find('busybox'), options: BOOTABLE_OPTIONS }
  })
}

export interface UefiParts {
  /** systemd-boot, and where the firmware looks for it: UEFI specification 3.5.1.1. */
  readonly loader: string
  readonly place: string
  readonly kernel: KernelFile
  /** A static one, for the kernel's processor. */
  readonly busybox: string
  readonly options: string
}

/** Makes the image of what `findParts` finds, or puts into the folder that it is given. */
export async function buildUefi(host: Host, output: string, findParts: (folder: string) => Promise<UefiParts>): Promise<void> {
  const folder = await fs.mkdtemp(path.join(path.dirname(output), '.build-'))
  try {
    const { loader, place, kernel, busybox, options } = await findParts(folder)
    const files = {
      [place]: await fs.readFile(loader),
      '/loader/loader.conf': Buffer.from('default diskwright-sample.conf\ntimeout 0\neditor no\n'),
      '/loader/entries/diskwright-sample.conf': Buffer.from(entry(kernel.version, options)),
      '/diskwright/vmlinuz': await fs.readFile(kernel.path),
      '/diskwright/initrd.img': await buildInitramfs(busybox, kernel.modules),
    }
    const content = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0)
    const espBytes = Math.ceil((content + ESP_SPARE) / MIB) * MIB
    const esp = path.join(folder, 'esp.fat')
    await makeEsp(host, esp, espBytes, files, folder)
    const fields = `type=${EFI_SYSTEM_PARTITION}, name="EFI System"`
    await packOnePartition(host, folder, { content: esp, startBytes: ESP_START, tailBytes: TAIL, label: 'gpt', fields }, output)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

function entry(version: string, options: string): string {
  return `title Diskwright sample\nversion ${version}\nlinux /diskwright/vmlinuz\ninitrd /diskwright/initrd.img\noptions ${options}\n`
}

async function makeEsp(host: Host, esp: string, bytes: number, files: Readonly<Record<string, Uint8Array>>, folder: string): Promise<void> {
  await fs.writeFile(esp, '')
  await fs.truncate(esp, bytes)
  await host.run('mkfs.fat', ['-F', '16', '-n', 'EFI-SYSTEM', esp])
  const folders = new Set(Object.keys(files).flatMap((file) => parents(file)))
  for (const name of [...folders].toSorted()) await host.run('mmd', ['-i', esp, `::${name}`])
  for (const [name, content] of Object.entries(files)) {
    const local = path.join(folder, 'content')
    await fs.writeFile(local, content)
    await host.run('mcopy', ['-i', esp, local, `::${name}`])
  }
}

function parents(file: string): string[] {
  const parts = file.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}
