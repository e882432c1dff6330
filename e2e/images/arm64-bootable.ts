import path from 'node:path'
import type { Host } from '#core/process/host'
import { buildUefi } from './bootable.js'
import { fetchPackages } from './foreign-packages.js'
import { readableKernel } from './kernel.js'

const KERNEL = 'linux-image-cloud-arm64'
const BOOT_LOADER = 'usr/lib/systemd/boot/efi/systemd-bootaa64.efi'

export const ARM64_OPTIONS = 'ignition.platform.id=qemu console=ttyAMA0'

/** The small UEFI image for 64-bit ARM: the same boot loader, distribution and initial RAM disk as `buildBootable` has for x86-64. */
export function buildArm64Bootable(host: Host, output: string): Promise<void> {
  return buildUefi(host, output, async (folder) => {
    const root = await fetchPackages(host, folder, { arch: 'arm64', names: ['systemd-boot-efi', 'busybox-static'], metapackages: [KERNEL] })
    const kernel = await readableKernel(root)
    if (!kernel) throw new Error(`the package that ${KERNEL} stands for holds no kernel`)
    return {
      loader: path.join(root, BOOT_LOADER),
      place: '/EFI/BOOT/BOOTAA64.EFI',
      kernel,
      busybox: path.join(root, 'bin/busybox'),
      options: ARM64_OPTIONS,
    }
  })
}
