import { expect, test } from 'vitest'
import { vmdkChoices } from './write-stream-vmdk.js'

test('options count before the machine, and later ones before earlier ones', () => {
  expect(vmdkChoices([], undefined)).toEqual({})
  expect(vmdkChoices([], { hardwareVersion: 17, diskController: 'ide' })).toEqual({ hardwareVersion: 17, adapter: 'ide' })
  expect(vmdkChoices([], { diskController: 'pvscsi' })).toEqual({})
  expect(vmdkChoices(['subformat=streamOptimized', 'compat6', 'hwversion=20', 'level=9'], { hardwareVersion: 17 })).toEqual({
    hardwareVersion: 20,
    level: 9,
  })
  expect(vmdkChoices(['compat6=off', 'adapter_type=buslogic'], undefined)).toEqual({ adapter: 'buslogic' })
})

test.each(['adapter_type=sata', 'hwversion=x', 'level=10', 'level=0', 'zeroed_grain=on', 'compat6=maybe', 'toolsversion'])(
  '%s is refused',
  (option) => {
    expect(() => vmdkChoices([option], undefined)).toThrow('bad-input')
  },
)
