import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { Finding, HealthReport } from '#shared/health/finding'
import { fixable, fixCount, healthRows, isStaged, withFixes, withoutFix } from './health-rows.js'
import { useFixStore } from './fix-store.js'
import { reportText, verdict } from './health-words.js'

const ESP: Edit = { kind: 'set-partition-type', partition: 1, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' }
const RETARGET: Edit = { kind: 'retarget', platform: 'vmware' }

function finding(id: string, more: Partial<Finding> = {}): Finding {
  return {
    id,
    check: id,
    group: 'disk',
    severity: 'error',
    title: `Title of ${id}`,
    text: 'What follows.',
    evidence: [],
    fix: [],
    fixLabel: null,
    platformSpecific: false,
    ...more,
  }
}

function report(findings: readonly Finding[], platform: HealthReport['platform'] = null): HealthReport {
  const amount = (severity: Finding['severity']) => findings.filter((one) => one.severity === severity).length
  return {
    platform,
    findings: [...findings],
    counts: { error: amount('error'), warning: amount('warning'), info: amount('info'), pass: amount('pass') },
    initramfs: false,
    elapsedMs: 3,
  }
}

const A = finding('a')
const B = finding('b', { fix: [ESP], fixLabel: 'Set the type' })
const C = finding('c', { severity: 'warning', fix: [RETARGET], fixLabel: 'Retarget', platformSpecific: true })
const D = finding('d', { severity: 'warning', fix: [RETARGET], fixLabel: 'Retarget', platformSpecific: true })
const P = finding('p', { severity: 'pass' })

test('a fix is staged when all of its edits are; none is no fix', () => {
  expect(isStaged([ESP], [RETARGET, ESP])).toBe(true)
  expect(isStaged([ESP, RETARGET], [ESP])).toBe(false)
  expect(isStaged([], [ESP])).toBe(false)
})

test('what several findings share is staged once, behind what is staged, and taken out alone', () => {
  const staged = withFixes([ESP], [B, C, D])
  expect(staged).toEqual([ESP, RETARGET])
  expect(withoutFix(staged, C.fix)).toEqual([ESP])
  expect(withFixes([{ kind: 'retarget', platform: 'aws' }, ESP], [C])).toEqual([RETARGET, ESP])
})

test('what a fix settled stays where it stood, and is neither open nor counted', () => {
  const before = healthRows(report([A, B, C, D, P], 'vmware'), [], [])
  expect(before.map(({ state }) => state)).toEqual(['open', 'open', 'open', 'open', 'open'])
  expect(fixable(before).map(({ finding: { id } }) => id)).toEqual(['b', 'c', 'd'])
  expect(fixCount(before)).toBe(2)
  const edits = withFixes([], [B, C])
  useFixStore.setState({ byPath: {} })
  useFixStore.getState().note('/i', 'vmware', before, edits)
  const fixes = useFixStore.getState().byPath['/i'] ?? []
  const after = healthRows(report([A, P, finding('c', { severity: 'pass' })], 'vmware'), fixes, edits)
  expect(after.map(({ finding: { id }, state }) => `${id} ${state}`)).toEqual([
    'a open',
    'b fixed',
    'c fixed',
    'd fixed',
    'p open',
    'c open',
  ])
  expect(fixable(after)).toEqual([])
  expect(healthRows(report([A, B, P], 'aws'), fixes, edits).map(({ finding: { id }, state }) => `${id} ${state}`)).toEqual([
    'a open',
    'b staged',
    'p open',
  ])
  expect(healthRows(report([A, B, P], 'vmware'), fixes, []).map(({ state }) => state)).toEqual(['open', 'open', 'open'])
})

test('the verdict counts passes among errors, warnings and passes; notes are told apart', () => {
  expect(verdict(report([A, C, finding('n', { severity: 'info' }), P], 'vmware'))).toEqual({
    tone: 'red',
    title: '1 of 3 checks pass for VMware ESXi / vSphere',
    counts: '1 error, 1 warning, 1 note',
  })
  expect(verdict(report([C, P]))).toMatchObject({ tone: 'amber', title: '1 of 2 checks pass' })
  expect(verdict(report([P]))).toEqual({ tone: 'green', title: '1 of 1 check pass', counts: '' })
})

test('the report as text names the image, the verdict and every finding with its evidence', () => {
  const text = reportText('boot.qcow2', report([finding('e', { evidence: ['partition 1', 'type X'], fixLabel: 'Set it' }), P]), 2)
  expect(text).toBe(
    'boot.qcow2\n1 of 2 checks pass: 1 error\nWith 2 staged edits applied\n\nERROR (disk): Title of e\n  What follows.\n  - partition 1\n  - type X\n  Fix: Set it\n\nPASS (disk): Title of p\n  What follows.\n',
  )
})
