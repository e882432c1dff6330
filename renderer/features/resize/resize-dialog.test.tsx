// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Filesystem, ImageInfo, Partition } from '#shared/images/image-info'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from '../boot-entries/testing/sample-core.js'
import { useEditStore } from '../edits/edit-store.js'
import { DiskMap } from './disk-map.js'
import { sizeText } from './resize-dialog.js'

const MIB = 1024 ** 2
const GIB = 1024 * MIB

function partition(number: number, startBytes: number, sizeBytes: number, filesystem: Partial<Filesystem>): Partition {
  const content: Filesystem = { kind: 'ext', type: 'ext4', label: null, uuid: null, usedBytes: null, ...filesystem }
  return { number, startBytes, sizeBytes, type: null, typeName: 'Linux', name: null, bootable: false, isEsp: false, filesystem: content }
}

function image(last: Partial<Filesystem>): ImageInfo {
  const partitions = [
    partition(1, MIB, 255 * MIB, { kind: 'fat', type: 'vfat (FAT32)', label: 'ESP' }),
    partition(2, 256 * MIB, GIB, { label: 'root', ...last }),
  ]
  return { path: PATH, name: 'boot.qcow2', virtualBytes: 2 * GIB, sectorBytes: 512, table: 'gpt', partitions } as unknown as ImageInfo
}

const EXT = image({ sizeBytes: GIB, leastBytes: 300 * MIB })
const size = () => screen.getByRole('textbox', { name: 'Size of the disk' })
const type = (text: string) => fireEvent.change(size(), { target: { value: text } })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
const staged = () => useEditStore.getState().byPath[PATH]?.present ?? []

function open(info: ImageInfo = EXT) {
  renderInApp(<DiskMap info={info} />, sampleActions())
  press('Resize…')
}

beforeEach(() => {
  sampleCore(sampleReport([]))
  useEditStore.setState({ byPath: {} })
})
afterEach(cleanup)

test('a larger disk gives the space to the last partition, and the map shows what is staged', async () => {
  open()
  type('4 GiB')
  expect(screen.getByText('Make the disk 4 GiB large')).toBeTruthy()
  expect(screen.getByText('Grow partition 2 into the free space behind it')).toBeTruthy()
  press('Stage the new size')
  await waitFor(() => expect(staged()).toHaveLength(2))
  expect(staged()).toEqual([
    { kind: 'resize-disk', bytes: 4 * GIB },
    { kind: 'grow-partition', partition: 2 },
  ])
  expect((await screen.findByRole('status')).textContent).toBe('As staged: disk 2 GiB → 4 GiB')
  expect(screen.getByRole('img').getAttribute('aria-label')).toContain('root · ext4 · 3.75 GiB')
})

test('a second size takes the place of the first, and other edits stay', async () => {
  useEditStore.getState().stage(PATH, [
    { kind: 'resize-disk', bytes: 3 * GIB },
    { kind: 'hostname', name: 'node' },
  ])
  open()
  expect(size()).toHaveProperty('value', '3 GiB')
  type('2.5 GiB')
  press('Stage the new size')
  await waitFor(() => expect(staged()[0]?.kind).toBe('hostname'))
  expect(staged()).toEqual([
    { kind: 'hostname', name: 'node' },
    { kind: 'resize-disk', bytes: 2.5 * GIB },
    { kind: 'grow-partition', partition: 2 },
  ])
})

test('as small as possible shrinks the ext that ends last', async () => {
  open()
  press('As small as possible')
  expect(size()).toHaveProperty('value', '557 MiB')
  press('Stage the new size')
  await waitFor(() => expect(staged()).toHaveLength(2))
  expect(staged()).toEqual([
    { kind: 'shrink-partition', partition: 2, bytes: 300 * MIB },
    { kind: 'resize-disk', bytes: 557 * MIB },
  ])
})

test.each([
  ['', /Write a size with its unit/],
  ['large', /Write a size with its unit/],
  ['400 MiB', /Partition 2 needs at least 300 MiB/],
  ['70 TiB', /A disk can be 64 TiB/],
])('%j is told beside the field, and cannot be staged', (text, words) => {
  open()
  type(text)
  expect(screen.getByText(words)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Stage the new size' })).toHaveProperty('disabled', true)
})

test('an XFS is said to have no way to shrink', () => {
  open(image({ kind: 'xfs', type: 'xfs', sizeBytes: GIB }))
  type('1 GiB')
  expect(screen.getByText(/XFS has no way to shrink/)).toBeTruthy()
})

test('before anything is chosen, what cannot grow is no error', () => {
  const [esp, root] = EXT.partitions
  if (!esp || !root) throw new Error('two partitions are meant')
  open({
    ...EXT,
    partitions: [esp, { ...root, sizeBytes: 1791 * MIB, filesystem: { ...root.filesystem, sizeBytes: 1791 * MIB } as Filesystem }],
  })
  expect(screen.getByText('Every size stays as it is')).toBeTruthy()
  expect(screen.getByText(/Partition 2 cannot grow: the disk ends behind it/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Stage the new size' })).toHaveProperty('disabled', true)
})

test('the size that is there is nothing to stage', () => {
  open()
  type('2 GiB')
  fireEvent.click(screen.getByRole('combobox', { name: 'Free space behind it goes to' }))
  fireEvent.click(screen.getByRole('option', { name: 'Nobody: it stays free', hidden: true }))
  expect(screen.getByText('Every size stays as it is')).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Stage the new size' })).toHaveProperty('disabled', true)
})

test.each([
  [20 * GIB, '20 GiB'],
  [1.5 * GIB, '1.5 GiB'],
  [GIB + MIB, '1025 MiB'],
  [GIB + 512, '1048576.5 KiB'],
  [GIB - 1, String(GIB - 1)],
])('%i bytes are written so that they read back the same', (bytes, text) => expect(sizeText(bytes)).toBe(text))
