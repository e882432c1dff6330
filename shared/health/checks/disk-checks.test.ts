import { expect, test } from 'vitest'
import type { ImageInfo } from '../../images/image-info.js'
import { BIOS_PARTITION, ESP, findingsOf, healthyFacts, ROOT, samplePartition, severitiesOf } from '../testing/sample-facts.js'

const image = healthyFacts().image
const withWarning = (code: ImageInfo['warnings'][number]['code'], detail = '') =>
  healthyFacts({ image: { ...image, warnings: [{ code, detail, partition: 3 }] } })

test.each([
  'whole-file',
  'partition-table',
  'backup-gpt',
  'duplicate-uuids',
  'duplicate-labels',
  'root-partition-type',
  'backing-files',
  'internal-snapshots',
  'readable-filesystems',
  'filesystem-clean',
  'filesystem-full',
])('%s passes for a healthy image', (check) => {
  expect(severitiesOf(check, healthyFacts())).toEqual(['pass'])
})

test('a file that was cut short', () => {
  const lost = '3 clusters of data lie beyond the end of the file'
  expect(findingsOf('whole-file', withWarning('cut-short', lost))).toMatchObject([{ severity: 'error', evidence: [lost] }])
})

test('a damaged table, and none', () => {
  expect(findingsOf('partition-table', withWarning('partition-table-damaged', 'no GPT header'))).toMatchObject([
    { severity: 'error', evidence: ['no GPT header'] },
  ])
  expect(severitiesOf('partition-table', healthyFacts({ image: { ...image, table: 'none' } }))).toEqual(['warning'])
})

test('a backup GPT that is not at the end, until the edit is staged', () => {
  const facts = withWarning('backup-gpt-misplaced')
  expect(findingsOf('backup-gpt', facts)).toMatchObject([{ severity: 'warning', fix: [{ kind: 'move-backup-gpt' }] }])
  expect(severitiesOf('backup-gpt', { ...facts, backupGptMoves: true })).toEqual(['pass'])
  expect(severitiesOf('backup-gpt', healthyFacts({ image: { ...image, table: 'mbr' } }))).toEqual([])
})

test('two file systems, or two partitions, with one UUID', () => {
  const twin = samplePartition(4, { filesystem: ROOT.filesystem })
  expect(findingsOf('duplicate-uuids', healthyFacts({ partitions: [ROOT, twin] }))).toMatchObject([
    { severity: 'error', evidence: { length: 2 } },
  ])
  const sameDisk = samplePartition(4, { uuid: ROOT.uuid })
  expect(severitiesOf('duplicate-uuids', healthyFacts({ partitions: [ROOT, sameDisk] }))).toEqual(['error'])
})

test('two file systems with one label', () => {
  const twin = samplePartition(4, { filesystem: { ...samplePartition(4).filesystem, label: 'root' } as typeof ROOT.filesystem })
  expect(severitiesOf('duplicate-labels', healthyFacts({ partitions: [ROOT, twin] }))).toEqual(['warning'])
})

test('a Linux file system in a partition of Microsoft’s', () => {
  const wrong = { ...ROOT, type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', typeName: 'Microsoft basic data' }
  expect(findingsOf('root-partition-type', healthyFacts({ partitions: [wrong] }))).toMatchObject([
    { severity: 'warning', fix: [{ kind: 'set-partition-type', partition: 3, type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4' }] },
  ])
  const mbr = healthyFacts({ image: { ...image, table: 'mbr' }, partitions: [{ ...ROOT, type: '07', typeName: 'NTFS' }] })
  expect(findingsOf('root-partition-type', mbr)).toMatchObject([{ fix: [{ type: '83' }] }])
  expect(severitiesOf('root-partition-type', healthyFacts({ partitions: [ESP, BIOS_PARTITION] }))).toEqual(['pass'])
})

test('an image of several files, and one with snapshots', () => {
  const backed = healthyFacts({ image: { ...image, backingChain: [{ path: '/a/base.qcow2', format: 'qcow2' }] } })
  expect(findingsOf('backing-files', backed)).toMatchObject([{ severity: 'warning', evidence: ['/a/base.qcow2'] }])
  expect(findingsOf('internal-snapshots', withWarning('internal-snapshots', '2'))).toMatchObject([
    { severity: 'warning', evidence: ['2 snapshots'] },
  ])
})

test('a file system that nothing opens', () => {
  expect(severitiesOf('readable-filesystems', withWarning('filesystem-unreadable', 'ext4'))).toEqual(['warning'])
  expect(severitiesOf('readable-filesystems', healthyFacts({ partitions: [] }))).toEqual(['info'])
})

test('a file system that was not unmounted', () => {
  const dirty = { ...ROOT, filesystem: { ...ROOT.filesystem, clean: false } as typeof ROOT.filesystem }
  expect(findingsOf('filesystem-clean', healthyFacts({ partitions: [ESP, dirty] }))).toMatchObject([
    { severity: 'warning', id: 'filesystem-clean:3' },
  ])
  const silent = { ...ROOT, filesystem: { ...ROOT.filesystem, clean: null } as typeof ROOT.filesystem }
  expect(severitiesOf('filesystem-clean', healthyFacts({ partitions: [silent] }))).toEqual(['info'])
})

test('a file system that is nearly full, unless it always is', () => {
  const full = { ...ROOT, filesystem: { ...ROOT.filesystem, usedBytes: ROOT.sizeBytes * 0.97 } as typeof ROOT.filesystem }
  expect(severitiesOf('filesystem-full', healthyFacts({ partitions: [full] }))).toEqual(['warning'])
  const [finding] = findingsOf('filesystem-full', healthyFacts({ partitions: [full] }))
  expect(finding?.fix.at(-1)).toEqual({ kind: 'grow-partition', partition: full.number })
  const squash = { ...full, filesystem: { ...full.filesystem, kind: 'squashfs' } as typeof ROOT.filesystem }
  expect(severitiesOf('filesystem-full', healthyFacts({ partitions: [squash] }))).toEqual(['info'])
})
