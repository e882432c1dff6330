import type { BootFile, BootFileKind, BootReport } from '#shared/boot/boot-entry'

export const KIND_WORDS: Readonly<Record<BootFileKind, string>> = {
  'bls-entry': 'Boot loader specification entry',
  'loader-conf': 'systemd-boot settings',
  grubenv: 'GRUB environment block',
  'grub-cfg': 'GRUB script',
  'grub-default': 'Settings of grub-mkconfig',
  'kernel-cmdline': 'Arguments for kernel-install',
  extlinux: 'extlinux menu',
  isolinux: 'ISOLINUX menu',
  uki: 'Unified kernel image, its command line',
  'platforms-json': 'Platform table of the image',
}

export interface FileRole {
  readonly word: string
  readonly tone: 'green' | 'amber' | 'neutral'
  readonly why: string
}

/** Whether what a file says counts when the image boots, and why not. */
export function fileRole(file: BootFile, report: Pick<BootReport, 'notes' | 'entries'>): FileRole {
  const about = report.notes.filter((note) => note.file === file.id)
  const unread = about.find((note) => note.code === 'unreadable')
  if (unread !== undefined) return { word: 'not readable', tone: 'amber', why: unread.text }
  // The same code tells what overrules something else: then the file is named as the winner, beside an entry of another file.
  const overruled = about.find((note) => note.code === 'overruled' && (note.entry === null || isOf(note.entry, file, report)))
  if (overruled !== undefined) return { word: 'overruled', tone: 'amber', why: overruled.text }
  if (file.kind === 'grub-default' || file.kind === 'kernel-cmdline') {
    return {
      word: 'for later kernels',
      tone: 'neutral',
      why: 'It does not change how the image boots now: the next kernel takes its arguments from it.',
    }
  }
  if (file.kind === 'platforms-json') {
    return { word: 'read by tools', tone: 'neutral', why: 'The boot loader does not read it: it says which arguments each platform needs.' }
  }
  const own = report.entries.filter((entry) => entry.file === file.id)
  if (own.length > 0 && own.every((entry) => !entry.enabled)) {
    return { word: 'disabled', tone: 'neutral', why: 'The boot loader passes over it.' }
  }
  return { word: 'counts', tone: 'green', why: 'The boot loader reads it.' }
}

function isOf(entry: string, file: BootFile, report: Pick<BootReport, 'entries'>): boolean {
  return report.entries.some((one) => one.id === entry && one.file === file.id)
}
