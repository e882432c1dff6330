import { expect, test } from 'vitest'
import { ARTIFACTS } from '#shared/platforms/artifacts'
import { groupedArtifacts, lastUsed } from './artifact-groups.js'

const ids = (search: string, last: Parameters<typeof lastUsed>[1] = []) =>
  groupedArtifacts(search, last).map(({ name, artifacts }) => [name, artifacts.map(({ id }) => id)])

test('every preset is offered once, those used last before all others', () => {
  const all = groupedArtifacts('', ['azure-vhd', 'vmware-ova'])
  expect(all.map(({ name }) => name)).toEqual(['Last used', 'Hypervisors', 'Clouds', 'Other'])
  expect(all[0]?.artifacts.map(({ id }) => id)).toEqual(['azure-vhd', 'vmware-ova'])
  expect(all.flatMap(({ artifacts }) => artifacts)).toHaveLength(ARTIFACTS.length)
})

test('a search needs each of its words, in the name, the hint or the platform', () => {
  expect(ids('OVA virtualbox')).toEqual([['Hypervisors', ['virtualbox-ova']]])
  expect(ids('ceph cloned')).toEqual([['Clouds', ['openstack-raw']]])
  expect(ids('vdi', ['virtualbox-vdi'])).toEqual([['Last used', ['virtualbox-vdi']]])
  expect(ids('no such thing')).toEqual([])
})

test('what is chosen now is last used, and the list stays short', () => {
  expect(lastUsed(['gcp-tar', 'azure-vhd'], ['azure-vhd', 'aws-raw'])).toEqual(['gcp-tar', 'azure-vhd', 'aws-raw'])
  const every = ARTIFACTS.map(({ id }) => id)
  expect(lastUsed(every, [])).toEqual(every.slice(0, 6))
})
