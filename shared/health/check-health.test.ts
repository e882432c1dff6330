import { expect, test } from 'vitest'
import { editSchema } from '../edits/edit.js'
import { planRetarget } from '../platforms/plan-retarget.js'
import { PLATFORM_IDS } from '../platforms/platform.js'
import { runCheck } from './check.js'
import { checkHealth, HEALTH_CHECKS } from './check-health.js'
import { type HealthFacts, unknown } from './facts.js'
import { findingSchema } from './finding.js'
import { healthyFacts, noLeftovers, ROOT, sampleEntry, samplePartition } from './testing/sample-facts.js'

const WHY = { known: false, why: 'it was not read' } as const
const BLIND = healthyFacts({ tree: WHY, fstab: WHY, esps: WHY, initramfs: WHY, agents: WHY, leftovers: WHY, rootPassword: WHY })
const EMPTY = healthyFacts({ partitions: [], entries: [], entryFiles: [], argDevices: new Map(), searches: new Map() })
const ROTTEN = healthyFacts({
  image: { ...healthyFacts().image, format: 'qcow2', variant: 'v3', firmware: 'bios', virtualBytes: 1_000_000 },
  partitions: [samplePartition(1, { isEsp: true }), samplePartition(1), { ...ROOT, sizeBytes: 1 }],
  entries: [sampleEntry('root=/dev/sda1 rd.break ignition.platform.id=qemu')],
  leftovers: { known: true, value: noLeftovers({ 'private-keys': ['/root/.ssh/id_rsa'], logs: ['/var/log/messages'] }) },
  rootPassword: { known: true, value: 'none' },
})

test('there are far more than twenty checks, each with a name of its own', () => {
  expect(HEALTH_CHECKS.length).toBeGreaterThan(40)
  expect(new Set(HEALTH_CHECKS.map(({ id }) => id)).size).toBe(HEALTH_CHECKS.length)
})

test('nothing is wrong with a healthy image, and every check that applies says so', () => {
  const findings = checkHealth(healthyFacts(), null)
  expect(findings.filter(({ severity }) => severity !== 'pass')).toEqual([])
  expect(findings.length).toBeGreaterThan(30)
})

test('nothing is wrong with it on Azure either', () => {
  const facts = healthyFacts()
  const retarget = planRetarget(facts, 'azure', facts)
  const findings = checkHealth({ ...facts, retarget }, 'azure')
  expect(findings.filter(({ severity }) => severity !== 'pass')).toEqual([])
  expect(findings.some(({ platformSpecific }) => platformSpecific)).toBe(true)
})

test.each([
  ['healthy', healthyFacts()],
  ['blind', BLIND],
  ['empty', EMPTY],
  ['rotten', ROTTEN],
] as const)('findings of the %s image fit their schema on every platform', (_name, facts) => {
  for (const platform of [null, ...PLATFORM_IDS]) {
    const retarget = platform === null ? null : planRetarget(facts, platform, facts)
    const findings = checkHealth({ ...facts, retarget }, platform)
    expect(findings.map((finding) => findingSchema.safeParse(finding).error?.message ?? '')).toEqual(findings.map(() => ''))
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
    for (const { severity, title, fix, fixLabel } of findings) {
      if (severity === 'error' || severity === 'warning') expect(title).not.toMatch(/^Not checked/)
      expect(fixLabel === null).toBe(fix.length === 0)
      for (const edit of fix) expect(editSchema.safeParse(edit).success).toBe(true)
    }
    if (platform === null) expect(findings.some((finding) => finding.platformSpecific)).toBe(false)
  }
})

test('what could not be read is told, and nothing passes or fails for it', () => {
  const told = checkHealth(BLIND, null).filter(({ text }) => text.includes(WHY.why))
  expect(told.length).toBeGreaterThan(3)
  expect(told.every(({ severity, title }) => severity === 'info' && title.startsWith('Not checked: '))).toBe(true)
})

test('the gravest come first', () => {
  const severities = checkHealth(ROTTEN, null).map(({ severity }) => severity)
  expect(severities).toEqual(
    severities.toSorted((a, b) => ['error', 'warning', 'info', 'pass'].indexOf(a) - ['error', 'warning', 'info', 'pass'].indexOf(b)),
  )
  expect(severities[0]).toBe('error')
})

test('a check that throws is told, and hides no other', () => {
  const facts: HealthFacts = healthyFacts({ leftovers: unknown('x') })
  const thrower = {
    id: 'x',
    group: 'disk',
    title: 'Something',
    run: () => {
      throw new Error('of all things')
    },
  } as const
  expect(runCheck(thrower, facts, null)).toMatchObject([{ severity: 'info', text: expect.stringContaining('of all things') }])
})
