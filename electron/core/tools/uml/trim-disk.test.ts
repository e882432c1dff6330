import { expect, test } from 'vitest'
import { discardingDisk, parseTrimRecords } from './trim-disk.js'

const VOLUMES = [
  { partition: 1, filesystem: 'vfat' },
  { partition: 12, filesystem: 'ext4' },
]

test('each file system has one record, and its partition is read as a whole number', () => {
  expect(parseTrimRecords(['volume 12 ok 4096', 'volume 1 no its kernel driver does not tell what is free'], VOLUMES)).toEqual([
    { ...VOLUMES[0], word: 'no', trimmedBytes: null, reason: 'its kernel driver does not tell what is free' },
    { ...VOLUMES[1], word: 'ok', trimmedBytes: 4096, reason: '' },
  ])
  expect(parseTrimRecords(['volume 1 differs its files are not what they were', 'volume 12 ok 0'], VOLUMES)).toMatchObject([
    { word: 'differs', reason: 'its files are not what they were' },
    { word: 'ok', trimmedBytes: 0 },
  ])
})

test('a record that is missing, or says that a mount is stuck, is no result', () => {
  expect(parseTrimRecords(['volume 1 ok 4096'], VOLUMES)).toBeNull()
  expect(parseTrimRecords(['volume 1 broken umount', 'volume 12 ok 0'], VOLUMES)).toBeNull()
  expect(parseTrimRecords(['volume 1 ok many', 'volume 12 ok 0'], VOLUMES)).toBeNull()
})

test('discards get through to the file of the overlay, and never to what lies below it', () => {
  const base = { driver: 'raw', path: '/a/base.raw' }
  const disk = discardingDisk({ driver: 'qcow2', path: '/a/overlay.qcow2', backing: base })
  expect(disk).toMatchObject({ discard: 'unmap', file: { filename: '/a/overlay.qcow2', discard: 'unmap' } })
  expect(disk['backing']).toMatchObject({ 'read-only': true })
  expect(JSON.stringify(disk['backing'])).not.toContain('discard')
})
