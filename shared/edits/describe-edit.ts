import type { BootEntry } from '../boot/boot-entry.js'
import { partitionTypeName } from '../images/partition-types.js'
import { platform } from '../platforms/platforms.js'
import { formatBytes } from '../text/bytes.js'
import { BOOT_WORDS, describeChange } from './describe-boot-edit.js'
import { SYSTEM_WORDS } from './describe-system-edit.js'
import type { Edit, EditKind, EditOf } from './edit.js'

type Describe<K extends EditKind> = (edit: EditOf<K>, entryTitle: (id: string) => string) => string

/** One row of words for each kind. */
const WORDS: { readonly [K in EditKind]: Describe<K> } = {
  'kernel-args': (edit, title) => `${edit.changes.map(describeChange).join('; ')} in ${title(edit.entry)}`,
  ...BOOT_WORDS,
  'write-file': (edit) => `Write ${edit.path}`,
  'remove-file': (edit) => `Remove ${edit.path}`,
  'rename-file': (edit) => `Rename ${edit.path} to ${edit.to}`,
  'make-folder': (edit) => `Make the folder ${edit.path}`,
  'set-attributes': (edit) =>
    `Set ${[
      edit.mode === undefined ? '' : `mode ${edit.mode.toString(8).padStart(4, '0')}`,
      edit.uid === undefined && edit.gid === undefined ? '' : `owner ${edit.uid ?? 'as it is'}:${edit.gid ?? 'as it is'}`,
    ]
      .filter((part) => part !== '')
      .join(' and ')} of ${edit.path}`,
  'set-partition-type': (edit) => `Set the type of partition ${edit.partition} to ${partitionTypeName(edit.type)}`,
  'set-fs-uuid': (edit) => `Give partition ${edit.partition} ${edit.uuid === 'new' ? 'a new UUID' : `the UUID ${edit.uuid}`}`,
  retarget: (edit) => `Make the image fit ${platform(edit.platform).name}`,
  'resize-disk': (edit) => `Make the disk ${formatBytes(edit.bytes)} large`,
  'grow-partition': (edit) =>
    `Grow partition ${edit.partition} ${edit.bytes === undefined ? 'into the free space behind it' : `to ${formatBytes(edit.bytes)}`}${edit.filesystem === false ? ', without its file system' : ''}`,
  'shrink-partition': (edit) => `Shrink partition ${edit.partition} to ${formatBytes(edit.bytes)}`,
  'move-backup-gpt': () => 'Move the backup GPT to the end of the disk',
  ...SYSTEM_WORDS,
}

/** One edit in words: `Replace ignition.platform.id=qemu by vmware in "Oracle Linux Server 8.10"`. */
export function describeEdit(edit: Edit, entries: readonly BootEntry[]): string {
  const title = (id: string): string => {
    if (id === '*') return 'all entries'
    if (id === 'default') return 'the default entry'
    return `"${entries.find((entry) => entry.id === id)?.title || id}"`
  }
  return (WORDS[edit.kind] as Describe<EditKind>)(edit, title)
}
