import { FORMATS } from '#shared/images/formats'
import type { PlatformFacts, RetargetedEntry, RetargetPlanReport } from '#shared/platforms/retarget-plan'
import { formatBytes } from '#shared/text/bytes'
import { count } from '../../components/format.js'

const CONTAINERS = { ova: 'OVA', 'tar.gz': 'tar.gz', oci: 'OCI artifact', containerdisk: 'container disk' } as const

/** `OVA, stream-optimized VMDK`. */
export function formatWords(image: PlatformFacts['image']): string {
  if (image === null) return 'not known'
  const format = FORMATS[image.format]
  const subformat = format.subformats.find(({ id }) => id === image.subformat)?.label ?? image.subformat
  const detail = format.subformats.length > 1 ? `${subformat.charAt(0).toLowerCase()}${subformat.slice(1)}` : ''
  if (image.container === null) return detail === '' ? format.label : `${format.label}, ${detail}`
  return `${CONTAINERS[image.container]}, ${detail === '' ? format.label : `${detail} ${format.label}`}`
}

export function firmwareWords({ bios, uefi, usual }: PlatformFacts['firmware']): string {
  if (bios !== uefi) return bios ? 'BIOS only' : 'UEFI only'
  if (usual === 'image') return 'BIOS or UEFI, as the image says'
  return usual === 'bios' ? 'BIOS unless UEFI is chosen' : 'UEFI unless BIOS is chosen'
}

/** Null for platforms that take any size. */
export function sizeWords({ alignmentBytes, maxBytes }: Pick<PlatformFacts, 'alignmentBytes' | 'maxBytes'>): string | null {
  const parts = [
    ...(alignmentBytes > 512 ? [alignmentBytes === 1024 ** 3 ? 'whole GiB' : `multiples of ${formatBytes(alignmentBytes)}`] : []),
    ...(maxBytes === null ? [] : [`up to ${formatBytes(maxBytes)}`]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

const UPLOADS: Readonly<Record<string, string>> = {
  aws: 'S3, then a snapshot and an AMI',
  azure: 'Page blob, then a managed image',
  gcp: 'Cloud Storage, then an image',
  oci: 'Object Storage, then a custom image',
  vsphere: 'vSphere content library',
  openstack: 'Glance',
  libvirt: 'libvirt storage pool',
  proxmox: 'Proxmox storage',
  registry: 'A container registry',
  digitalocean: 'Custom images of DigitalOcean',
}

export function uploadWords(upload: string | null): string {
  return upload === null ? 'by hand' : (UPLOADS[upload] ?? upload)
}

export interface Movement {
  readonly arg: string
  readonly why: string
  /** In how many of the entries that change. */
  readonly entries: number
}

export interface Movements {
  readonly leaves: readonly Movement[]
  readonly arrives: readonly Movement[]
  readonly moves: readonly Movement[]
  /** Entries that change at all. */
  readonly changed: number
}

/** What leaves, arrives and changes its place, over all entries, each argument once. */
export function movements(plan: RetargetPlanReport): Movements {
  const changed = plan.perEntry.filter(
    ({ problem, leaves, arrives, moves }) => problem === null && leaves.length + arrives.length + moves.length > 0,
  )
  const gather = (pick: (entry: RetargetedEntry) => readonly string[]): Movement[] => {
    const args = new Set(changed.flatMap((entry) => pick(entry)))
    return [...args].map((arg) => ({
      arg,
      why: changed.flatMap(({ reasons }) => reasons).find((reason) => reason.arg === arg)?.why ?? '',
      entries: changed.filter((entry) => pick(entry).includes(arg)).length,
    }))
  }
  return {
    leaves: gather(({ leaves }) => leaves),
    arrives: gather(({ arrives }) => arrives),
    moves: gather(({ moves }) => moves),
    changed: changed.length,
  }
}

/** Where else it is written: `/etc/default/grub`, GRUB's console block. Null where nowhere. */
export function elsewhereWords(plan: RetargetPlanReport): string | null {
  const pathOf = (id: string) => id.slice(id.indexOf(':') + 1)
  const files = [...new Set(plan.perFile.map(({ file }) => pathOf(file)))]
  const blocks = plan.consoleBlocks.map(({ file, after }) =>
    after.length === 0
      ? `GRUB's console block in ${pathOf(file)}, which is emptied`
      : `GRUB's console block in ${pathOf(file)}, ${count(after.length, 'line')}`,
  )
  const all = [...files.map((file) => `${file}, for later kernels`), ...blocks]
  return all.length === 0 ? null : `Also in ${all.join('; ')}.`
}
