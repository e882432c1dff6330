import type { SourceReport } from '#shared/jobs/convert-request'
import { formatBytes } from '#shared/text/bytes'
import { visibleText } from '../../components/visible-text.js'

type Disk = SourceReport['disks'][number]

/** The disk that a row takes: the named one, else the first. */
export function chosenDisk(report: SourceReport, member: string | null): Disk | undefined {
  return (member === null ? undefined : report.disks.find((disk) => disk.member === member)) ?? report.disks[0]
}

/** `15 GiB, 1.9 GiB of data · qcow2 v3`: the sizes come first, a long name may be cut. */
export function sourceFacts(report: SourceReport, member: string | null): string {
  const disk = chosenDisk(report, member)
  const isPlain = report.kind === 'image'
  // `qcow2 v3, zlib`: the rest is for who opens it
  const label = isPlain
    ? (disk?.label ?? report.label).replace(/,.*/, '')
    : [report.label, disk?.label ?? ''].filter((part) => part !== '').join(', ')
  const data = disk?.packedBytes ?? report.fileBytes
  const sizes = [
    disk === undefined || disk.virtualBytes === null ? null : formatBytes(disk.virtualBytes),
    `${formatBytes(data)} ${isPlain ? 'of data' : 'packed'}`,
  ].filter((part) => part !== null)
  return visibleText(`${sizes.join(', ')} · ${label}`)
}

export function warningsOf(report: SourceReport): string[] {
  const manifest = report.manifest?.state === 'differs' ? [report.manifest.detail] : []
  return [...manifest, ...report.notes.filter(({ severity }) => severity !== 'note').map(({ text }) => text)]
}

/** Disks of the archive that no row takes yet. */
export function otherMembers(report: SourceReport, taken: readonly string[]): string[] {
  if (report.disks.length < 2) return []
  return report.disks.flatMap(({ member }) => (member === null || taken.includes(member) ? [] : [member]))
}

/** The present state first, then the snapshots, newest first. */
export function snapshotChoices(report: SourceReport): { value: string; label: string }[] {
  const snapshots = report.snapshots.toReversed().map(({ id, name, createdAt }) => ({
    value: id,
    label: visibleText(`${name === '' ? `snapshot ${id}` : name}, ${createdAt.slice(0, 10)}`),
  }))
  return [{ value: '', label: 'Present state' }, ...snapshots]
}
