import type { ArgGroup } from './groups.js'

/** The documents that the rows come from, by the names under which their publishers list them. */
export const SOURCES = {
  kernel: 'Documentation/admin-guide/kernel-parameters.txt',
  kernelDocs: 'Linux kernel documentation of the driver or feature (docs.kernel.org)',
  module: 'Module parameter, shown by modinfo(8)',
  dracut: 'dracut.cmdline(7)',
  dracutLive: 'dracut.cmdline(7), Booting live images',
  systemd: 'kernel-command-line(7), systemd(1)',
  modprobe: 'modprobe(8)',
  plymouth: 'plymouth(8)',
  ignition: 'Ignition docs: supported platforms, getting started',
  coreosInstaller: 'coreos-installer docs: customizing the install',
  fedoraCoreos: 'Fedora CoreOS docs: live images, static networking',
  flatcar: 'Flatcar Container Linux docs: booting with iPXE',
  combustion: 'openSUSE combustion README',
  ostree: 'ostree-prepare-root(1)',
  cloudInit: 'cloud-init docs: kernel command line',
  autoinstall: 'Ubuntu installation guide: autoinstall',
  anaconda: 'Anaconda boot options',
  initramfsTools: 'initramfs-tools(7)',
  casper: 'casper(7)',
  liveBoot: 'live-boot(7)',
  grub: 'GNU GRUB manual, linux command',
} as const
export type ArgumentSource = keyof typeof SOURCES

export interface ArgumentRow {
  /** The key; one that ends in a dot stands for every key that begins with it. */
  readonly name: string
  readonly group: ArgGroup
  /** How it is written: capital words are replaced, brackets are optional. */
  readonly values: string
  readonly summary: string
  readonly source: ArgumentSource
  /** It means something to give it several times. */
  readonly multiple: boolean
  readonly takesValue: 'no' | 'optional' | 'required'
}

/** `[how it is written, what it does]`, or with `'multiple'` for what may stand several times. */
export type RowText = readonly [values: string, summary: string, multiple?: 'multiple']

/** Rows that share a group and a source. The name and whether a value is taken follow from how an argument is written. */
export function argumentRows(group: ArgGroup, source: ArgumentSource, texts: readonly RowText[]): ArgumentRow[] {
  return texts.map(([values, summary, multiple]) => ({
    name: nameOf(values),
    group,
    values,
    summary,
    source,
    multiple: multiple !== undefined,
    takesValue: takesValue(values),
  }))
}

function nameOf(values: string): string {
  const name = /^[^=[\s]+/.exec(values)?.[0] ?? values
  return name.endsWith('.NAME') ? name.slice(0, -'NAME'.length) : name
}

function takesValue(values: string): ArgumentRow['takesValue'] {
  if (values.includes('[=')) return 'optional'
  return values.includes('=') ? 'required' : 'no'
}

const DASHES_ARE_UNDERSCORES: ReadonlySet<ArgumentSource> = new Set(['kernel', 'kernelDocs', 'module', 'modprobe', 'systemd'])

/**
 * Whether `-` and `_` in the name are the same: the kernel (kernel/params.c, `parameq`) and systemd
 * (src/basic/proc-cmdline.c, `proc_cmdline_key_streq`) read them so, dracut, Ignition and cloud-init compare bytes.
 */
export function dashesAreUnderscores(row: ArgumentRow): boolean {
  return DASHES_ARE_UNDERSCORES.has(row.source)
}

/** Whether its values are on and off. */
export function isSwitch(row: ArgumentRow): boolean {
  return /=(0\|1|BOOL|Y\|N|on\|off)/.test(row.values)
}
