import type { CleanTopic } from '../../edits/system-edits.js'
import { type HealthCheck, notChecked, pass, type Verdict } from '../check.js'
import type { HealthFacts, LeftoverTopic } from '../facts.js'
import type { FindingSeverity } from '../finding.js'
import { shorten } from '../words.js'

interface LeftoverRow {
  readonly title: string
  readonly found: string
  readonly severity: Exclude<FindingSeverity, 'pass'>
  readonly text: string
  /** Topic of the edit that removes them; for others each file is removed by itself. */
  readonly clean: CleanTopic | null
}

/** What an image that is given to others should not hold (virt-sysprep(1), systemd "Safely Building Images"). */
const ROWS: Readonly<Record<LeftoverTopic, LeftoverRow>> = {
  'ssh-host-keys': {
    title: 'No SSH host keys',
    found: 'SSH host keys are in the image',
    severity: 'error',
    text: 'Every machine from this image has the same host keys, and whoever has the image can pretend to be any of them.',
    clean: 'ssh-host-keys',
  },
  'authorized-keys': {
    title: 'No authorized keys',
    found: 'Somebody’s key opens every machine',
    severity: 'warning',
    text: 'Who holds the private key can log in on every machine from this image. Keep it only if that is meant.',
    clean: 'authorized-keys',
  },
  'machine-id': {
    title: 'No machine id',
    found: 'The machine id is set',
    severity: 'warning',
    text: 'All machines from this image have the same id: DHCP gives them the same address, and their logs are mixed up.',
    clean: 'machine-id',
  },
  'shell-history': {
    title: 'No shell history',
    found: 'Shell history is in the image',
    severity: 'warning',
    text: 'It tells what was typed, passwords among it.',
    clean: 'shell-history',
  },
  'cloud-credentials': {
    title: 'No cloud credentials',
    found: 'Cloud credentials are in the image',
    severity: 'error',
    text: 'Whoever has the image can act in that account.',
    clean: 'cloud-credentials',
  },
  'private-keys': {
    title: 'No private keys',
    found: 'Private keys are in the image',
    severity: 'error',
    text: 'Whoever has the image has the keys. Remove them, and give up what they were for.',
    clean: null,
  },
  'dhcp-leases': {
    title: 'No DHCP leases',
    found: 'DHCP leases are in the image',
    severity: 'info',
    text: 'A new machine first asks for the address of the old one.',
    clean: 'dhcp-leases',
  },
  'random-seed': {
    title: 'No random seed',
    found: 'A random seed is in the image',
    severity: 'warning',
    text: 'All machines from this image begin with the same randomness.',
    clean: 'random-seed',
  },
  'cloud-init-state': {
    title: 'No state of cloud-init',
    found: 'cloud-init has run in this image',
    severity: 'warning',
    text: 'It takes a machine that it knows for set up already, and may hold what the last one was given.',
    clean: 'cloud-init-state',
  },
  logs: {
    title: 'No logs',
    found: 'Logs are in the image',
    severity: 'info',
    text: 'They tell of the machine on which the image was made, and take room.',
    clean: 'logs',
  },
  'network-names': {
    title: 'No remembered network cards',
    found: 'Network cards are remembered by their address',
    severity: 'warning',
    text: 'On another machine the card gets another name, and the network does not come up.',
    clean: null,
  },
  'bound-connections': {
    title: 'No connection is bound to a network card',
    found: 'A network connection is bound to one card',
    severity: 'warning',
    text: 'It names the hardware address of a card, so on another machine it is never used.',
    clean: null,
  },
  'core-dumps': {
    title: 'No core dumps',
    found: 'Core dumps are in the image',
    severity: 'warning',
    text: 'They hold the memory of programs, secrets among it, and are large.',
    clean: null,
  },
}

/** One check for each topic, and one for the password of root. */
export const LEFTOVER_HEALTH: readonly HealthCheck[] = [
  {
    id: 'leftovers',
    group: 'leftovers',
    title: 'Leftovers of the machine on which the image was made',
    run: ({ leftovers }) => (leftovers.known ? [] : notChecked(leftovers.why)),
  },
  ...(Object.keys(ROWS) as LeftoverTopic[]).map(
    (topic): HealthCheck => ({
      id: topic,
      group: 'leftovers',
      title: ROWS[topic].title,
      run: (facts) => leftoverVerdicts(facts, topic),
    }),
  ),
  {
    id: 'root-password',
    group: 'leftovers',
    title: 'Password of root',
    run: ({ rootPassword }) => {
      if (!rootPassword.known) return notChecked(rootPassword.why)
      if (rootPassword.value === 'locked') return pass('It is locked.')
      const evidence = ['/etc/shadow']
      if (rootPassword.value === 'none')
        return [{ severity: 'error', title: 'Root has no password', text: 'Whoever reaches a console is root.', evidence }]
      const text = 'All machines from this image have the same one, and it can be tried out by whoever has the image.'
      return [{ severity: 'info', title: 'Root has a password', text, evidence }]
    },
  },
]

function leftoverVerdicts({ leftovers }: HealthFacts, topic: LeftoverTopic): Verdict[] {
  if (!leftovers.known) return []
  const paths = leftovers.value[topic]
  if (paths.length === 0) return pass('There are none.')
  const { found, severity, text, clean } = ROWS[topic]
  return [
    {
      severity,
      title: found,
      text,
      evidence: shorten(paths),
      fix: clean === null ? paths.map((path) => ({ kind: 'remove-file', path })) : [{ kind: 'clean', what: [clean] }],
      fixLabel: topic === 'machine-id' ? 'Reset it' : 'Remove them',
    },
  ]
}
