import { expect, test } from 'vitest'
import { batchNames } from './batch-names.js'

test('results of sources that are called alike get names of their own', () => {
  expect(batchNames(['boot.qcow2', 'boot.vmdk', 'BOOT.raw', 'other.ova', 'boot-2.img'])).toEqual([
    'boot',
    'boot-3',
    'BOOT-4',
    'other',
    'boot-2',
  ])
})

test('a source without a name of its own keeps its endings', () => {
  expect(batchNames(['.qcow2', 'disk.tar.gz'])).toEqual(['.qcow2', 'disk'])
})
