import type { Partition } from '../../images/image-info.js'
import { findSubformat, imageFormat } from '../../images/formats.js'
import { imageAdvice, type ImageFinding } from '../../platforms/image-advice.js'
import type { PlatformId, PlatformRow } from '../../platforms/platform.js'
import { formatBytes } from '../../text/bytes.js'
import { type HealthCheck, notChecked, pass, type Verdict } from '../check.js'
import type { HealthFacts } from '../facts.js'
import { describePartition } from '../words.js'
import { isIgnition } from './target-checks.js'

/** Importers that refuse encrypted disks: AWS VM Import/Export "limitations", OCI "one unencrypted disk". */
const REFUSES_LUKS: ReadonlySet<PlatformId> = new Set(['aws', 'oci', 'azure'])
/** "LVM is discouraged" and "no swap on the OS disk" (Azure create-upload-generic). */
const AGAINST_LVM: ReadonlySet<PlatformId> = new Set(['azure', 'azurestack'])
const AGAINST_SWAP: ReadonlySet<PlatformId> = new Set(['azure', 'azurestack'])
/** "Root must be ext3 or ext4" (DigitalOcean custom images). */
const ROOT_TYPES: Readonly<Partial<Record<PlatformId, readonly string[]>>> = { digitalocean: ['ext3', 'ext4'] }

const ADVICE_TITLES: Readonly<Record<ImageFinding['code'], string>> = {
  'too-large': 'The disk is too large',
  'not-whole-gib': 'The disk is not a whole number of GiB',
  'not-aligned': 'The size of the disk is not aligned',
  'format-not-taken': 'The format is not taken',
  'sector-size': 'The disk has large sectors',
  'no-partition-table': 'There is no partition table',
  'firmware-not-offered': 'The firmware is not offered',
  'firmware-to-choose': 'The firmware has to be chosen',
}

/** What one platform takes and refuses. */
export const PLATFORM_HEALTH: readonly HealthCheck[] = [
  adviceCheck('size', 'Size of the disk', ['too-large', 'not-whole-gib', 'not-aligned', 'sector-size']),
  adviceCheck('format', 'Format of the image', ['format-not-taken']),
  adviceCheck('firmware', 'Firmware', ['firmware-not-offered', 'firmware-to-choose', 'no-partition-table']),
  {
    id: 'encrypted-root',
    group: 'platform',
    title: 'No encrypted partitions',
    run: ({ partitions }, platform) =>
      holders(partitions, platform, REFUSES_LUKS, 'luks', (name, found) => ({
        severity: 'error',
        title: `${name} does not take encrypted disks`,
        text: 'Its importer looks into the image and refuses it, or nobody can give the key at its console.',
        evidence: found,
      })),
  },
  {
    id: 'lvm-root',
    group: 'platform',
    title: 'No LVM on the system disk',
    run: ({ partitions }, platform) =>
      holders(partitions, platform, AGAINST_LVM, 'lvm', (name, found) => ({
        severity: 'warning',
        title: 'The system is on LVM',
        text: `${name} discourages it: its name conflicts with that of a cloned disk that is attached to mend a machine.`,
        evidence: found,
      })),
  },
  {
    id: 'swap-on-system-disk',
    group: 'platform',
    title: 'No swap on the system disk',
    run: ({ partitions, fstab }, platform) => {
      if (platform === null || !AGAINST_SWAP.has(platform.id)) return []
      const rows = fstab.known ? fstab.value.filter(({ row }) => row.type === 'swap').map(({ row }) => `fstab: ${row.spec}`) : []
      const found = [...partitions.filter(({ filesystem }) => filesystem?.kind === 'swap').map(describePartition), ...rows]
      if (found.length === 0) return pass('There is none.', { platformSpecific: true })
      const text = `${platform.name} bills and throttles the system disk: swap belongs on the temporary disk, where its agent makes it.`
      return [{ severity: 'warning', title: 'There is swap on the system disk', text, evidence: found, platformSpecific: true }]
    },
  },
  {
    id: 'root-filesystem-type',
    group: 'platform',
    title: 'File system of the root',
    run: ({ partitions, tree }, platform) => {
      const taken = platform === null ? undefined : ROOT_TYPES[platform.id]
      if (platform === null || taken === undefined) return []
      if (!tree.known) return notChecked(tree.why, { platformSpecific: true })
      const root = partitions.find(({ number }) => number === tree.value.root.partition)
      const type = root?.filesystem?.type ?? 'unknown'
      if (taken.includes(type)) return pass(`The root is ${type}.`, { platformSpecific: true })
      return [
        {
          severity: 'error',
          title: `The root is ${type}`,
          text: `${platform.name} takes only images whose root is ${taken.join(' or ')}.`,
          evidence: root === undefined ? [] : [describePartition(root)],
          platformSpecific: true,
        },
      ]
    },
  },
  {
    id: 'agents',
    group: 'platform',
    title: 'What sets the machine up at its first boot',
    run: (facts, platform) => {
      if (platform === null) return []
      if (isIgnition(facts)) return pass(`Ignition does it, from: ${platform.config}.`, { platformSpecific: true })
      const { agents } = facts
      if (!agents.known) return notChecked(agents.why, { platformSpecific: true })
      const wanted = platform.agents.filter((name) => agents.value.has(name))
      const there = wanted.filter((name) => agents.value.get(name) === true)
      const absent = wanted.filter((name) => !there.includes(name))
      const sets = SET_UP.filter((name) => agents.value.get(name) === true)
      const needs = platform.agents.some((name) => SET_UP.includes(name))
      if (needs && sets.length === 0 && there.every((name) => !SET_UP.includes(name))) {
        const text = `Nothing in the image reads what ${platform.name} gives a new machine: it starts without keys, hostname and network settings from there.`
        return [
          {
            severity: 'warning',
            title: 'Neither cloud-init nor Ignition is in the image',
            text,
            evidence: absent.map((name) => `${name} is not there`),
            platformSpecific: true,
          },
        ]
      }
      if (absent.length > 0) {
        const text = `${platform.name} recommends it; without it the host does not see addresses, or cannot shut the machine down in order.`
        return [
          {
            severity: 'info',
            title: `${absent.join(', ')} is not in the image`,
            text,
            evidence: there.map((name) => `${name} is there`),
            platformSpecific: true,
          },
        ]
      }
      return pass(wanted.length === 0 ? `${platform.name} recommends none.` : `${there.join(', ')} is there.`, { platformSpecific: true })
    },
  },
]

/** Agents that read the configuration of a new machine. */
const SET_UP: readonly string[] = ['cloud-init', 'WALinuxAgent', 'google-guest-agent', 'ignition', 'afterburn']

function adviceCheck(id: string, title: string, codes: readonly ImageFinding['code'][]): HealthCheck {
  return {
    id: `platform-${id}`,
    group: 'platform',
    title,
    run: (facts, platform) => {
      if (platform === null) return []
      const found = adviceFor(facts, platform).filter(({ code }) => codes.includes(code))
      if (found.length === 0) return pass(`As ${platform.name} takes it.`, { evidence: outsideOf(facts), platformSpecific: true })
      return found.map(
        (one): Verdict => ({
          severity: one.severity === 'note' ? 'info' : one.severity,
          about: one.code,
          title: ADVICE_TITLES[one.code],
          text: one.growTo === null ? one.text : `${one.text}. Grow the disk to ${formatBytes(one.growTo)} while it is converted.`,
          evidence: outsideOf(facts),
          platformSpecific: true,
        }),
      )
    },
  }
}

function adviceFor({ image }: HealthFacts, platform: PlatformRow): ImageFinding[] {
  const subformat = findSubformat(image.format, image.variant)?.id
  return imageAdvice(platform, { ...image, subformat })
}

function outsideOf({ image }: HealthFacts): string[] {
  return [`${imageFormat(image.format).label} (${image.variant}), ${formatBytes(image.virtualBytes)}, firmware ${image.firmware}`]
}

function holders(
  partitions: readonly Partition[],
  platform: PlatformRow | null,
  refusing: ReadonlySet<PlatformId>,
  kind: 'luks' | 'lvm',
  say: (name: string, found: readonly string[]) => Verdict,
): Verdict[] {
  if (platform === null || !refusing.has(platform.id)) return []
  const found = partitions.filter(({ filesystem }) => filesystem?.kind === kind).map(describePartition)
  if (found.length === 0) return pass('There is none.', { platformSpecific: true })
  return [{ ...say(platform.name, found), platformSpecific: true }]
}
