import { expect, test } from 'vitest'
import { FAIL_TABLE, type FailRuleId } from './fail-table.js'
import { READY_SETS, type ReadySetId } from './ready-sets.js'

/** A line of each, as the named source prints it. */
const SAID: Readonly<Record<FailRuleId, readonly string[]>> = {
  'bios-no-boot-device': ['No bootable device.', 'FATAL: No bootable medium found! System halted.'],
  'mbr-no-system': [
    'Missing operating system.',
    'Operating system not found',
    'This is not a bootable disk.  Please insert a bootable floppy and',
  ],
  'uefi-no-boot-option': [
    'BdsDxe: No bootable option or device was found.',
    'UEFI Interactive Shell v2.2',
    'Shell> ',
    'BdsDxe: failed to start Boot0002 "EFI Internal Shell" from Fv(7CB8BDC9)/FvFile(7C04A583): Security Violation',
  ],
  'secure-boot-refused': [
    'BdsDxe: failed to load Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x2,0x0): Access Denied',
    'Verification failed: (0x1A) Security Violation',
    'error: ../../grub-core/kern/efi/sb.c:182:bad shim signature.',
  ],
  'uefi-option-failed': ['BdsDxe: failed to load Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x2,0x0): Not Found'],
  'grub-rescue': ['Entering rescue mode...', 'grub rescue> '],
  'grub-prompt': ['   Minimal BASH-like line editing is supported. For the first word, TAB', 'grub> '],
  'grub-no-kernel': ['error: ../../grub-core/loader/i386/efi/linux.c:258:you need to load the kernel first.', 'error: out of memory.'],
  'grub-memory': ['alloc magic is broken at 0x7ff3c4a0: 0'],
  'grub-error': ["error: file `/boot/grub/i386-pc/normal.mod' not found."],
  'syslinux-failed': [
    'Failed to load ldlinux.c32',
    'Could not find kernel image: linux',
    'No DEFAULT or UI configuration directive found!',
  ],
  'efi-stub-error': ['EFI stub: ERROR: Failed to decompress kernel'],
  'no-root': [
    '[    1.6] VFS: Unable to mount root fs via NFS.',
    '[    1.6] VFS: Cannot open root device "nope" or unknown-block(0,0): error -6',
  ],
  'no-init': [
    '[    1.8] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300',
    '[    1.9] Kernel panic - not syncing: No working init found.',
  ],
  'kernel-panic': ['[    1.8] Kernel panic - not syncing: Fatal exception in interrupt'],
  'kernel-oops': ['[   12.1] Oops: 0002 [#1] PREEMPT SMP PTI', '[   12.1] BUG: unable to handle page fault for address: ffffffffc0a81000'],
  'initramfs-unpack': ['[    0.6] Initramfs unpacking failed: write error'],
  'out-of-memory': ['[   30.2] systemd-udevd invoked oom-killer: gfp_mask=0x140cca, order=0, oom_score_adj=0'],
  'disk-error': [
    '[    9.9] I/O error, dev vda, sector 2048 op 0x0:(READ) flags 0x0',
    '[   9.9] sd 0:0:0:0: rejecting I/O to offline device',
  ],
  'ext4-error': ['[    3.0] EXT4-fs error (device vda3): ext4_lookup:1857: inode #2: comm systemd: iget: bad extra_isize 65535'],
  'xfs-error': [
    '[    3.0] XFS (vda3): Metadata corruption detected at xfs_agi_verify+0x14f/0x190 [xfs]',
    '[    3.0] XFS (vda3): Unmount and run xfs_repair',
  ],
  'btrfs-error': ['[    3.0] BTRFS error (device vda3): bad tree block start'],
  'kernel-warning': ['[    3.0] WARNING: CPU: 1 PID: 1 at fs/ext4/inode.c:4120 ext4_x+0x1'],
  'kernel-stall': [
    '[   60.1] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [modprobe:210]',
    '[  21.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
  ],
  'dracut-timeout': ['[  186.3] dracut-initqueue[391]: Warning: dracut-initqueue: timeout, still waiting for following initqueue hooks:'],
  'dracut-fatal': ['[    5.2] dracut: Refusing to continue', "[    5.2] dracut: FATAL: Don't know how to handle 'root=foo'"],
  'root-device-missing': [
    'Gave up waiting for root file system device.  Common problems:',
    'ALERT!  UUID=11111111-2222-3333-4444-555555555555 does not exist.  Dropping to a shell!',
    '(initramfs) ',
  ],
  'emergency-shell': [
    'You are in emergency mode. After logging in, type "journalctl -xb" to view',
    'Press Enter for maintenance',
    'Entering emergency mode. Exit the shell to continue.',
  ],
  'systemd-freeze': ['[    2.0] systemd[1]: Freezing execution.', '[    2.0] systemd[1]: Failed to load SELinux policy.'],
  'ignition-failed': [
    '[    7.7] ignition[712]: Ignition failed: config is not valid',
    '[    7.7] ignition[712]: failed to fetch config: context canceled',
  ],
  'ignition-no-config': ['ignition[712]: not a config (empty): provider config was empty, continuing with empty cache config'],
  'systemd-device-timeout': ['[ TIME ] Timed out waiting for device /dev/disk/by-uuid/1.'],
  'systemd-unit-failed': [
    '[FAILED] Failed to start NetworkManager.service - Network Manager.',
    '[DEPEND] Dependency failed for /boot/efi.',
  ],
  'systemd-ordering-cycle': ['[    3.1] systemd[1]: sysinit.target: Found ordering cycle on a.service/start'],
  'crashed-program': [
    '[    4.4] foo[301]: segfault at 0 ip 0000000000401136 sp 00007ffe error 4',
    'systemd[1]: a.service: Main process exited, code=dumped, status=11/SEGV',
  ],
}

test.each(FAIL_TABLE.map(({ id }) => id))('%s is told by its own words, before any other row', (id) => {
  for (const line of SAID[id]) expect(FAIL_TABLE.find(({ pattern }) => pattern.test(line))?.id).toBe(id)
})

test.each([
  'Booting from Hard Disk...',
  'Boot failed: not a bootable disk',
  '[    0.0] Kernel command line: BOOT_IMAGE=/vmlinuz root=UUID=1 ro panic=10 oops=panic',
  '[    1.0] EXT4-fs (vda3): mounted filesystem with ordered data mode. Quota mode: none.',
  '[    1.0] XFS (vda3): Mounting V5 Filesystem',
  '[    1.0] XFS (vda3): Ending clean mount',
  '[    1.0] I/O error, dev fd0, sector 0 op 0x0:(READ) flags 0x0',
  '[    1.0] BTRFS info (device vda3): using free space tree',
  '[    0.1] Last level iTLB entries: 4KB 0, 2MB 0, 4MB 0',
  '[  OK  ] Reached target emergency-fallback.target',
  'Begin: Mounting root file system ... Begin: Running /scripts/local-top ... done.',
  'Gave up waiting for suspend/resume device',
  '[    2.0] systemd[1]: Listening on systemd-coredump.socket',
])('%s is no failure', (line) => {
  expect(FAIL_TABLE.find(({ pattern }) => pattern.test(line))).toBeUndefined()
})

const READY: Readonly<Record<Exclude<ReadySetId, 'cmdline'>, readonly string[]>> = {
  login: ['localhost login: ', 'debian login: [   12.345678] random: crng init done'],
  kernel: ['[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org)'],
  'switch-root': ['[    4.2] systemd[1]: Switching root.', 'INIT: version 3.06 booting'],
  'multi-user': ['[  OK  ] Reached target multi-user.target - Multi-User System.', '[  OK  ] Reached target Multi-User System.'],
  graphical: ['[  OK  ] Reached target graphical.target - Graphical Interface.'],
  'network-online': ['[  OK  ] Reached target network-online.target - Network is Online.'],
  ssh: [
    '[  OK  ] Started ssh.service - OpenBSD Secure Shell server.',
    '[  OK  ] Started OpenSSH server daemon.',
    '[  OK  ] Started OpenSSH Daemon.',
  ],
  ignition: ['[    9.9] ignition[810]: INFO     : files: files passed', 'Ignition: ran on 2024/01/01 00:00:00 UTC (this boot)'],
  'cloud-init': ['Cloud-init v. 22.4.2 finished at Thu, 01 Jan 1970 00:00:10 +0000. Datasource DataSourceNoCloud'],
}

test.each(Object.entries(READY))('%s is told by its words', (id, lines) => {
  for (const line of lines) expect(READY_SETS[id as keyof typeof READY].pattern.test(line)).toBe(true)
})

test.each([
  'Last login: Thu Jan  1 00:00:00 1970 on ttyS0',
  '[  OK  ] Started systemd-logind.service - User Login Management.',
  'login: timed out',
])('%s is no login prompt', (line) => {
  expect(READY_SETS.login.pattern.test(line)).toBe(false)
})

test('Ignition that has only fetched its config has not finished', () => {
  for (const line of ['ignition[77]: fetch-offline: fetch-offline passed', 'ignition[77]: Ignition finished successfully']) {
    expect(READY_SETS.ignition.pattern.test(line)).toBe(false)
  }
})
