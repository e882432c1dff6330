/** A line that tells that a boot goes wrong. */
export interface FailRule {
  readonly id: string
  readonly title: string
  readonly pattern: RegExp
  /** `fail` ends the test; `note` is told with its verdict, for many guests get over it. */
  readonly severity: 'fail' | 'note'
  /** It is told by a prompt, which waits in its row: half a row of any other words can tell less than the whole one. */
  readonly prompt?: boolean
  /** Where the words come from. */
  readonly source: string
}

const KOLA = 'coreos-assembler mantle/kola/harness.go, consoleChecks'

const FIRMWARE_RULES = [
  {
    id: 'bios-no-boot-device',
    title: 'The firmware found nothing to boot',
    pattern: /^No bootable device\.|FATAL: No bootable medium found/,
    severity: 'fail',
    source: 'SeaBIOS src/boot.c, do_boot; VirtualBox BIOS',
  },
  {
    id: 'mbr-no-system',
    title: 'The boot sector found no system',
    pattern:
      /^(Missing operating system|Operating system not found|Error loading operating system|Non-System disk|This is not a bootable disk)/,
    severity: 'fail',
    source: 'SYSLINUX mbr/mbr.S; Microsoft MBR; mkfs.fat boot code',
  },
  {
    id: 'uefi-no-boot-option',
    title: 'The firmware found nothing to boot',
    // The firmware's own shell comes when nothing else boots; with secure boot it is refused.
    pattern:
      /BdsDxe: No bootable option or device was found|^UEFI Interactive Shell v|^Shell> ?$|BdsDxe: failed to (load|start) \w+ "EFI Internal Shell"/,
    severity: 'fail',
    prompt: true,
    source: 'EDK II MdeModulePkg/Universal/BdsDxe, PlatformBootManagerUnableToBoot; ShellPkg/Application/Shell',
  },
  {
    id: 'secure-boot-refused',
    title: 'Secure boot refused the boot loader or the kernel',
    pattern:
      /BdsDxe: failed to (load|start) .*(Access Denied|Security Violation)|Verification failed: \(0x1A\) Security Violation|bad shim signature/i,
    severity: 'fail',
    source: 'EDK II UefiBootManagerLib BmBoot.c; rhboot/shim shim.c; GRUB kern/efi/sb.c',
  },
  {
    id: 'uefi-option-failed',
    title: 'The firmware could not load a boot option',
    pattern: /BdsDxe: failed to (load|start) /,
    severity: 'note',
    source: 'EDK II MdeModulePkg UefiBootManagerLib BmBoot.c',
  },
] as const satisfies readonly FailRule[]

const LOADER_RULES = [
  {
    id: 'grub-rescue',
    title: 'GRUB fell back to its rescue shell',
    pattern: /Entering rescue mode\.\.\.|^grub rescue>/,
    severity: 'fail',
    prompt: true,
    source: 'GRUB grub-core/kern/rescue_reader.c',
  },
  {
    id: 'grub-prompt',
    title: 'GRUB found no menu and waits at its prompt',
    pattern: /Minimal BASH-like line editing is supported|^grub> ?$/,
    severity: 'fail',
    prompt: true,
    source: 'GRUB grub-core/normal/main.c',
  },
  {
    id: 'grub-no-kernel',
    title: 'GRUB could not load the kernel',
    pattern: /^error: .*(you need to load the kernel first|out of memory)/,
    severity: 'fail',
    source: 'GRUB grub-core/loader/i386/linux.c, kern/mm.c',
  },
  {
    id: 'grub-memory',
    title: 'GRUB damaged its own memory',
    pattern: /(alloc|free) magic (is )?broken/,
    severity: 'fail',
    source: `${KOLA}; GRUB grub-core/kern/mm.c`,
  },
  {
    id: 'grub-error',
    title: 'GRUB met an error',
    pattern: /^error: /,
    severity: 'note',
    source: 'GRUB grub-core/kern/err.c',
  },
  {
    id: 'syslinux-failed',
    title: 'SYSLINUX could not load its parts or the kernel',
    pattern: /Failed to load (ldlinux|COM32 file)|Could not find kernel image|No DEFAULT or UI configuration directive found/,
    severity: 'fail',
    source: 'SYSLINUX core/fs/fs.c, com32/elflink/ldlinux/kernel.c, readconfig.c',
  },
  {
    id: 'efi-stub-error',
    title: 'The EFI stub of the kernel gave up',
    pattern: /EFI stub: ERROR: /,
    severity: 'fail',
    source: 'Linux drivers/firmware/efi/libstub',
  },
] as const satisfies readonly FailRule[]

const KERNEL_RULES = [
  {
    id: 'no-root',
    title: 'The kernel could not mount the root file system',
    pattern: /VFS: Unable to mount root fs|VFS: Cannot open root device/,
    severity: 'fail',
    source: 'Linux init/do_mounts.c',
  },
  {
    id: 'no-init',
    title: 'The kernel found no init that runs, or init ended',
    pattern: /No working init found|Attempted to kill init!|Requested init .* failed/,
    severity: 'fail',
    source: 'Linux init/main.c, kernel/exit.c',
  },
  {
    id: 'kernel-panic',
    title: 'The kernel panicked',
    pattern: /Kernel panic - not syncing/,
    severity: 'fail',
    source: `Linux kernel/panic.c; ${KOLA}`,
  },
  {
    id: 'kernel-oops',
    title: 'The kernel met an error of its own',
    pattern: /\bOops: |kernel BUG at |BUG: unable to handle |BUG: kernel NULL pointer dereference|general protection fault/,
    severity: 'fail',
    source: `Linux arch/x86/mm/fault.c, arch/x86/kernel/traps.c; ${KOLA}`,
  },
  {
    id: 'initramfs-unpack',
    title: 'The initial RAM disk could not be unpacked: damaged, or too little memory',
    pattern: /Initramfs unpacking failed/,
    severity: 'fail',
    source: 'Linux init/initramfs.c',
  },
  {
    id: 'out-of-memory',
    title: 'The guest ran out of memory',
    pattern: /invoked oom-killer|System is deadlocked on memory/,
    severity: 'fail',
    source: `Linux mm/oom_kill.c; ${KOLA}`,
  },
  {
    id: 'disk-error',
    title: 'Reading or writing the disk failed',
    pattern: /I\/O error, dev (vd|sd|hd|xvd|nvme)|rejecting I\/O to offline device/,
    severity: 'fail',
    source: `Linux block/blk-core.c, drivers/scsi/scsi_lib.c; ${KOLA}`,
  },
  {
    id: 'ext4-error',
    title: 'ext4 found an error in a file system',
    pattern: /EXT4-fs error \(device |EXT4-fs \([^)]+\): Delayed block allocation failed/,
    severity: 'fail',
    source: `Linux fs/ext4/super.c, fs/ext4/inode.c; ${KOLA}`,
  },
  {
    id: 'xfs-error',
    title: 'XFS found an error in a file system',
    pattern:
      /XFS \([^)]+\): (Corruption|Metadata (corruption|CRC error)|Internal error|log mount\/recovery failed|Unmount and run xfs_repair|Filesystem has been shut down)/i,
    severity: 'fail',
    source: 'Linux fs/xfs/xfs_error.c, xfs_fsops.c, xfs_log.c',
  },
  {
    id: 'btrfs-error',
    title: 'btrfs found an error in a file system',
    pattern: /BTRFS (critical|error) \(device /,
    severity: 'fail',
    source: 'Linux fs/btrfs/messages.c',
  },
  {
    id: 'kernel-warning',
    title: 'The kernel warned',
    pattern: /WARNING: CPU: \d+ PID: \d+ at /,
    severity: 'note',
    source: `Linux kernel/panic.c; ${KOLA}`,
  },
  {
    id: 'kernel-stall',
    title: 'The kernel waited very long; a busy host can be the cause',
    pattern: /watchdog: BUG: soft lockup|rcu_\w+ (self-)?detected stall|blocked for more than \d+ seconds/,
    severity: 'note',
    source: 'Linux kernel/watchdog.c, kernel/rcu/tree_stall.h, kernel/hung_task.c',
  },
] as const satisfies readonly FailRule[]

const SYSTEM_RULES = [
  {
    id: 'dracut-timeout',
    title: 'dracut waited in vain for a device',
    pattern: /dracut-initqueue.*(timeout|Could not boot)|Warning: Could not boot\./,
    severity: 'fail',
    source: 'dracut modules.d/98dracut-systemd/dracut-initqueue.sh',
  },
  {
    id: 'dracut-fatal',
    title: 'dracut refused to go on',
    pattern: /dracut: (Refusing to continue|FATAL)/,
    severity: 'fail',
    source: `dracut modules.d/99base/dracut-lib.sh, die; ${KOLA}`,
  },
  {
    id: 'root-device-missing',
    title: 'The initial RAM disk did not find the root device',
    pattern: /Gave up waiting for root (file system )?device|ALERT!\s+\S+ does not exist|^\(initramfs\) ?$/,
    severity: 'fail',
    prompt: true,
    source: 'initramfs-tools scripts/functions, scripts/local',
  },
  {
    id: 'emergency-shell',
    title: 'The system stopped in an emergency shell',
    pattern:
      /You are in emergency mode|Starting Emergency Shell|Press Enter for (emergency shell|maintenance)|Give root password for maintenance|Entering emergency mode\./,
    severity: 'fail',
    prompt: true,
    source: `systemd units/emergency.service.in; util-linux sulogin; ${KOLA}`,
  },
  {
    id: 'systemd-freeze',
    title: 'systemd stopped for good',
    pattern: /systemd\[1\]: (Freezing execution|Caught <\w+>|Failed to load SELinux policy)/,
    severity: 'fail',
    source: 'systemd src/core/crash-handler.c, src/core/main.c, src/shared/mac/selinux-setup.c',
  },
  {
    id: 'ignition-failed',
    title: 'Ignition failed',
    pattern: /Ignition failed: |ignition\[\d+\]: failed to (fetch|provide|acquire) config/,
    severity: 'fail',
    source: `coreos/ignition internal/main.go; ${KOLA}`,
  },
  {
    id: 'ignition-no-config',
    title: 'Ignition found no config where its platform has one, and went on without',
    pattern: /provider config was empty, continuing with empty cache config/,
    severity: 'note',
    source: 'coreos/ignition internal/exec/engine.go, acquireProviderConfig',
  },
  {
    id: 'systemd-device-timeout',
    title: 'systemd waited in vain for a device',
    pattern: /Timed out waiting for device/,
    severity: 'note',
    source: 'systemd src/core/device.c',
  },
  {
    id: 'systemd-unit-failed',
    title: 'A unit did not start',
    pattern: /Failed to start |Dependency failed for /,
    severity: 'note',
    source: 'systemd src/core/job.c',
  },
  {
    id: 'systemd-ordering-cycle',
    title: 'systemd found an ordering cycle and left a unit out',
    pattern: /[Oo]rdering cycle/,
    severity: 'note',
    source: `systemd src/core/transaction.c; ${KOLA}`,
  },
  {
    id: 'crashed-program',
    title: 'A program of the guest crashed',
    pattern: /code=dumped|code=killed, status=11\/SEGV|segfault at /,
    severity: 'note',
    source: `systemd src/core/service.c; Linux arch/x86/mm/fault.c; ${KOLA}`,
  },
] as const satisfies readonly FailRule[]

/** What tells that a boot fails, the more telling rule first. */
export const FAIL_TABLE = [...FIRMWARE_RULES, ...LOADER_RULES, ...KERNEL_RULES, ...SYSTEM_RULES] as const satisfies readonly FailRule[]

export type FailRuleId = (typeof FAIL_TABLE)[number]['id']
export const FAIL_RULE_IDS = FAIL_TABLE.map(({ id }) => id) as [FailRuleId, ...FailRuleId[]]
