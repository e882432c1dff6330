/** The stages of a boot, in their order. */
export const BOOT_PHASES = ['firmware', 'boot-loader', 'kernel', 'initramfs', 'system', 'login'] as const
export type BootPhase = (typeof BOOT_PHASES)[number]

export const PHASE_TITLES: Readonly<Record<BootPhase, string>> = {
  firmware: 'Firmware',
  'boot-loader': 'Boot loader',
  kernel: 'Kernel',
  initramfs: 'Initial RAM disk',
  system: 'System',
  login: 'Login',
}

/** What a stage says first. Words of EDK II, SeaBIOS, GRUB, systemd-boot, SYSLINUX, Linux, dracut, initramfs-tools, systemd, OpenRC, sysvinit. */
const BEGINNINGS: Readonly<Record<BootPhase, RegExp>> = {
  firmware: /^SeaBIOS \(|^UEFI firmware \(version |BdsDxe: (loading|failed to load)|^iPXE |Booting from /,
  'boot-loader':
    /BdsDxe: starting Boot|^Booting from (Hard Disk|DVD|CD)|Welcome to GRUB|^GRUB |^SYSLINUX |^EXTLINUX |^ISOLINUX |systemd-boot/i,
  kernel: /\bLinux version \d|EFI stub: |Decompressing Linux|^Booting (the kernel|a command list|`)/,
  initramfs: /Run \/init as init process|dracut-|Running in initrd|\(Initramfs\)|Loading, please wait|^Begin: /,
  system:
    /Switching root|Switch Root|running in system mode|INIT: version |^ *OpenRC |^Welcome to (?!GRUB|.*Initramfs)|Run \/sbin\/init as init process/,
  login: /\blogin: *($|\[ *\d)/,
}

/** The stage that a line begins, when it comes after the one that runs; undefined for any other line. */
export function phaseOf(line: string, running: BootPhase | null): BootPhase | undefined {
  const from = running === null ? 0 : BOOT_PHASES.indexOf(running) + 1
  // A boot loader's word can hold one of the firmware; the later stage is what it is about.
  return BOOT_PHASES.slice(from).findLast((phase) => BEGINNINGS[phase].test(line))
}
