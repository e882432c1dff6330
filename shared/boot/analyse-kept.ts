import type { Edit } from '../edits/edit.js'
import type { Note, NoteInput } from './analyse-notes.js'
import { type ArgumentStore, findArgumentStores } from './argument-stores.js'
import type { BootEntry } from './boot-entry.js'
import { argKey } from './kernel-args.js'

/** Arguments that the tools which write entries put there themselves, for the file system or the deployment that they write for. */
const WRITTEN_BY_TOOLS: ReadonlySet<string> = new Set(['BOOT_IMAGE', 'initrd', 'ostree', 'root', 'ro', 'rw', 'rootflags', 'rootfstype'])

/** The arguments of the entry that boots which the next kernel update, or grub-mkconfig, would leave out. */
export function lostOnUpdate({ files, choice }: NoteInput): Note[] {
  const { entry } = choice
  // OSTree takes the arguments of a new deployment from the one before it.
  if (entry === null || entry.problem !== null || entry.args.some((arg) => argKey(arg) === 'ostree')) return []
  const store = storeFor(entry, findArgumentStores(files))
  if (!store) return []
  const lost = [...new Set(entry.args)].filter((arg) => !store.args.includes(arg) && !WRITTEN_BY_TOOLS.has(argKey(arg)))
  if (lost.length === 0) return []
  const [file] = store.files
  const when = store.kind === 'kernel-cmdline' ? 'The next kernel update' : 'The next run of grub-mkconfig'
  const names = lost.length > 4 ? `${lost.slice(0, 4).join(' ')} and ${lost.length - 4} more` : lost.join(' ')
  const fix: Edit = { kind: 'keep-kernel-args', changes: lost.map((arg) => ({ op: 'append', arg })) }
  const text = `${when} leaves out ${names}: ${lost.length === 1 ? 'it is' : 'they are'} not in ${file?.path ?? ''}`
  return [{ code: 'lost-on-update', severity: 'info', entry: entry.id, file: file?.id ?? null, text, fix: [fix] }]
}

/**
 * The store that the entry's successor is made from: /etc/kernel/cmdline for what kernel-install writes, the GRUB settings for entries
 * of grub.cfg and for arguments that come from grubenv. Without the former, kernel-install takes over the running system's.
 */
function storeFor(entry: BootEntry, stores: readonly ArgumentStore[]): ArgumentStore | undefined {
  const of = (kind: ArgumentStore['kind']) => stores.find((store) => store.kind === kind)
  if (entry.loader === 'grub') return of('grub-default')
  const usesVariable = entry.sources.some(({ what }) => what === 'kernelopts')
  return usesVariable ? of('grub-default') : entry.loader === 'bls' || entry.loader === 'uki' ? of('kernel-cmdline') : undefined
}
