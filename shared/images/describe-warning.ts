import { showControl } from '../text/visible.js'
import type { IMAGE_WARNINGS, ImageWarning } from './image-info.js'

export interface WarningWords {
  readonly title: string
  readonly detail: string
}

type Row = (facts: { readonly partition: string; readonly detail: string }) => WarningWords

const ROWS: Readonly<Record<(typeof IMAGE_WARNINGS)[number], Row>> = {
  'esp-wrong-type': ({ partition }) => ({
    title: 'EFI system partition has the wrong type',
    detail: `${partition} holds /EFI, but its type is not that of an EFI system partition. Some firmware will not boot from it.`,
  }),
  'no-partition-table': () => ({
    title: 'No partition table',
    detail: 'The whole disk is one file system. Most platforms expect a boot disk to have a partition table.',
  }),
  'partition-table-damaged': ({ detail }) => ({
    title: 'Partition table is damaged',
    detail: `${detail.replace(/\.+$/, '') || 'The partition table cannot be read'}. Partitions and boot entries are not shown; the image can still be converted as it is.`,
  }),
  'backup-gpt-misplaced': () => ({
    title: 'Backup partition table is not at the end of the disk',
    detail:
      'The disk was enlarged after it was partitioned. It boots; tools that write the table, such as sgdisk -e, move the backup to the end.',
  }),
  'image-in-use': ({ detail }) => ({
    title: 'Image is in use',
    detail: `${detail || 'Another process'} has it open for writing. What is shown may be out of date, and saving in place is refused.`,
  }),
  'cut-short': ({ detail }) => ({
    title: 'The file was cut short',
    detail: `${detail || 'Its tables name more than the file holds'}. What is missing reads as zeros here. Fetch the image again; saving and converting are refused.`,
  }),
  'internal-snapshots': ({ detail }) => ({
    title: 'Image holds internal snapshots',
    detail: `${detail === '' ? 'Snapshots' : `${detail} snapshots`} are kept inside the file. A converted or newly saved image holds the current state only.`,
  }),
  'backing-file': ({ detail }) => ({
    title: 'Image depends on a backing file',
    detail: `It holds only the differences to ${detail || 'another image'}. It cannot be used without that file; converting makes it independent.`,
  }),
  'filesystem-unreadable': ({ partition, detail }) => ({
    title: 'File system cannot be read here',
    detail: `${partition} holds ${detail || 'a file system'} that the readers of this machine do not know. Boot entries in it are not shown; the image can still be converted.`,
  }),
  'boot-entries-cut': ({ detail }) => ({
    title: 'Too many boot entries',
    detail: `Only the first ${detail} of a folder were read, so the default entry may be another one than shown.`,
  }),
  'sandbox-missing': ({ detail }) => ({
    title: 'Tools run without the sandbox',
    detail: `${detail || 'The program bwrap cannot be used on this machine'}. Open only images that you trust until it is there.`,
  }),
}

/** A warning about an image in words: what is the case and what follows from it. */
export function describeWarning(warning: ImageWarning): WarningWords {
  const partition = warning.partition === undefined || warning.partition === 0 ? 'The disk' : `Partition ${warning.partition}`
  return ROWS[warning.code]({ partition, detail: showControl(warning.detail ?? '').slice(0, 400) })
}
