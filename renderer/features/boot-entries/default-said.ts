import type { BootEntry, BootFileKind, BootReport } from '#shared/boot/boot-entry'

/** Files that name a default, by the beginning of the reason that the report gives. */
const FILES: readonly (readonly [reason: RegExp, kinds: readonly BootFileKind[]])[] = [
  [/^(saved|next|prev_saved)_entry/, ['grubenv']],
  [/^loader\.conf/, ['loader-conf']],
  [/^set default/, ['grub-cfg']],
  [/^(DEFAULT|MENU DEFAULT)/, ['extlinux', 'isolinux']],
]

/** Why an entry is the default, and the file that says so: null where no file does, as for the highest version. */
export function saidBy(
  entry: BootEntry,
  report: Pick<BootReport, 'files' | 'settings'>,
): { readonly reason: string; readonly file: string | null } | null {
  const reason = entry.defaultReason ?? ''
  if (reason === '') return null
  const kinds = FILES.find(([begins]) => begins.test(reason))?.[1] ?? []
  const candidates = report.files.filter(({ kind }) => kinds.includes(kind))
  const said = candidates.find(({ id }) => report.settings.some((one) => one.file === id && one.default !== null))
  const near = candidates.find(({ id, partition }) => id === entry.file || partition === entry.partition)
  return { reason, file: (said ?? near ?? candidates[0])?.id ?? null }
}
