/** A line that tells that a guest has come as far as is wanted. */
export interface ReadySet {
  readonly title: string
  /** Null where it depends on the test: the arguments that the kernel is to have. */
  readonly pattern: RegExp | null
  readonly source: string
}

/** Colours are taken out before: systemd writes `[  OK  ] Reached target …`, and with a log on the console `systemd[1]: Reached target …`. */
export const READY_SETS = {
  login: {
    title: 'A login prompt',
    pattern: /\blogin: *($|\[ *\d)/,
    source: 'util-linux agetty(8), busybox getty: `HOST login: `; a message of the kernel can follow it',
  },
  cmdline: {
    title: "The kernel's command line has the edited arguments",
    pattern: null,
    source: 'Linux init/main.c: `Kernel command line: `',
  },
  kernel: { title: 'The kernel starts', pattern: /\bLinux version \d/, source: 'Linux init/version.c, linux_banner' },
  'switch-root': {
    title: 'The initial RAM disk hands over to the system',
    pattern: /Switching root|Switch Root|Reached target .*Initrd Default Target|INIT: version /,
    source: 'systemd units/initrd-switch-root.service, initrd.target; sysvinit',
  },
  'multi-user': {
    title: 'systemd reached multi-user.target',
    pattern: /Reached target .*Multi-User System/,
    source: 'systemd units/multi-user.target',
  },
  graphical: {
    title: 'systemd reached graphical.target',
    pattern: /Reached target .*Graphical Interface/,
    source: 'systemd units/graphical.target',
  },
  'network-online': {
    title: 'systemd reached network-online.target',
    pattern: /Reached target .*Network is Online/,
    source: 'systemd units/network-online.target',
  },
  ssh: {
    title: 'The SSH server runs',
    pattern: /Started (\S+ - )?(OpenSSH|OpenBSD Secure Shell) .*([Ss]erver|Daemon)|Server listening on \S+ port 22\b/,
    source: 'sshd.service of Fedora, Debian, Arch; OpenSSH sshd.c',
  },
  ignition: {
    title: 'Ignition finished',
    pattern: /files: files passed|Ignition: ran on /,
    // It says `finished successfully` after each stage; this is the last one that does what the config says
    source: 'coreos/ignition internal/exec/engine.go; fedora-coreos-config coreos-ignition-write-issues',
  },
  'cloud-init': {
    title: 'cloud-init finished',
    pattern: /Cloud-init v\. \S+ finished at|Reached target .*Cloud-init target/,
    source: 'cloud-init config/cc_final_message.py, systemd/cloud-init.target',
  },
} as const satisfies Readonly<Record<string, ReadySet>>

export type ReadySetId = keyof typeof READY_SETS
export const READY_SET_IDS = Object.keys(READY_SETS) as [ReadySetId, ...ReadySetId[]]
