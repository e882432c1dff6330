import { ukiFile } from '#core/guest/testing/uki-file'
import type { Host } from '#core/process/host'
import { buildDisk, type GuestFile } from './build-disk.js'
import { filler } from './filler.js'

const MIB = 1024 * 1024
const MIB_SECTORS = 2048
const ESP = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
const LINUX_ROOT_X86_64 = '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709'

export const SYSTEMD_BOOT_ROOT_UUID = 'e9071528-6384-4fca-9051-b2c3d4e5f607'
export const SYSTEMD_BOOT_ARGS = `root=UUID=${SYSTEMD_BOOT_ROOT_UUID} rw console=tty0 console=ttyS0,115200`
const OS_RELEASE = 'NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\nIMAGE_ID=archlinux\n'

const LOADER_CONF = `#timeout 3
default  arch.conf
timeout  4
console-mode max
editor   no
`

const espFiles: readonly GuestFile[] = [
  { path: '/EFI/BOOT/BOOTX64.EFI', content: 'MZ not a real boot loader\n' },
  { path: '/EFI/systemd/systemd-bootx64.efi', content: 'MZ not a real boot loader\n' },
  { path: '/loader/loader.conf', content: LOADER_CONF },
  {
    path: '/loader/entries/arch.conf',
    content: `title   Arch Linux\nsort-key arch\nversion 6.9.1-arch1-1\nlinux   /vmlinuz-linux\ninitrd  /amd-ucode.img\ninitrd  /initramfs-linux.img\noptions ${SYSTEMD_BOOT_ARGS}\n`,
  },
  {
    path: '/loader/entries/arch-fallback.conf',
    content: `title   Arch Linux (fallback initramfs)\nsort-key arch\nversion 6.9.1-arch1-1\nlinux   /vmlinuz-linux\ninitrd  /initramfs-linux-fallback.img\noptions root=UUID=${SYSTEMD_BOOT_ROOT_UUID} rw\noptions console=tty0 console=ttyS0,115200\n`,
  },
  {
    path: '/loader/entries/arch-testing+3-1.conf',
    content: `title   Arch Linux (testing)\nsort-key arch-testing\nversion 6.9.2-arch1-1\nlinux   /vmlinuz-linux\ninitrd  /initramfs-linux.img\noptions ${SYSTEMD_BOOT_ARGS} systemd.log_level=debug\n`,
  },
  { path: '/loader/entries.srel', content: 'type1\n' },
  { path: '/vmlinuz-linux', content: filler('vmlinuz-linux', 200_000) },
  { path: '/amd-ucode.img', content: filler('amd-ucode', 20_000) },
  { path: '/initramfs-linux.img', content: filler('initramfs-linux', 300_000) },
  { path: '/initramfs-linux-fallback.img', content: filler('initramfs-linux-fallback', 400_000) },
  {
    path: '/EFI/Linux/arch-linux-lts.efi',
    content: ukiFile({ cmdline: `${SYSTEMD_BOOT_ARGS} quiet`, osRelease: OS_RELEASE, uname: '6.6.31-1-lts', signed: false }),
  },
  {
    path: '/EFI/Linux/arch-linux-lts.efi.extra.d/debug.addon.efi',
    content: ukiFile({ cmdline: 'debug', uname: '6.6.31-1-lts', signed: false }),
  },
  {
    path: '/EFI/Linux/arch-linux-signed.efi',
    content: ukiFile({ cmdline: SYSTEMD_BOOT_ARGS, osRelease: OS_RELEASE, uname: '6.6.30-2-lts', signed: true }),
  },
]

const rootFiles: readonly GuestFile[] = [
  { path: '/boot', folder: true },
  { path: '/usr/lib/os-release', content: OS_RELEASE },
  { path: '/etc/os-release', link: '../usr/lib/os-release' },
  { path: '/etc/kernel/cmdline', content: `root=UUID=${SYSTEMD_BOOT_ROOT_UUID} rw console=tty0\n` },
  { path: '/etc/kernel/install.conf', content: 'layout=uki\n' },
  {
    path: '/etc/fstab',
    content: `# Static information about the filesystems.\nUUID=${SYSTEMD_BOOT_ROOT_UUID}\t/\text4\trw,relatime\t0 1\nUUID=5E6F-7081\t/boot\tvfat\trw,relatime,fmask=0022,dmask=0022\t0 2\n`,
  },
  { path: '/etc/hostname', content: 'archlinux\n' },
  { path: '/etc/machine-id', content: 'uninitialized\n', mode: 0o444 },
  { path: '/etc/passwd', content: 'root:x:0:0::/root:/usr/bin/bash\n' },
  { path: '/etc/group', content: 'root:x:0:root\nwheel:x:998:\n' },
  { path: '/etc/shadow', content: 'root:!*:19849::::::\n', mode: 0o600 },
  { path: '/etc/gshadow', content: 'root:::root\nwheel:!*::\n', mode: 0o600 },
  { path: '/etc/ssh/sshd_config', content: 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n' },
  { path: '/etc/cloud/cloud.cfg', content: 'users:\n  - default\n\nsystem_info:\n  distro: arch\n  default_user:\n    name: arch\n' },
  { path: '/usr/bin/cloud-init', content: '#!/usr/bin/python\n', mode: 0o755 },
  {
    path: '/usr/lib/systemd/system/sshd.service',
    content: '[Unit]\nDescription=OpenSSH Daemon\n\n[Install]\nWantedBy=multi-user.target\n',
  },
  {
    path: '/usr/lib/systemd/system/cloud-init-main.service',
    content: '[Unit]\nDescription=Cloud-init: Single Process\n\n[Install]\nWantedBy=cloud-init.target\n',
  },
  { path: '/etc/systemd/system/multi-user.target.wants/sshd.service', link: '/usr/lib/systemd/system/sshd.service' },
  { path: '/root', folder: true, mode: 0o750 },
  { path: '/home', folder: true },
]

/** Arch Linux with systemd-boot: entries, counted ones, and unified kernel images on an ESP that is mounted at /boot. Nothing in it boots. */
export function buildSystemdBootShaped(host: Host, output: string): Promise<void> {
  return buildDisk(
    host,
    {
      sizeBytes: 192 * MIB,
      table: 'gpt',
      diskId: '3B4C5D6E-7F80-4192-A3B4-C5D6E7F8091A',
      partitions: [
        {
          type: ESP,
          name: 'EFI system partition',
          startSector: MIB_SECTORS,
          sizeSectors: 64 * MIB_SECTORS,
          fs: { kind: 'vfat', label: 'ESP', uuid: '5E6F7081', mkfsArgs: ['-F', '16'] },
          files: espFiles,
        },
        {
          type: LINUX_ROOT_X86_64,
          name: 'root',
          startSector: 65 * MIB_SECTORS,
          fs: { kind: 'ext4', label: 'arch', uuid: SYSTEMD_BOOT_ROOT_UUID },
          files: rootFiles,
        },
      ],
    },
    output,
  )
}
