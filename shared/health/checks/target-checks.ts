import { argKey, argValue } from '../../boot/kernel-args.js'
import { parseConsole } from '../../boot/arguments/console.js'
import type { Edit } from '../../edits/edit.js'
import { usesIgnition } from '../../platforms/os-family.js'
import { ignitionIdFor, type PlatformRow } from '../../platforms/platform.js'
import { type HealthCheck, pass, type Verdict } from '../check.js'
import { bootableEntries, defaultEntry, type HealthFacts } from '../facts.js'
import { entryName, shorten } from '../words.js'

const SERIAL = /^(ttyS|ttyAMA|hvc|ttysclp|sclp|xvc|ttyPS|ttymxc)/

/** Arguments that the target platform wants; a retarget mends all of them at once. */
export const TARGET_HEALTH: readonly HealthCheck[] = [
  {
    id: 'ignition-id',
    group: 'platform',
    title: 'Ignition looks for its configuration in the right place',
    run: (facts, platform) => {
      const entries = bootableEntries(facts)
      if (
        !usesIgnition(
          facts.family,
          entries.flatMap(({ args }) => args),
        ) ||
        entries.length === 0
      )
        return []
      const told = entries.map((entry) => ({ entry, id: valueOf(entry.args, 'ignition.platform.id') }))
      if (platform === null) {
        const ids = [...new Set(told.flatMap(({ id }) => id ?? []))]
        const evidence = ids.map((id) => `ignition.platform.id=${id}`)
        if (ids.length === 1)
          return [
            {
              severity: 'info',
              title: 'Made for one platform',
              text: `Ignition asks ${ids[0]}; retarget the image for another place.`,
              evidence,
            },
          ]
        const title = ids.length === 0 ? 'Ignition is not told its platform' : 'Entries are made for different platforms'
        return [{ severity: 'warning', title, text: 'Ignition asks only where ignition.platform.id says; choose a platform.', evidence }]
      }
      const wanted = ignitionIdFor(platform, facts.family)
      const wrong = told.filter(({ id }) => id !== wanted)
      if (wrong.length === 0) return pass(`ignition.platform.id is ${wanted}.`, { platformSpecific: true })
      return [
        {
          severity: wrong.some(({ entry }) => entry.id === defaultEntry(facts)?.id) ? 'error' : 'warning',
          title: `Ignition does not look where ${platform.name} puts its configuration`,
          text: `It has to be ignition.platform.id=${wanted}. With another one the first boot waits for a configuration that never comes, or runs without it.`,
          evidence: shorten(
            wrong.map(({ entry, id }) => `${entryName(entry)}: ${id === null ? 'no ignition.platform.id' : `ignition.platform.id=${id}`}`),
          ),
          ...retarget(platform),
        },
      ]
    },
  },
  {
    id: 'consoles',
    group: 'platform',
    title: 'Consoles of the platform',
    run: (facts, platform) => {
      const entry = defaultEntry(facts)
      const wanted = platform?.consoles[facts.arch] ?? null
      if (platform === null || entry === undefined || wanted === null) return []
      const note = platform.consoleNote === null ? '' : ` ${platform.consoleNote}.`
      const there = consolesOf(entry.args)
      const devices = there.map((value) => parseConsole(value).device)
      const [serial, primary] = [wanted.map(deviceOf).find((device) => SERIAL.test(device)), wanted.map(deviceOf).at(-1)]
      const evidence = [
        `console= of ${entryName(entry)}: ${there.join(', ') || 'none'}`,
        `${platform.name}: ${wanted.join(', ') || 'none'}`,
      ]
      if (wanted.length === 0) {
        if (there.length === 0) return pass("The kernel's own choice is right here.", { platformSpecific: true })
        return [
          {
            severity: 'info',
            title: 'Consoles are set',
            text: `The kernel finds the right one by itself on ${platform.name}.${note}`,
            evidence,
            platformSpecific: true,
            ...retarget(platform),
          },
        ]
      }
      if (serial !== undefined && !devices.includes(serial)) {
        const text = `Without it the serial console and its log stay empty: nothing is seen of a boot that fails.${note}`
        return [
          {
            severity: primary === serial ? 'warning' : 'info',
            title: `The serial console ${serial} is not set`,
            text,
            evidence,
            ...retarget(platform),
          },
        ]
      }
      if (primary !== devices.at(-1)) {
        const text = `The last console= becomes /dev/console, where systemd writes and an emergency shell opens.${note}`
        return [{ severity: 'warning', title: `The primary console is not ${primary}`, text, evidence, ...retarget(platform) }]
      }
      return pass(`${there.join(', ')}: the last is primary.`, { platformSpecific: true })
    },
  },
  {
    id: 'platform-arguments',
    group: 'platform',
    title: 'Arguments and GRUB console of the platform',
    run: (facts, platform) => {
      const plan = facts.retarget
      if (platform === null || plan === null) return []
      const lists = plan.files.flatMap(({ lists: own }) => own)
      const changed = lists.flatMap(({ leaves, arrives }) => [...leaves.map((arg) => `- ${arg}`), ...arrives.map((arg) => `+ ${arg}`)])
      const other = [...new Set(changed)].filter((line) => !['console', 'ignition.platform.id'].includes(argKey(line.slice(2))))
      const blocks = plan.consoleBlocks.map(({ file }) => `console settings in ${file}`)
      if (other.length === 0 && blocks.length === 0)
        return pass(`Nothing else is recommended for ${platform.name}.`, { platformSpecific: true })
      return [
        {
          severity: 'info',
          title: `${platform.name} recommends other arguments`,
          text: 'They make a boot there more reliable, or easier to watch. A retarget applies them together.',
          evidence: [...other, ...blocks],
          ...retarget(platform),
        },
      ]
    },
  },
]

function retarget(platform: PlatformRow): Pick<Verdict, 'fix' | 'fixLabel' | 'platformSpecific'> {
  const fix: Edit[] = [{ kind: 'retarget', platform: platform.id }]
  return { fix, fixLabel: `Retarget to ${platform.name}`, platformSpecific: true }
}

function consolesOf(args: readonly string[]): string[] {
  const dashes = args.indexOf('--')
  return (dashes < 0 ? args : args.slice(0, dashes)).filter((arg) => argKey(arg) === 'console').map((arg) => argValue(arg) ?? '')
}

function deviceOf(value: string): string {
  return parseConsole(value).device
}

function valueOf(args: readonly string[], key: string): string | null {
  const arg = args.findLast((candidate) => argKey(candidate) === key)
  return arg === undefined ? null : argValue(arg)
}

/** For callers that only know the facts: whether the image is set up by Ignition. */
export function isIgnition(facts: HealthFacts): boolean {
  return usesIgnition(
    facts.family,
    facts.entries.flatMap(({ args }) => args),
  )
}
