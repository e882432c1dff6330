/**
 * What machines wrote on their serial consoles, byte for byte, lines left out: qemu 7.2.22, SeaBIOS 1.16.2, OVMF 2022.11, systemd-boot 252,
 * Linux 6.1.0-56-cloud-amd64, initramfs-tools 0.142, all of Debian 12.
 */
export const SERIAL_SAMPLES = {
  /** systemd-boot, and an initial RAM disk of busybox up to its prompt. */
  login: [
    '\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01H\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01H\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01HBdsDxe: loading Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x2,0x0)\r',
    'BdsDxe: starting Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x2,0x0)\r',
    'EFI stub: Loaded initrd from LINUX_EFI_INITRD_MEDIA_GUID device path\r',
    '[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)\r',
    '[    0.000000] Command line: initrd=\\diskwright\\initrd.img ignition.platform.id=qemu console=ttyS0\r',
    '[    0.000000] secureboot: Secure boot disabled\r',
    '[    0.000000] Kernel command line: initrd=\\diskwright\\initrd.img ignition.platform.id=qemu console=ttyS0\r',
    '[    2.683869] Run /init as init process\r',
    'Diskwright sample system\r',
    'Booted with: initrd=\\diskwright\\initrd.img ignition.platform.id=qemu console=ttyS0\r',
    '',
    'diskwright-sample login: ',
  ].join('\n'),
  /** An empty disk with SeaBIOS. */
  biosNoDisk: [
    '\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS (version 1.16.2-debian-1.16.2-1)\r',
    'Booting from Hard Disk...\r',
    'Boot failed: not a bootable disk\r',
    '',
    'Booting from Floppy...\r',
    'Boot failed: could not read the boot disk\r',
    '',
    'No bootable device.\r',
    '',
  ].join('\n'),
  /** An empty disk with OVMF. */
  uefiNoDisk: [
    '\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01H\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01H\u001b[2J\u001b[01;01H\u001b[=3h\u001b[2J\u001b[01;01HBdsDxe: failed to load Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x2,0x0): Not Found\r',
    'BdsDxe: loading Boot0002 "EFI Internal Shell" from Fv(7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1)/FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1)\r',
    'BdsDxe: starting Boot0002 "EFI Internal Shell" from Fv(7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1)/FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1)\r',
    '\u001b[2J\u001b[01;01H\u001b[01;01HUEFI Interactive Shell v2.2\r',
    'EDK II\r',
    'UEFI v2.70 (EDK II, 0x00010000)\r',
    '\u001b[1m\u001b[33m\u001b[40mMapping table\u001b[0m\u001b[37m\u001b[40m\r',
    '\u001b[1m\u001b[33m\u001b[40m     BLK0:\u001b[0m\u001b[37m\u001b[40m \u001b[1m\u001b[37m\u001b[40mAlias(s):\u001b[0m\u001b[37m\u001b[40m\r',
    '          PciRoot(0x0)/Pci(0x2,0x0)\r',
    '\u001b[07;01HPress \u001b[1m\u001b[37m\u001b[40mESC\u001b[0m\u001b[37m\u001b[40m in 5 seconds to skip \u001b[1m\u001b[33m\u001b[40mstartup.nsh\u001b[0m\u001b[37m\u001b[40m or any other key to continue.\u001b[07;01HPress \u001b[1m\u001b[37m\u001b[40mESC\u001b[0m\u001b[37m\u001b[40m in 4 seconds to skip \u001b[1m\u001b[33m\u001b[40mstartup.nsh\u001b[0m\u001b[37m\u001b[40m or any other key to continue.\u001b[07;01HPress \u001b[1m\u001b[37m\u001b[40mESC\u001b[0m\u001b[37m\u001b[40m in 3 seconds to skip \u001b[1m\u001b[33m\u001b[40mstartup.nsh\u001b[0m\u001b[37m\u001b[40m or any other key to continue.\u001b[07;01HPress \u001b[1m\u001b[37m\u001b[40mESC\u001b[0m\u001b[37m\u001b[40m in 2 seconds to skip \u001b[1m\u001b[33m\u001b[40mstartup.nsh\u001b[0m\u001b[37m\u001b[40m or any other key to continue.\u001b[07;01HPress \u001b[1m\u001b[37m\u001b[40mESC\u001b[0m\u001b[37m\u001b[40m in 1 seconds to skip \u001b[1m\u001b[33m\u001b[40mstartup.nsh\u001b[0m\u001b[37m\u001b[40m or any other key to continue.\r',
    '\u001b[08;01H\u001b[1m\u001b[33m\u001b[40mShell> \u001b[0m\u001b[37m\u001b[40m',
  ].join('\n'),
  /** /init ends. */
  initEnds: [
    '[    1.769492] Run /init as init process\r',
    'leaving\r',
    '[    1.831930] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300\r',
    '[    1.832345] CPU: 0 PID: 1 Comm: init Not tainted 6.1.0-56-cloud-amd64 #1  Debian 6.1.192-2\r',
    '[    1.832613] Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2-debian-1.16.2-1 04/01/2014\r',
    '[    1.832865] Call Trace:\r',
    '[    1.833497]  <TASK>\r',
    '[    1.833660]  dump_stack_lvl+0x44/0x5c\r',
    '[    1.837325] ---[ end Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300 ]---\r',
  ].join('\n'),
  /** No initial RAM disk, and `root=/dev/nope`. */
  noRoot: [
    "[    1.606038] /dev/root: Can't open blockdev\r",
    '[    1.606414] VFS: Cannot open root device "nope" or unknown-block(0,0): error -6\r',
    '[    1.606660] Please append a correct "root=" boot option; here are the available partitions:\r',
    '[    1.606977] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\r',
    '[    1.607323] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0-56-cloud-amd64 #1  Debian 6.1.192-2\r',
    '[    1.607783] Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2-debian-1.16.2-1 04/01/2014\r',
  ].join('\n'),
  /** `root=` with a UUID that no disk has. */
  wrongRoot: [
    '[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)\r',
    '[    3.492440] Run /init as init process\r',
    'Loading, please wait...\r',
    'Begin: Loading essential drivers ... [    5.788788] raid6: avx2x4   gen()  2385 MB/s\r',
    'Begin: Running /scripts/init-premount ... done.\r',
    'Gave up waiting for root file system device.  Common problems:\r',
    ' - Boot args (cat /proc/cmdline)\r',
    '   - Check rootdelay= (did the system wait long enough?)\r',
    ' - Missing modules (cat /proc/modules; ls /dev)\r',
    'ALERT!  UUID=11111111-2222-3333-4444-555555555555 does not exist.  Dropping to a shell!\r',
    '\r',
    '\r',
    'BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) built-in shell (ash)\r',
    "Enter 'help' for a list of built-in commands.\r",
    '\r',
    '(initramfs) \u001b[6n',
  ].join('\n'),
} as const
