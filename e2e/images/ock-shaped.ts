import type { Host } from '#core/process/host'
import { buildDisk, type DiskPlan, type GuestFile } from './build-disk.js'
import { filler } from './filler.js'

/** Type GUIDs; the first one is what published OCK images wrongly carry on their EFI system partition. */
const MICROSOFT_BASIC_DATA = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'
const LINUX_FILESYSTEM = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'

const GIB = 1024 ** 3
export const OCK_ROOT_UUID = '6f1c2c4e-8a0b-4c3d-9e5f-0a1b2c3d4e5f'
export const OCK_BOOT_UUID = '2b7d9e10-4f6a-4b8c-a1d2-e3f405162738'
const CHECKSUM = '5f0b7c1d2e3a49586776a5b4c3d2e1f00112233445566778899aabbccddeeff0'
const KERNEL = '5.15.0-206.153.7.1.el8uek.x86_64'
const OLD_KERNEL = '5.15.0-205.149.5.1.el8uek.x86_64'
export const OCK_OPTIONS =
  `rw ip=dhcp rd.neednet=1 ignition.platform.id=qemu ignition.firstboot=1 systemd.firstboot=off crashkernel=auto console=ttyS0 ` +
  `root=UUID=${OCK_ROOT_UUID} rd.timeout=120 ostree=/ostree/boot.1/ock/${CHECKSUM}/0`

const BOOT_LABEL = 'system_u:object_r:boot_t:s0'

/** BLS entries as `ostree admin deploy` writes them and ock-forge names them. */
const ENTRY = `title Oracle Linux Server 8.10 (ostree:0)
version 2
options ${OCK_OPTIONS}
linux /ostree/ock-${CHECKSUM}/vmlinuz-${KERNEL}
initrd /ostree/ock-${CHECKSUM}/initramfs-${KERNEL}.img
`
const OLD_ENTRY = `title Oracle Linux Server 8.9 (ostree:1)
version 1
options ${OCK_OPTIONS.replace('/0', '/1').replace(' crashkernel=auto', '')}
linux /ostree/ock-${CHECKSUM}/vmlinuz-${OLD_KERNEL}
initrd /ostree/ock-${CHECKSUM}/initramfs-${OLD_KERNEL}.img
`

/** The parts of bootupd's static configuration that find /boot by its label. */
const GRUB_CFG = `set pager=1
if [ -e (md/md-boot) ]; then
  set prefix=md/md-boot
else
  search --label boot --set prefix --no-floppy
fi
if [ -f ($prefix)/grub2/grubenv ]; then
  load_env -f ($prefix)/grub2/grubenv
fi
set timeout=1
blscfg
`
const GRUBENV_BYTES = 1024
const GRUBENV = '# GRUB Environment Block\nsaved_entry=ostree-1-ock\nkernelopts=\n'.padEnd(GRUBENV_BYTES, '#')

const OS_RELEASE = `NAME="Oracle Linux Server"
VERSION="8.10"
ID="ol"
ID_LIKE="fedora"
VARIANT="OCK"
VERSION_ID="8.10"
PRETTY_NAME="Oracle Linux Server 8.10"
`

const espFiles: readonly GuestFile[] = [
  { path: '/EFI/redhat/grub.cfg', content: GRUB_CFG },
  { path: '/EFI/redhat/grubx64.efi', content: 'MZ not a real boot loader\n' },
  { path: '/EFI/BOOT/BOOTX64.EFI', content: 'MZ not a real boot loader\n' },
]

const bootFiles: readonly GuestFile[] = [
  { path: '/loader', link: 'loader.1', selinux: BOOT_LABEL },
  { path: '/loader.1/entries/ostree-0-ock.conf', content: OLD_ENTRY, selinux: BOOT_LABEL },
  { path: '/loader.1/entries/ostree-1-ock.conf', content: ENTRY, selinux: BOOT_LABEL },
  { path: '/grub2/grubenv', content: GRUBENV, selinux: BOOT_LABEL },
  { path: '/grub2/grub.cfg', content: GRUB_CFG, selinux: BOOT_LABEL },
  ...[KERNEL, OLD_KERNEL].flatMap((version): GuestFile[] => [
    {
      path: `/ostree/ock-${CHECKSUM}/vmlinuz-${version}`,
      content: filler(`vmlinuz ${version}`, 700_000),
      mode: 0o755,
      selinux: BOOT_LABEL,
    },
    {
      path: `/ostree/ock-${CHECKSUM}/initramfs-${version}.img`,
      content: filler(`initramfs ${version}`, 1_400_000),
      mode: 0o600,
      selinux: BOOT_LABEL,
    },
  ]),
]

const deployment = `/ostree/deploy/ock/deploy/${CHECKSUM}.0`
const rootFiles: readonly GuestFile[] = [
  { path: '/boot', folder: true },
  { path: '/ostree/boot.1', link: 'boot.1.1' },
  { path: `/ostree/boot.1.1/ock/${CHECKSUM}/0`, link: `../../../deploy/ock/deploy/${CHECKSUM}.0` },
  { path: `${deployment}/usr/lib/os-release`, content: OS_RELEASE },
  { path: `${deployment}/etc/os-release`, link: '../usr/lib/os-release' },
  { path: `${deployment}/etc/machine-id`, content: 'uninitialized\n', mode: 0o444 },
  {
    path: `${deployment}/etc/fstab`,
    content: `UUID=${OCK_ROOT_UUID} / xfs defaults 0 0\nUUID=${OCK_BOOT_UUID} /boot xfs defaults,sync 0 0\nLABEL=EFI-SYSTEM /boot/efi vfat defaults,uid=0,gid=0,umask=077,shortname=winnt 0 2\n`,
  },
  { path: `${deployment}/etc/default/grub`, content: 'GRUB_TERMINAL="serial console"\nGRUB_ENABLE_BLSCFG=true\n' },
  { path: '/ostree/deploy/ock/var', folder: true },
  { path: '/ostree/repo/config', content: '[core]\nrepo_version=1\nmode=bare\n\n[sysroot]\nreadonly=true\n' },
]

/** The layout of published OCK images: sectors, labels, file systems, and their defect of a wrongly typed EFI system partition. */
export function ockPlan(sizeBytes: number, rootMkfsArgs: readonly string[] = []): DiskPlan {
  return {
    sizeBytes,
    table: 'gpt',
    diskId: '9C5A2F6E-3B1D-4E8F-A7C6-5D4E3F2A1B0C',
    partitions: [
      {
        type: MICROSOFT_BASIC_DATA,
        name: 'EFI-SYSTEM',
        startSector: 2048,
        sizeSectors: 499_712,
        fs: { kind: 'vfat', label: 'EFI-SYSTEM', uuid: '1A2B3C4D', mkfsArgs: ['-F', '32'] },
        files: espFiles,
      },
      {
        type: LINUX_FILESYSTEM,
        name: 'boot',
        startSector: 503_808,
        sizeSectors: 999_424,
        fs: { kind: 'xfs', label: 'boot', uuid: OCK_BOOT_UUID, mkfsArgs: ['-m', 'bigtime=0'] },
        files: bootFiles,
      },
      {
        type: LINUX_FILESYSTEM,
        name: 'root',
        startSector: 1_505_280,
        fs: { kind: 'xfs', label: 'root', uuid: OCK_ROOT_UUID, mkfsArgs: rootMkfsArgs },
        files: rootFiles,
      },
    ],
  }
}

/** An image shaped like a published OCK one: 15 GiB virtual, a few MiB on disk. Its kernel is a filler: it does not boot. */
export function buildOckShaped(host: Host, output: string): Promise<void> {
  return buildDisk(host, ockPlan(15 * GIB), output)
}
