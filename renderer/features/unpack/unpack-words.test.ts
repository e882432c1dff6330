import { expect, test } from 'vitest'
import type { SourceReport } from '#shared/jobs/convert-request'
import { extensionOf, manifestWords, suffixOf } from './unpack-words.js'

const disk = (member: string | null, label: string | null) => ({ member, label, virtualBytes: null, packedBytes: null })
const report = (disks: SourceReport['disks'], manifest: SourceReport['manifest'] = null): SourceReport => ({
  path: '/a.ova',
  name: 'a.ova',
  kind: 'ova',
  label: 'OVA',
  fileBytes: 1,
  disks,
  snapshots: [],
  manifest,
  notes: [],
})

test('the ending follows what the disk is', () => {
  const labels = ['qcow2 v3, zlib', 'VMDK streamOptimized', 'VDI dynamic', 'VHDX', 'VHD fixed', 'raw disk, GPT', null]
  expect(labels.map((label) => extensionOf(disk(null, label)))).toEqual(['qcow2', 'vmdk', 'vdi', 'vhdx', 'vhd', 'raw', 'raw'])
})

test('disks of one archive get different names, plain ones', () => {
  const disks = [disk('in/disk one.vmdk', null), disk('b\u202e.vmdk', null)]
  expect(disks.map((one) => suffixOf(report(disks), one))).toEqual(['-disk-one', '-b-'])
  expect(suffixOf(report([disk('a.vmdk', null)]), disk('a.vmdk', null))).toBe('')
})

test('what is known of the manifest', () => {
  expect(manifestWords(report([]))).toBeNull()
  expect(manifestWords(report([], { state: 'differs', detail: 'x has another SHA256' }))).toBe(
    'It is not what its manifest says: x has another SHA256.',
  )
})
