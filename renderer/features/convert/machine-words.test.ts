import { expect, test } from 'vitest'
import { machineSchema } from '#shared/jobs/convert-request'
import { describesMachine, MACHINE_OPTIONS, machineSummary, withMachine } from './machine-words.js'

test('every choice that is offered is one that a request may hold', () => {
  for (const [field, options] of Object.entries(MACHINE_OPTIONS)) {
    for (const { value } of options) {
      const machine = withMachine({}, field as keyof typeof MACHINE_OPTIONS, value)
      expect(machineSchema.safeParse(machine).success, `${field}=${value}`).toBe(true)
    }
  }
  expect(withMachine({}, 'cpus', '4')).toEqual({ cpus: 4 })
})

test('what is left to the image leaves the request', () => {
  expect(withMachine({ firmware: 'efi', cpus: 2 }, 'firmware', '')).toEqual({ cpus: 2 })
  expect(machineSummary({})).toBe('as each image needs it')
  expect(machineSummary({ cpus: 2 })).toBe('1 choice, the rest as each image needs it')
})

test('only an OVA describes a machine', () => {
  expect([describesMachine(['azure-vhd']), describesMachine(['azure-vhd', 'virtualbox-ova'])]).toEqual([false, true])
})
