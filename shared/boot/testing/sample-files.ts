import type { BootFile, BootFileKind } from '../boot-entry.js'

/** Where each sample lies on the system that it is from: partition, kind and path. */
const LAYOUTS = {
  alpine: { 'extlinux.conf': [1, 'extlinux', '/boot/extlinux.conf'] },
  arch: {
    'arch.conf': [1, 'bls-entry', '/loader/entries/arch.conf'],
    'arch-fallback.conf': [1, 'bls-entry', '/loader/entries/arch-fallback.conf'],
    'loader.conf': [1, 'loader-conf', '/loader/loader.conf'],
    'kernel-cmdline': [2, 'kernel-cmdline', '/etc/kernel/cmdline'],
  },
  'debian-12': {
    'grub.cfg': [1, 'grub-cfg', '/boot/grub/grub.cfg'],
    'default-grub': [1, 'grub-default', '/etc/default/grub'],
  },
  fedora: {
    'grub.cfg': [2, 'grub-cfg', '/grub2/grub.cfg'],
    grubenv: [2, 'grubenv', '/grub2/grubenv'],
    'entry.conf': [2, 'bls-entry', '/loader/entries/8f2c1d0a5b7e4c3f9a6d2e1b0c4f5a78-6.11.4-301.fc41.x86_64.conf'],
    'default-grub': [3, 'grub-default', '/etc/default/grub'],
    'kernel-cmdline': [3, 'kernel-cmdline', '/etc/kernel/cmdline'],
  },
  'fedora-coreos': {
    'grub.cfg': [3, 'grub-cfg', '/grub2/grub.cfg'],
    'ostree-1-fedora-coreos.conf': [3, 'bls-entry', '/loader/entries/ostree-1-fedora-coreos.conf'],
  },
  'live-cd': {
    'grub.cfg': [0, 'grub-cfg', '/EFI/BOOT/grub.cfg'],
    'isolinux.cfg': [0, 'isolinux', '/isolinux/isolinux.cfg'],
  },
  ock: {
    'efi-grub.cfg': [1, 'grub-cfg', '/EFI/redhat/grub.cfg'],
    'ostree-1-ock.conf': [2, 'bls-entry', '/loader/entries/ostree-1-ock.conf'],
    'default-grub': [3, 'grub-default', '/ostree/deploy/ock/deploy/x.0/etc/default/grub'],
  },
  opensuse: {
    'grub.cfg': [2, 'grub-cfg', '/boot/grub2/grub.cfg'],
    'entry.conf': [1, 'bls-entry', '/loader/entries/opensuse-tumbleweed-6.9.1-1-default-1.conf'],
    'default-grub': [2, 'grub-default', '/etc/default/grub'],
  },
  'oracle-linux-8': {
    'grub.cfg': [2, 'grub-cfg', '/grub2/grub.cfg'],
    grubenv: [2, 'grubenv', '/grub2/grubenv'],
    'entry.conf': [2, 'bls-entry', '/loader/entries/8f2c1d0a5b7e4c3f9a6d2e1b0c4f5a78-5.15.0-305.176.4.el8uek.x86_64.conf'],
    'default-grub': [3, 'grub-default', '/etc/default/grub'],
  },
  'rhel-9': {
    'efi-grub.cfg': [2, 'grub-cfg', '/EFI/redhat/grub.cfg'],
    grubenv: [3, 'grubenv', '/grub2/grubenv'],
    'entry.conf': [3, 'bls-entry', '/loader/entries/8f2c1d0a5b7e4c3f9a6d2e1b0c4f5a78-5.14.0-427.13.1.el9_4.x86_64.conf'],
    'default-grub': [4, 'grub-default', '/etc/default/grub'],
  },
  'u-boot': { 'extlinux.conf': [1, 'extlinux', '/boot/extlinux/extlinux.conf'] },
  'ubuntu-24.04': {
    'grub.cfg': [16, 'grub-cfg', '/grub/grub.cfg'],
    'default-grub': [1, 'grub-default', '/etc/default/grub'],
    'default-grub.d-50-cloudimg-settings.cfg': [1, 'grub-default', '/etc/default/grub.d/50-cloudimg-settings.cfg'],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly [number, BootFileKind, string]>>>>

export type SampleSystem = keyof typeof LAYOUTS
export const SAMPLE_SYSTEMS = Object.keys(LAYOUTS) as SampleSystem[]

export function bootFile(kind: BootFileKind, path: string, text: string, partition = 1): BootFile {
  return {
    id: `${partition}:${path}`,
    kind,
    partition,
    path,
    realPath: path,
    text,
    encoding: 'utf8',
    sha256: '0'.repeat(64),
    problem: null,
  }
}

/** The boot files of a sample system; `read` gives the text of a file below the folder of samples. */
export function sampleFiles(system: SampleSystem, read: (file: string) => string): BootFile[] {
  const rows: Readonly<Record<string, readonly [number, BootFileKind, string]>> = LAYOUTS[system]
  return Object.entries(rows).map(([name, [partition, kind, path]]) => bootFile(kind, path, read(`${system}/${name}`), partition))
}
