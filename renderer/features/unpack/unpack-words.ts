import type { SourceReport } from '#shared/jobs/convert-request'

export type SourceDisk = SourceReport['disks'][number]

const EXTENSIONS: readonly (readonly [beginning: string, extension: string])[] = [
  ['qcow2', 'qcow2'],
  ['VMDK', 'vmdk'],
  ['VDI', 'vdi'],
  ['VHDX', 'vhdx'],
  ['VHD', 'vhd'],
]

/** Ending of the name that is suggested for a disk. */
export function extensionOf(disk: SourceDisk | undefined): string {
  return EXTENSIONS.find(([beginning]) => disk?.label?.startsWith(beginning) === true)?.[1] ?? 'raw'
}

/** What is added to the name of the archive, where it holds several disks. */
export function suffixOf(report: SourceReport, disk: SourceDisk | undefined): string {
  if (report.disks.length < 2 || !disk?.member) return ''
  const last = disk.member.slice(disk.member.lastIndexOf('/') + 1)
  const plain = last.replace(/\.[^.]*$/, '').replace(/[^\w.-]/g, '-')
  return `-${plain.slice(0, 30)}`
}

export function manifestWords({ manifest }: SourceReport): string | null {
  switch (manifest?.state) {
    case undefined:
      return null
    case 'matches':
      return `The digests of its manifest match (${manifest.detail}).`
    case 'differs':
      return `It is not what its manifest says: ${manifest.detail}.`
    case 'unsupported':
      return `Its manifest cannot be checked: ${manifest.detail}.`
    case 'unchecked':
      return `Its manifest is checked first: ${manifest.detail}.`
  }
}
