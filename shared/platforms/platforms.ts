import { CLOUDS } from './clouds.js'
import { FURTHER_CLOUDS } from './further-clouds.js'
import { HYPERVISORS } from './hypervisors.js'
import { KVM_HYPERVISORS } from './kvm-hypervisors.js'
import type { OsFamily } from './os-family.js'
import { OTHER_PLATFORMS } from './other-platforms.js'
import { ignitionIdFor, PLATFORM_IDS, type PlatformId, type PlatformRow } from './platform.js'

/** Every platform; the compiler asks for a row of each id. */
const ROWS: Readonly<Record<PlatformId, PlatformRow>> = {
  ...HYPERVISORS,
  ...KVM_HYPERVISORS,
  ...CLOUDS,
  ...FURTHER_CLOUDS,
  ...OTHER_PLATFORMS,
}

export function platform(id: PlatformId): PlatformRow {
  return ROWS[id]
}

/** Rows in the order in which they are offered. */
export const PLATFORMS: readonly PlatformRow[] = PLATFORM_IDS.map(platform)

/** Finds a row by our id, else by what Ignition calls the platform on that system. Undefined for a word that is neither. */
export function findPlatform(word: string, family: OsFamily): PlatformRow | undefined {
  return PLATFORMS.find((row) => row.id === word) ?? platformOfIgnitionId(word, family)
}

/**
 * The platform that an image is made for, by its `ignition.platform.id`. Several rows can share one: a row of the same
 * name comes first, so `openstack` is OpenStack and not oVirt, and `vmware` is ESXi and not Workstation.
 * A name that only another family uses is still understood: an OCK with `oraclecloud` was meant for Oracle's cloud.
 */
export function platformOfIgnitionId(ignitionId: string, family: OsFamily): PlatformRow | undefined {
  return (
    PLATFORMS.find((row) => row.id === ignitionId && ignitionIdFor(row, family) === ignitionId) ??
    PLATFORMS.find((row) => ignitionIdFor(row, family) === ignitionId) ??
    PLATFORMS.find((row) => row.ignitionId.default === ignitionId || Object.values(row.ignitionId.byOs ?? {}).includes(ignitionId))
  )
}
