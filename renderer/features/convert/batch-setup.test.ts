import { beforeEach, expect, test } from 'vitest'
import { batchRequestSchema } from '#shared/jobs/convert-request'
import { folderOf, planRequest, plannedCells, planTotals, setupTitle, startLabel, startRequest, usableSources } from './batch-setup.js'
import { useConvertStore } from './convert-store.js'
import { MIB, sampleCell, samplePlan } from './testing/samples.js'

const EDIT = { kind: 'move-backup-gpt' } as const
const store = () => useConvertStore.getState()
const context = { unreadable: new Set<number>(), editsOf: (path: string) => (path === '/a/one.qcow2' ? [EDIT] : []), verify: true }

beforeEach(() => {
  useConvertStore.setState(useConvertStore.getInitialState(), true)
  store().add(['/a/one.qcow2', '/b/two.ova'], ['virtualbox-vdi', 'azure-vhd'])
})

test('a request names what was chosen, and staged edits come along unless they are switched off', () => {
  store().change(2, { member: 'disk2.vmdk' })
  store().change(1, { snapshot: '3' })
  const request = planRequest(store(), context)
  expect(request).toMatchObject({
    sources: [
      { path: '/a/one.qcow2', snapshot: '3', edits: [EDIT] },
      { path: '/b/two.ova', member: 'disk2.vmdk', edits: [] },
    ],
    artifacts: ['virtualbox-vdi', 'azure-vhd'],
    folder: '/a',
    verify: true,
  })
  expect(batchRequestSchema.safeParse(request).success).toBe(true)
  store().change(1, { withEdits: false })
  store().set({ verify: false, folder: '/out' })
  expect(planRequest(store(), context)).toMatchObject({ sources: [{ edits: [] }, {}], verify: false, folder: '/out' })
})

test('what cannot be read takes no part; without a source or a target there is nothing to ask', () => {
  const request = planRequest(store(), { ...context, unreadable: new Set([1]) })
  expect(request?.sources.map(({ path }) => path)).toEqual(['/b/two.ova'])
  expect(planRequest(store(), { ...context, unreadable: new Set([1, 2]) })).toBeNull()
  store().toggle('azure-vhd')
  store().toggle('virtualbox-vdi')
  expect(planRequest(store(), context)).toBeNull()
  store().clear()
  expect(folderOf(store())).toBeNull()
})

test('cells of a plan find their row by the sources that took part', () => {
  const request = planRequest(store(), { ...context, unreadable: new Set([1]) })
  if (request === null) throw new Error('there is a request')
  const cells = plannedCells(samplePlan(request), usableSources(store(), new Set([1])), [{ source: 2, artifact: 'azure-vhd' }])
  expect(cells.map(({ place, left }) => [place.source, place.artifact, left])).toEqual([
    [2, 'virtualbox-vdi', null],
    [2, 'azure-vhd', 'out'],
  ])
})

test('totals count what would be made: neither what is left out nor what cannot be made', () => {
  const cells = [
    { place: { source: 1, artifact: 'azure-vhd' as const }, cell: sampleCell(0, 'azure-vhd', { exists: true }), left: null },
    { place: { source: 1, artifact: 'aws-raw' as const }, cell: sampleCell(0, 'aws-raw'), left: 'out' as const },
    { place: { source: 1, artifact: 'gcp-tar' as const }, cell: sampleCell(0, 'gcp-tar', { input: null }), left: null },
  ]
  expect(planTotals(cells)).toEqual({ count: 1, estimateBytes: 400 * MIB, existing: [cells[0]?.cell.output], problems: 1 })
  store().toggleCell({ source: 1, artifact: 'azure-vhd' })
  const draft = planRequest(store(), context)
  if (draft === null) throw new Error('there is a request')
  const started = startRequest(draft, cells)
  expect(started.without).toEqual([
    { source: 0, artifact: 'azure-vhd' },
    { source: 0, artifact: 'gcp-tar' },
  ])
  expect(started.replace).toBe(true)
  expect(startRequest(draft, []).replace).toBe(false)
})

test('titles and buttons say how many', () => {
  expect([setupTitle(0, []), setupTitle(1, []), setupTitle(2, ['azure-vhd']), setupTitle(3, ['azure-vhd', 'aws-raw'])]).toEqual([
    'Convert',
    'Convert 1 image',
    'Convert 2 images for Azure fixed VHD',
    'Convert 3 images for 2 targets',
  ])
  expect([startLabel(0), startLabel(1), startLabel(6)]).toEqual(['Make artifacts', 'Make 1 artifact', 'Make 6 artifacts'])
})
