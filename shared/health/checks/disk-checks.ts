import type { Partition } from '../../images/image-info.js'
import { partitionTypeName } from '../../images/partition-types.js'
import { type HealthCheck, notChecked, pass, type Verdict } from '../check.js'
import { describePartition } from '../words.js'

/** The partition table, and what the file itself is made of. */
export const DISK_HEALTH: readonly HealthCheck[] = [
  {
    id: 'whole-file',
    group: 'disk',
    title: 'The file is whole',
    run: ({ image }) => {
      const cut = image.warnings.find(({ code }) => code === 'cut-short')
      if (!cut) return pass('Its tables name nothing that the file does not have.')
      const text = 'It was cut short, most likely while it was copied: what is missing reads as zeros. Fetch it again; no edit mends it.'
      return [{ severity: 'error', title: 'The file was cut short', text, evidence: [cut.detail ?? ''] }]
    },
  },
  {
    id: 'partition-table',
    group: 'disk',
    title: 'Partition table',
    run: ({ image }) => {
      const damaged = image.warnings.find(({ code }) => code === 'partition-table-damaged')
      if (damaged) {
        const text = 'The partition table cannot be read as it should be. Restore it from a copy before anything is written.'
        return [{ severity: 'error', title: 'The partition table is damaged', text, evidence: [damaged.detail ?? ''] }]
      }
      if (image.table === 'none') {
        const text = 'Without a partition table neither BIOS nor UEFI finds a boot loader; only hosts that bring the kernel start this.'
        return [{ severity: 'warning', title: 'There is no partition table', text }]
      }
      return pass(`It is ${image.table === 'gpt' ? 'a GPT' : 'an MBR table'} and whole.`)
    },
  },
  {
    id: 'backup-gpt',
    group: 'disk',
    title: 'Backup GPT at the end of the disk',
    run: ({ image, backupGptMoves }) => {
      if (image.table !== 'gpt') return []
      if (backupGptMoves || !image.warnings.some(({ code }) => code === 'backup-gpt-misplaced'))
        return pass('It is where firmware looks for it.')
      return [
        {
          severity: 'warning',
          title: 'The backup GPT is not at the end of the disk',
          text: 'The disk was made larger after it was partitioned. Firmware and tools warn of it, and some importers refuse the image.',
          fix: [{ kind: 'move-backup-gpt' }],
          fixLabel: 'Move it to the end',
        },
      ]
    },
  },
  {
    id: 'duplicate-uuids',
    group: 'disk',
    title: 'Every file system has a UUID of its own',
    run: ({ partitions }) => {
      const found = [
        ...twins(partitions, 'UUID', (partition) => partition.filesystem?.uuid),
        ...twins(partitions, 'PARTUUID', (partition) => partition.uuid),
      ]
      return found.length === 0 ? pass('No two partitions share a UUID.') : found
    },
  },
  {
    id: 'duplicate-labels',
    group: 'disk',
    title: 'Every label stands once',
    run: ({ partitions }) => {
      const labels = groupBy(partitions, (partition) => partition.filesystem?.label)
      const shared = [...labels].filter(([, holders]) => holders.length > 1)
      if (shared.length === 0) return pass('No two file systems share a label.')
      return shared.map(([label, holders]) => ({
        severity: 'warning',
        about: label,
        title: `The label ${label} stands on ${holders.length} file systems`,
        text: 'What is found by its label (LABEL= in fstab and root=, search in GRUB) may be the wrong one.',
        evidence: holders.map(describePartition),
      }))
    },
  },
  {
    id: 'root-partition-type',
    group: 'disk',
    title: 'Partition types say what is in them',
    run: ({ partitions, image }) => {
      if (image.table === 'none') return []
      const wrong = partitions.flatMap((partition): Verdict[] => {
        const expected = expectedType(partition)
        if (expected === null) return []
        return [
          {
            severity: 'warning',
            about: partition.number,
            title: `Partition ${partition.number} is typed ${partition.typeName}, and holds ${partition.filesystem?.type ?? 'nothing'}`,
            text: 'Installers, growpart and importers go by the type, and may leave the partition alone or offer to format it.',
            evidence: [describePartition(partition)],
            fix: [{ kind: 'set-partition-type', partition: partition.number, type: expected }],
            fixLabel: `Set it to ${partitionTypeName(expected)}`,
          },
        ]
      })
      return wrong.length === 0 ? pass('No type contradicts what the partition holds.') : wrong
    },
  },
  {
    id: 'backing-files',
    group: 'disk',
    title: 'The image is one file',
    run: ({ image }) => {
      if (image.backingChain.length === 0) return pass('It needs no backing file.')
      return [
        {
          severity: 'warning',
          title: 'The image needs a backing file',
          text: 'Wherever it goes, its backing files have to go as well. Saving or converting it makes it whole.',
          evidence: image.backingChain.map(({ path }) => path),
        },
      ]
    },
  },
  {
    id: 'internal-snapshots',
    group: 'disk',
    title: 'No internal snapshots',
    run: ({ image }) => {
      const found = image.warnings.find(({ code }) => code === 'internal-snapshots')
      if (!found) return pass('It holds none.')
      const text = 'Importers refuse or forget them, and they hold older data of the disk. Converting leaves them out.'
      return [{ severity: 'warning', title: 'The image holds snapshots', text, evidence: [`${found.detail ?? 'some'} snapshots`] }]
    },
  },
  {
    id: 'readable-filesystems',
    group: 'disk',
    title: 'File systems can be read',
    run: ({ image, partitions }) => {
      const unreadable = image.warnings.filter(({ code }) => code === 'filesystem-unreadable')
      if (partitions.length === 0) return notChecked('the image has no partitions and no file system of its own')
      if (unreadable.length === 0) return pass('Each that is known can be read.')
      return unreadable.map(({ partition, detail }) => ({
        severity: 'warning',
        about: partition ?? 0,
        title: `Partition ${partition ?? 0} cannot be read`,
        text: 'Its superblock names a file system, but no driver opens it: it may be damaged, or newer than the tools here.',
        evidence: [detail ?? ''],
      }))
    },
  },
]

const MICROSOFT_BASIC_DATA = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'
const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'

/** Only what parted writes when it is not told better: a Linux file system as Microsoft's data (parted's default), or as FAT or NTFS of an MBR. */
function expectedType({ type, filesystem }: Partition): string | null {
  if (!['ext', 'xfs', 'btrfs'].includes(filesystem?.kind ?? '')) return null
  if (type === MICROSOFT_BASIC_DATA) return LINUX
  return type !== null && ['07', '0b', '0c', '0e', '06'].includes(type) ? '83' : null
}

function twins(partitions: readonly Partition[], what: string, idOf: (partition: Partition) => string | null | undefined): Verdict[] {
  return [...groupBy(partitions, (partition) => idOf(partition)?.toLowerCase())]
    .filter(([, holders]) => holders.length > 1)
    .map(([id, holders]) => ({
      severity: 'error',
      about: id,
      title: `${holders.length} partitions have the same ${what}`,
      text: 'The system mounts whichever it finds first; XFS refuses to mount the second. Give one of them another.',
      evidence: holders.map((holder) => `${describePartition(holder)}: ${id}`),
    }))
}

function groupBy(
  partitions: readonly Partition[],
  keyOf: (partition: Partition) => string | null | undefined,
): ReadonlyMap<string, readonly Partition[]> {
  const groups = new Map<string, Partition[]>()
  for (const partition of partitions) {
    const key = keyOf(partition)
    if (key) groups.set(key, [...(groups.get(key) ?? []), partition])
  }
  return groups
}
