import { argKey } from '#shared/boot/kernel-args'

/**
 * What well-known arguments do, in one sentence. Sources: docs.kernel.org/admin-guide/kernel-parameters.html,
 * dracut.cmdline(7), kernel-command-line(7), coreos.github.io/ignition, ostree(1).
 */
const MEANINGS: Readonly<Record<string, string>> = {
  root: 'The file system that becomes /',
  rootfstype: 'File system type of root',
  rootflags: 'Mount options of root',
  rw: 'Mounts root for reading and writing',
  ro: 'Mounts root read-only at first',
  ostree: 'The OSTree deployment that is booted',
  resume: 'Device that holds the hibernation image',
  console: 'A console for kernel messages; the last one becomes /dev/console',
  earlycon: 'Console for messages before the real ones are up',
  quiet: 'Hides most kernel messages',
  debug: 'Shows all kernel messages',
  loglevel: 'Kernel messages below this level go to the console',
  rhgb: 'Graphical boot screen',
  splash: 'Graphical boot screen',
  nomodeset: 'Keeps the display mode that the firmware set',
  'ignition.platform.id': 'Where Ignition looks for its config: qemu, vmware, aws, azure, …',
  'ignition.firstboot': 'Tells that this is the first boot, so Ignition runs',
  'ignition.config.url': 'Address that Ignition fetches its config from',
  ip: 'Network set-up of the initramfs',
  nameserver: 'DNS server for the initramfs',
  'rd.neednet': 'The initramfs brings the network up',
  'net.ifnames': '0 keeps kernel names such as eth0',
  'rd.break': 'Stops in a shell within the initramfs',
  'rd.shell': 'Whether a failed initramfs offers a shell',
  'rd.timeout': 'Seconds that the initramfs waits for devices; 0 waits for ever',
  'rd.retry': 'Seconds before the initramfs tries harder to find devices',
  'rd.luks.uuid': 'Unlocks this LUKS volume in the initramfs',
  'rd.lvm.lv': 'Activates this logical volume in the initramfs',
  'systemd.firstboot': 'Whether systemd asks first-boot questions',
  'systemd.unit': 'Target that is booted',
  'systemd.machine_id': 'Sets the machine id',
  selinux: '0 turns SELinux off',
  enforcing: '0 makes SELinux permissive',
  crashkernel: 'Memory that is kept for a crash kernel',
  mitigations: 'Which CPU vulnerability mitigations are on',
  'systemd.unified_cgroup_hierarchy': '1 chooses cgroup v2',
  'nvme_core.io_timeout': 'Seconds until an NVMe request times out',
  panic: 'Seconds until the machine restarts after a panic',
  init: 'The first program instead of the default one',
  fips: '1 turns FIPS mode on',
  audit: '0 turns auditing off',
  biosdevname: '0 turns biosdevname interface names off',
  'module.sig_enforce': 'Refuses modules without a valid signature',
  'modprobe.blacklist': 'Modules that are not loaded by themselves',
}

/** Undefined for arguments that are not known here. */
export function explainArg(arg: string): string | undefined {
  return Object.hasOwn(MEANINGS, argKey(arg)) ? MEANINGS[argKey(arg)] : undefined
}
