import { argKey } from '../../boot/kernel-args.js'
import { driverName, NETWORK_DRIVERS } from '../../platforms/platform.js'
import { type HealthCheck, notChecked, pass, type Verdict } from '../check.js'
import { defaultEntry, type HealthFacts } from '../facts.js'
import { entryName } from '../words.js'
import { isIgnition } from './target-checks.js'

/** What the initial RAM disk has to bring to find the disk of the platform. */
export const DRIVER_HEALTH: readonly HealthCheck[] = [
  {
    id: 'storage-drivers',
    group: 'drivers',
    title: 'Drivers for the disk of the platform',
    run: (facts, platform) => {
      if (platform === null || platform.drivers.length === 0) return []
      return drivers(
        facts,
        platform.drivers.filter((choice) => !isNetwork(choice)),
        {
          severity: 'error',
          missing: `Without one of them the initial RAM disk does not see the disk on ${platform.name}: the boot stops there. Rebuild it with dracut --force --add-drivers, or with host-only off.`,
        },
      )
    },
  },
  {
    id: 'network-drivers',
    group: 'drivers',
    title: 'Network drivers of the platform',
    run: (facts, platform) => {
      if (platform === null) return []
      const network = platform.drivers.filter(isNetwork)
      if (network.length === 0) return []
      // Only a first boot that fetches its configuration needs the network before the root is mounted.
      const early =
        isIgnition(facts) || (defaultEntry(facts)?.args ?? []).some((arg) => ['rd.neednet', 'ip', 'netroot'].includes(argKey(arg)))
      if (!early) return []
      return drivers(facts, network, {
        severity: 'warning',
        missing: `The first boot fetches its configuration before the root is mounted, and needs one of them for that on ${platform.name}.`,
      })
    },
  },
  {
    id: 'ignition-in-initramfs',
    group: 'drivers',
    title: 'Ignition is in the initial RAM disk',
    run: (facts) => {
      if (!isIgnition(facts)) return []
      const { initramfs } = facts
      if (!initramfs.known) return notChecked(initramfs.why)
      if (initramfs.value.hasIgnition) return pass('It is there to read its configuration at the first boot.')
      const text = 'The arguments speak to Ignition, but it is not in the initial RAM disk: the first boot ignores its configuration.'
      return [{ severity: 'warning', title: 'Ignition is not in the initial RAM disk', text, evidence: evidence(facts) }]
    },
  },
]

function isNetwork(choice: readonly string[]): boolean {
  return choice.some((name) => NETWORK_DRIVERS.has(driverName(name)))
}

function drivers(
  facts: HealthFacts,
  wanted: readonly (readonly string[])[],
  say: { readonly severity: 'error' | 'warning'; readonly missing: string },
): Verdict[] {
  const { initramfs } = facts
  if (wanted.length === 0) return []
  if (!initramfs.known) return notChecked(initramfs.why, { platformSpecific: true })
  const { modules, builtin } = initramfs.value
  const has = (name: string): boolean => modules.has(driverName(name)) || builtin.has(driverName(name))
  const missing = wanted.filter((choice) => !choice.some(has))
  const present = wanted
    .flatMap((choice) => choice.filter(has))
    .map((name) => `${name}: ${modules.has(driverName(name)) ? 'in the initial RAM disk' : 'part of the kernel'}`)
  if (missing.length === 0) return pass('Each kind that it needs is there.', { evidence: present, platformSpecific: true })
  return missing.map((choice) => ({
    severity: say.severity,
    about: choice[0] ?? '',
    title: `${choice.length === 1 ? choice[0] : `One of ${choice.join(', ')}`} is missing`,
    text: say.missing,
    evidence: [...evidence(facts), ...present],
    platformSpecific: true,
  }))
}

function evidence(facts: HealthFacts): string[] {
  const { initramfs } = facts
  if (!initramfs.known) return []
  const entry = facts.entries.find(({ id }) => id === initramfs.value.entry)
  return [`${initramfs.value.modules.size} modules in the initial RAM disk of ${entryName(entry)}`]
}
