import { beforeEach, expect, test } from 'vitest'
import { useConvertStore } from './convert-store.js'

const store = () => useConvertStore.getState()
beforeEach(() => useConvertStore.setState(useConvertStore.getInitialState(), true))

test('a file stands in the table once; targets keep the order in which they are offered', () => {
  store().add(['/a', '/b', '/a'], ['azure-vhd'])
  store().add(['/b', '/c'], ['vmware-ova', 'azure-vhd'])
  expect(store().sources.map(({ path, id }) => [path, id])).toEqual([
    ['/a', 1],
    ['/b', 2],
    ['/c', 3],
  ])
  expect(store().artifacts).toEqual(['vmware-ova', 'azure-vhd'])
})

test('adding goes back from a batch that is shown to what is set up', () => {
  store().show('b1')
  store().add(['/a'])
  expect(store().shown).toBeNull()
})

test('another disk of an archive gets a row beside its own', () => {
  store().add(['/a.ova', '/b'])
  store().addMember(1, 'disk2.vmdk')
  expect(store().sources.map(({ path, member, id }) => [path, member, id])).toEqual([
    ['/a.ova', null, 1],
    ['/a.ova', 'disk2.vmdk', 3],
    ['/b', null, 2],
  ])
})

test('what leaves the table takes its cells with it', () => {
  store().add(['/a', '/b'], ['azure-vhd', 'aws-raw'])
  store().toggleCell({ source: 1, artifact: 'azure-vhd' })
  store().toggleCell({ source: 2, artifact: 'aws-raw' })
  store().select({ source: 1, artifact: 'azure-vhd' })
  store().remove(1)
  expect(store().without).toEqual([{ source: 2, artifact: 'aws-raw' }])
  expect(store().selected).toBeNull()
  store().toggle('aws-raw')
  expect(store().without).toEqual([])
})

test('a cell that is left out comes back with the same key', () => {
  store().add(['/a'], ['azure-vhd'])
  store().toggleCell({ source: 1, artifact: 'azure-vhd' })
  store().toggleCell({ source: 1, artifact: 'azure-vhd' })
  expect(store().without).toEqual([])
})

test('clearing keeps targets and options for the next images', () => {
  store().add(['/a'], ['azure-vhd'])
  store().set({ retarget: false, folder: '/out' })
  store().clear()
  expect(store()).toMatchObject({ sources: [], folder: null, artifacts: ['azure-vhd'], retarget: false })
})
