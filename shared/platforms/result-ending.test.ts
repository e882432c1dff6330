import { expect, test } from 'vitest'
import { ARTIFACTS, artifactName } from './artifacts.js'
import { endingProblem } from './result-ending.js'

test('the names that presets give are right for them', () => {
  for (const { id, format, container } of ARTIFACTS) {
    expect(endingProblem(`/out/${artifactName('disk.qcow2', id)}`, { format, container, artifact: id }), id).toBeNull()
  }
})

test('an ending that stands for something else is told', () => {
  const vmdk = { format: 'vmdk', container: null } as const
  expect(endingProblem('/out/x.ova', { ...vmdk, artifact: 'vmware-vmdk' })).toBe(
    'The name ends in .ova, but what is made is VMDK: .vmdk would fit',
  )
  expect(endingProblem('/out/x.vmdk', { format: 'vmdk', container: 'ova', artifact: 'vmware-ova' })).toBe(
    'The name ends in .vmdk, but what is made is VMDK in a package: .ova would fit',
  )
  expect(endingProblem('/out/x.QCOW2', vmdk)).toContain('ends in .qcow2')
  expect(endingProblem('/out/x.img', { format: 'raw', container: null })).toBeNull()
  expect(endingProblem('/out/x.disk', vmdk)).toBeNull()
  expect(endingProblem('/out/x', vmdk)).toBeNull()
})
