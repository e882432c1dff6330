import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'
import { buildInitramfs } from './initramfs.js'
import { findKernel, type KernelFile } from './kernel.js'

const SECTOR = 512
const MIB = 1024 * 1024
const SPARE = 2 * MIB

/** Where a partition begins: behind a gap that boot loaders use. */
export const FIRST_PARTITION = MIB

export interface BootFat {
  /** Of the boot loader, in a folder or in none. */
  readonly config: { readonly path: string; readonly text: string }
  /** An archive that is unpacked over the initial RAM disk. */
  readonly more?: (kernel: KernelFile) => Promise<Uint8Array>
}

/** A FAT for a BIOS disk, with a distribution kernel, an initial RAM disk, and one text of the boot loader. */
export async function makeBootFat(host: Host, folder: string, { config, more }: BootFat): Promise<string> {
  const kernel = await findKernel(host, folder)
  const initramfs = await buildInitramfs(host.find('busybox'), kernel.modules)
  const files = {
    [config.path]: Buffer.from(config.text),
    vmlinuz: await fs.readFile(kernel.path),
    'initrd.img': Buffer.concat([initramfs, ...(more ? [await more(kernel)] : [])]),
  }
  const content = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0)
  const fat = path.join(folder, 'boot.fat')
  await fs.writeFile(fat, '')
  await fs.truncate(fat, Math.ceil((content + SPARE) / MIB) * MIB)
  // Its boot sector has to know where on the disk it lies.
  await host.run('mkfs.fat', ['-F', '16', '-h', String(FIRST_PARTITION / SECTOR), '-n', 'BOOT', fat])
  if (config.path.includes('/')) await host.run('mmd', ['-i', fat, `::${path.dirname(config.path)}`])
  for (const [name, data] of Object.entries(files)) await host.run('mcopy', ['-i', fat, '-', `::${name}`], { stdin: data })
  return fat
}
