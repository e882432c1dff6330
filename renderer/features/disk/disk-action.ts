import type { DiskReport, DiskSnapshot } from '#shared/images/disk-report'
import { FORMATS, imageFormat, isDiskFormat, savedFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import type { JobRequestDraft } from '#shared/jobs/job-requests'

/** Something that is done with the file that a disk is in. */
export type DiskAction =
  | { readonly kind: 'compact' | 'create' | 'rebase' | 'flatten' | 'commit' | 'repair' | 'compare' }
  | { readonly kind: 'apply' | 'delete'; readonly snapshot: DiskSnapshot }

/** What the dialog of an action asks for. */
export interface DiskChoices {
  readonly place: 'copy' | 'in-place'
  /** Empty while it is being suggested. */
  readonly output: string
  readonly replace: boolean
  readonly keepBackup: boolean
  /** Name of a new snapshot. */
  readonly name: string
  readonly keepPresent: boolean
  readonly trim: boolean
  readonly compress: boolean
  /** The new backing file, or the image to compare with; empty while none was chosen. */
  readonly other: string
  /** Which disk of it, where it is an archive; null while none was chosen. */
  readonly member: string | null
  readonly removeOverlay: boolean
}

export const FIRST_CHOICES: DiskChoices = {
  place: 'copy',
  output: '',
  replace: false,
  keepBackup: true,
  name: '',
  keepPresent: true,
  trim: true,
  compress: false,
  other: '',
  member: null,
  removeOverlay: false,
}

interface Words {
  readonly title: string
  readonly hint: string
  readonly button: string
  /** Goes behind the image's name in that of the copy. */
  readonly suffix: string
}

export const ACTION_WORDS: Readonly<Record<DiskAction['kind'], Words>> = {
  compact: {
    title: 'Compact',
    hint: 'A Linux kernel gives back what the file systems do not use, in a throw-away overlay; what is left is written anew. All files are read before and after.',
    button: 'Compact',
    suffix: '-compact',
  },
  create: {
    title: 'New snapshot',
    hint: 'The present state of the disk is kept in the image, and can be gone back to.',
    button: 'Create snapshot',
    suffix: '-snapshot',
  },
  apply: { title: 'Go back to a snapshot', hint: 'The disk becomes what it was then.', button: 'Go back', suffix: '-older' },
  delete: {
    title: 'Delete a snapshot',
    hint: 'The present state of the disk stays as it is.',
    button: 'Delete snapshot',
    suffix: '-fewer',
  },
  rebase: {
    title: 'Change the backing file',
    hint: 'What the new backing file has otherwise is written to the image, so that it reads as before. The new one has to be in the same folder.',
    button: 'Rebase',
    suffix: '-rebased',
  },
  flatten: {
    title: 'Flatten',
    hint: 'What the image shows of its backing files is copied into it: it needs them no more.',
    button: 'Flatten',
    suffix: '-flat',
  },
  commit: {
    title: 'Commit into the backing file',
    hint: 'What the image holds is written to a copy of its backing file, compared, and then takes its name. The image reads as before all the while.',
    button: 'Commit',
    suffix: '',
  },
  repair: {
    title: 'Repair a copy',
    hint: 'A copy is repaired as qemu-img thinks likely. The image itself stays as it is, because that may be wrong.',
    button: 'Repair a copy',
    suffix: '-repaired',
  },
  compare: {
    title: 'Compare with another image',
    hint: 'What the guest sees is compared, whatever the formats and packed or not, and files where the disks differ.',
    button: 'Compare',
    suffix: '',
  },
}

/** Whether the result can be a file of its own or the image itself. */
export function hasPlace({ kind }: DiskAction): boolean {
  return kind !== 'commit' && kind !== 'compare' && kind !== 'repair'
}

/** Whether a file that is there is changed. */
export function changesFile(action: DiskAction, choices: DiskChoices): boolean {
  return action.kind === 'commit' || (hasPlace(action) && choices.place === 'in-place')
}

/** What to start; null while something is missing. */
export function diskRequest(action: DiskAction, choices: DiskChoices, info: ImageInfo, report: DiskReport): JobRequestDraft | null {
  const common = { source: info.path, revision: report.revision }
  const { place, output, replace, keepBackup, other } = choices
  if (needsOutput(action, choices) && output === '') return null
  const target = place === 'in-place' ? ({ mode: 'in-place', keepBackup } as const) : ({ mode: 'new-file', output, replace } as const)
  switch (action.kind) {
    case 'compact': {
      const subformat = choices.compress && info.format === 'qcow2' ? { subformat: 'compressed' } : {}
      return { kind: 'compact-image', input: { ...common, target, trim: choices.trim, ...subformat } }
    }
    case 'create': {
      const name = choices.name.trim()
      return name === '' ? null : { kind: 'snapshot-image', input: { ...common, target, action: { do: 'create', name } } }
    }
    case 'apply': {
      const { keepPresent } = choices
      return { kind: 'snapshot-image', input: { ...common, target, action: { do: 'apply', snapshot: action.snapshot.id, keepPresent } } }
    }
    case 'delete':
      return { kind: 'snapshot-image', input: { ...common, target, action: { do: 'delete', snapshot: action.snapshot.id } } }
    case 'rebase':
      return other === '' ? null : { kind: 'rebase-image', input: { ...common, target, backing: other } }
    case 'flatten':
      return { kind: 'rebase-image', input: { ...common, target, backing: null } }
    case 'commit': {
      const into = report.chain[1]?.path
      const { removeOverlay } = choices
      return into === undefined ? null : { kind: 'commit-image', input: { ...common, into, keepBackup, removeOverlay } }
    }
    case 'repair':
      return { kind: 'repair-image', input: { ...common, output, replace } }
    case 'compare':
      return other === '' ? null : { kind: 'compare-images', input: { left: info.path, right: other, ...memberOf(choices) } }
  }
}

function memberOf({ member }: DiskChoices): { rightMember?: string } {
  return member === null ? {} : { rightMember: member }
}

export function needsOutput(action: DiskAction, choices: DiskChoices): boolean {
  return action.kind === 'repair' || (hasPlace(action) && choices.place === 'copy')
}

export function outputExtension({ format }: ImageInfo): string {
  return FORMATS[savedFormat(format)].extensions[0] ?? format
}

/** Why an action is not for this image; null where it is. */
export function actionProblem(kind: DiskAction['kind'], { format, chain, snapshots }: DiskReport): string | null {
  const { label } = imageFormat(format)
  const isOverlay = chain.length > 1
  switch (kind) {
    case 'compact':
      return isDiskFormat(format) ? null : `${label} images are read, and not written: convert it.`
    case 'create':
    case 'apply':
    case 'delete':
      return format === 'qcow2' ? null : `${label} images have no internal snapshots.`
    case 'rebase':
    case 'flatten':
    case 'commit':
      if (format !== 'qcow2') return `${label} images have no backing file that could be changed.`
      if (!isOverlay && kind !== 'rebase') return 'It stands on its own.'
      return snapshots.length > 0 ? 'Its internal snapshots read the backing file too: delete them first.' : null
    case 'repair':
      return ['qcow2', 'qed', 'parallels', 'vhdx'].includes(format) ? null : `qemu-img repairs no ${label}.`
    case 'compare':
      return null
  }
}
