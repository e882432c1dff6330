import type { Host } from '#core/process/host'
import { buildDisk } from './build-disk.js'

const MIB_SECTORS = 2048
const MIB = 1024 * 1024

export const MBR_OPTIONS =
  'root=UUID=3c1f6a52-7d8e-4f90-8a1b-2c3d4e5f6071 ro quiet console=tty0 console=ttyS0,115200n8 dyndbg="file core.c +p"'

const ENTRY = `title Fedora Linux 40 (Cloud Edition)
version 6.8.5-301.fc40.x86_64
linux /boot/vmlinuz-6.8.5-301.fc40.x86_64
initrd /boot/initramfs-6.8.5-301.fc40.x86_64.img
options ${MBR_OPTIONS}
grub_users $grub_users
grub_arg --unrestricted
grub_class fedora
`

const OS_RELEASE = 'NAME="Fedora Linux"\nVERSION_ID=40\nID=fedora\nPRETTY_NAME="Fedora Linux 40 (Cloud Edition)"\n'
const LABEL = 'system_u:object_r:boot_t:s0'

/** A BIOS disk: MBR with a bootable ext4 root, and an extended partition that holds a FAT and an ext4. */
export function buildMbrExt4(host: Host, output: string): Promise<void> {
  return buildDisk(
    host,
    {
      sizeBytes: 160 * MIB,
      table: 'mbr',
      diskId: '0x1badb002',
      partitions: [
        {
          type: '83',
          startSector: MIB_SECTORS,
          sizeSectors: 64 * MIB_SECTORS,
          bootable: true,
          fs: { kind: 'ext4', label: 'system', uuid: '3c1f6a52-7d8e-4f90-8a1b-2c3d4e5f6071' },
          files: [
            { path: '/boot/loader/entries/fedora-6.8.5.conf', content: ENTRY, selinux: LABEL },
            { path: '/boot/vmlinuz-6.8.5-301.fc40.x86_64', content: 'not a real kernel\n', mode: 0o755, selinux: LABEL },
            { path: '/boot/initramfs-6.8.5-301.fc40.x86_64.img', content: 'not a real initramfs\n', mode: 0o600, selinux: LABEL },
            { path: '/etc/os-release', link: '../usr/lib/os-release' },
            { path: '/usr/lib/os-release', content: OS_RELEASE },
          ],
        },
        { type: 'f', startSector: 66 * MIB_SECTORS, sizeSectors: 92 * MIB_SECTORS },
        {
          type: 'c',
          number: 5,
          startSector: 67 * MIB_SECTORS,
          sizeSectors: 40 * MIB_SECTORS,
          fs: { kind: 'vfat', label: 'DATA', uuid: '0BADF00D', mkfsArgs: ['-F', '32', '-s', '1'] },
          files: [{ path: '/readme.txt', content: 'A logical FAT partition\n' }],
        },
        {
          type: '83',
          number: 6,
          startSector: 108 * MIB_SECTORS,
          sizeSectors: 40 * MIB_SECTORS,
          fs: { kind: 'ext4', label: 'home', uuid: '7e8f9a0b-1c2d-4e3f-9a5b-6c7d8e9f0a1b' },
          files: [{ path: '/user/notes.txt', content: 'A logical ext4 partition\n', mode: 0o600, uid: 1000, gid: 1000 }],
        },
      ],
    },
    output,
  )
}
