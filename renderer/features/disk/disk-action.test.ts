import { expect, test } from 'vitest'
import type { DiskReport } from '#shared/images/disk-report'
import type { ImageInfo } from '#shared/images/image-info'
import { jobRequestSchema } from '#shared/jobs/job-requests'
import { ACTION_WORDS, actionProblem, changesFile, type DiskAction, diskRequest, FIRST_CHOICES, needsOutput } from './disk-action.js'

const SNAPSHOT = { id: '3', name: 'old', createdAt: '2026-01-01T00:00:00.000Z', stateBytes: 0 }
const INFO = { path: '/a/top.qcow2', format: 'qcow2' } as ImageInfo
const REPORT: DiskReport = {
  path: '/a/top.qcow2',
  format: 'qcow2',
  revision: 'r1',
  fileBytes: 1,
  onDiskBytes: 1,
  chain: [
    { path: '/a/top.qcow2', format: 'qcow2', onDiskBytes: 1 },
    { path: '/a/base.raw', format: 'raw', onDiskBytes: 1 },
  ],
  overlays: [],
  snapshots: [],
  check: { verdict: 'clean', corruptions: 0, leaks: 0 },
  holders: [],
}
const CHOSEN = { ...FIRST_CHOICES, output: '/a/out.qcow2', name: ' now ', other: '/a/other.qcow2' }

function actionOf(kind: DiskAction['kind']): DiskAction {
  return kind === 'apply' || kind === 'delete' ? { kind, snapshot: SNAPSHOT } : { kind }
}
const ALL = (Object.keys(ACTION_WORDS) as DiskAction['kind'][]).map(actionOf)

test('every action makes a request that the core takes, on a copy and in place', () => {
  for (const action of ALL) {
    for (const place of ['copy', 'in-place'] as const) {
      const request = diskRequest(action, { ...CHOSEN, place }, INFO, REPORT)
      expect([action.kind, place, jobRequestSchema.safeParse(request).success]).toEqual([action.kind, place, true])
    }
  }
  const create = diskRequest(actionOf('create'), { ...CHOSEN, place: 'in-place', keepBackup: false }, INFO, REPORT)
  expect(create?.input).toEqual({
    source: '/a/top.qcow2',
    revision: 'r1',
    action: { do: 'create', name: 'now' },
    target: { mode: 'in-place', keepBackup: false },
  })
})

test('nothing is started while a name, a place or another image is missing', () => {
  const missing = ALL.filter((action) => diskRequest(action, { ...CHOSEN, output: '' }, INFO, REPORT) === null)
  expect(missing).toEqual(ALL.filter((action) => needsOutput(action, CHOSEN)))
  expect(diskRequest(actionOf('create'), { ...CHOSEN, name: '  ' }, INFO, REPORT)).toBeNull()
  for (const kind of ['rebase', 'compare'] as const) expect(diskRequest({ kind }, { ...CHOSEN, other: '' }, INFO, REPORT)).toBeNull()
  expect(diskRequest({ kind: 'commit' }, CHOSEN, INFO, { ...REPORT, chain: REPORT.chain.slice(0, 1) })).toBeNull()
})

test('a disk of an archive is compared by its name', () => {
  expect(diskRequest({ kind: 'compare' }, CHOSEN, INFO, REPORT)?.input).toEqual({ left: '/a/top.qcow2', right: '/a/other.qcow2' })
  const { input } = diskRequest({ kind: 'compare' }, { ...CHOSEN, other: '/a/two.tar', member: 'in/b.vmdk' }, INFO, REPORT) ?? {}
  expect(input).toEqual({ left: '/a/top.qcow2', right: '/a/two.tar', rightMember: 'in/b.vmdk' })
})

test('what changes a file that is there is asked twice', () => {
  expect(ALL.filter((action) => changesFile(action, CHOSEN)).map(({ kind }) => kind)).toEqual(['commit'])
  const inPlace = ALL.filter((action) => changesFile(action, { ...CHOSEN, place: 'in-place' })).map(({ kind }) => kind)
  expect(inPlace).toEqual(['compact', 'create', 'apply', 'delete', 'rebase', 'flatten', 'commit'])
})

test('what is not for an image says why', () => {
  const problems = (report: Partial<DiskReport>) =>
    ALL.map(({ kind }) => kind).filter((kind) => actionProblem(kind, { ...REPORT, ...report }) !== null)
  expect(problems({})).toEqual([])
  expect(problems({ chain: REPORT.chain.slice(0, 1) })).toEqual(['flatten', 'commit'])
  expect(problems({ snapshots: [SNAPSHOT] })).toEqual(['rebase', 'flatten', 'commit'])
  expect(problems({ format: 'raw' })).toEqual(['create', 'apply', 'delete', 'rebase', 'flatten', 'commit', 'repair'])
  expect(problems({ format: 'dmg' })).toEqual(['compact', 'create', 'apply', 'delete', 'rebase', 'flatten', 'commit', 'repair'])
})
