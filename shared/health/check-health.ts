import type { PlatformId } from '../platforms/platform.js'
import { platform as platformRow } from '../platforms/platforms.js'
import { type HealthCheck, runCheck } from './check.js'
import { ARGUMENT_HEALTH } from './checks/argument-checks.js'
import { BOOT_HEALTH } from './checks/boot-checks.js'
import { DEVICE_HEALTH } from './checks/device-checks.js'
import { DISK_HEALTH } from './checks/disk-checks.js'
import { DRIVER_HEALTH } from './checks/driver-checks.js'
import { FILESYSTEM_HEALTH } from './checks/filesystem-checks.js'
import { FIRMWARE_HEALTH } from './checks/firmware-checks.js'
import { LEFTOVER_HEALTH } from './checks/leftover-checks.js'
import { PLATFORM_HEALTH } from './checks/platform-checks.js'
import { TARGET_HEALTH } from './checks/target-checks.js'
import type { HealthFacts } from './facts.js'
import { FINDING_GROUPS, FINDING_SEVERITIES, type Finding } from './finding.js'

/** Every check, in the order in which findings of the same gravity are shown. */
export const HEALTH_CHECKS: readonly HealthCheck[] = [
  ...DISK_HEALTH,
  ...FIRMWARE_HEALTH,
  ...FILESYSTEM_HEALTH,
  ...BOOT_HEALTH,
  ...DEVICE_HEALTH,
  ...ARGUMENT_HEALTH,
  ...TARGET_HEALTH,
  ...DRIVER_HEALTH,
  ...PLATFORM_HEALTH,
  ...LEFTOVER_HEALTH,
]

/**
 * Whether an image will boot, on one platform or at all, and whether it is fit to be given to others. The gravest findings come first.
 * Without a platform what only some platforms want is not looked at.
 */
export function checkHealth(facts: HealthFacts, platform: PlatformId | null): Finding[] {
  const row = platform === null ? null : platformRow(platform)
  return HEALTH_CHECKS.flatMap((check) => runCheck(check, facts, row)).toSorted(
    (one, other) => rank(one) - rank(other) || FINDING_GROUPS.indexOf(one.group) - FINDING_GROUPS.indexOf(other.group),
  )
}

function rank(finding: Finding): number {
  return FINDING_SEVERITIES.indexOf(finding.severity)
}
