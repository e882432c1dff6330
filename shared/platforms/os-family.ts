import { argKey } from '../boot/kernel-args.js'

/** Families of operating systems that Diskwright treats differently. `ock` is Oracle Container Host for Kubernetes. */
export const OS_FAMILIES = [
  'ock',
  'fcos',
  'rhcos',
  'scos',
  'flatcar',
  'fedora',
  'rhel-like',
  'debian',
  'ubuntu',
  'suse',
  'arch',
  'other',
] as const
export type OsFamily = (typeof OS_FAMILIES)[number]

/** ostree stateroots whose name alone tells the system, for an image whose os-release cannot be read. */
const STATEROOTS: ReadonlyMap<string, OsFamily> = new Map([
  ['fedora-coreos', 'fcos'],
  ['rhcos', 'rhcos'],
  ['scos', 'scos'],
])

const BY_ID: ReadonlyMap<string, OsFamily> = new Map([
  ['fedora', 'fedora'],
  ['rhcos', 'rhcos'],
  ['scos', 'scos'],
  ['flatcar', 'flatcar'],
  ['rhel', 'rhel-like'],
  ['centos', 'rhel-like'],
  ['ol', 'rhel-like'],
  ['rocky', 'rhel-like'],
  ['almalinux', 'rhel-like'],
  ['debian', 'debian'],
  ['ubuntu', 'ubuntu'],
  ['sles', 'suse'],
  ['sled', 'suse'],
  ['suse', 'suse'],
  ['opensuse', 'suse'],
  ['arch', 'arch'],
])

/** What `VARIANT_ID=coreos` makes of an `ID`: RHCOS and SCOS build on the os-release of their base system. */
const COREOS_OF: ReadonlyMap<string, OsFamily> = new Map([
  ['fedora', 'fcos'],
  ['rhel', 'rhcos'],
  ['centos', 'scos'],
])

/**
 * Tells the family from the fields of os-release(5) and from the name of the ostree stateroot, null without ostree.
 * OCK calls itself Oracle Linux: its stateroot `ock` is what ock-forge always sets.
 */
export function osFamily(osRelease: ReadonlyMap<string, string>, deployment: { readonly stateroot: string | null }): OsFamily {
  const id = field(osRelease, 'ID')
  const variant = field(osRelease, 'VARIANT_ID')
  const named = variant === 'ock' || field(osRelease, 'VARIANT') === 'ock'
  if ((id === 'ol' || id === '') && (named || deployment.stateroot === 'ock')) return 'ock'
  if (id === '' && deployment.stateroot !== null) return STATEROOTS.get(deployment.stateroot) ?? 'other'
  if (variant === 'coreos') return COREOS_OF.get(id) ?? familyOfId(id) ?? 'other'
  return familyOfId(id) ?? familyOfLike(field(osRelease, 'ID_LIKE').split(/\s+/)) ?? 'other'
}

function field(osRelease: ReadonlyMap<string, string>, name: string): string {
  return (osRelease.get(name) ?? '').trim().toLowerCase()
}

function familyOfId(id: string): OsFamily | undefined {
  if (id.startsWith('opensuse-') || id.startsWith('sle-')) return 'suse'
  return BY_ID.get(id)
}

/** `ID_LIKE` is ordered from near to far, but Rocky and Alma name Fedora before CentOS in some releases: RHEL wins over Fedora. */
function familyOfLike(likes: readonly string[]): OsFamily | undefined {
  const families = likes.map(familyOfId).filter((family) => family !== undefined)
  return families.includes('rhel-like') ? 'rhel-like' : families[0]
}

const IGNITION_FAMILIES: readonly OsFamily[] = ['ock', 'fcos', 'rhcos', 'scos', 'flatcar']

/** Families whose platform arguments are those of fedora-coreos-config, complete: nothing further is recommended. */
export const COREOS_FAMILIES: readonly OsFamily[] = ['fcos', 'rhcos', 'scos']

/** Whether the image is set up by Ignition: by its family, or because its arguments speak to Ignition (`$ignition_firstboot` is GRUB's). */
export function usesIgnition(family: OsFamily, args: readonly string[]): boolean {
  return IGNITION_FAMILIES.includes(family) || args.some((arg) => argKey(arg).startsWith('ignition.') || arg === '$ignition_firstboot')
}
