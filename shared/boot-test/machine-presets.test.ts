import { expect, test } from 'vitest'
import { PLATFORM_IDS } from '../platforms/platform.js'
import { metadataServiceOf } from './guest-metadata.js'
import { machinePreset } from './machine-presets.js'

test.each(PLATFORM_IDS)('%s: where its strings come from is told, and nothing is said to be missing that can be had', (id) => {
  const { source, note } = machinePreset(id)
  expect(source).not.toBe('')
  if (metadataServiceOf(id) !== undefined) expect(note ?? '').not.toMatch(/metadata/)
})

test('cloud-init knows a machine of AWS by its serial number, which is its UUID too', () => {
  const { serial, uuid } = machinePreset('aws').smbios['1'] ?? {}
  expect(serial).toMatch(/^ec2/)
  expect(uuid).toBe(serial)
})

test('a platform without a row is a plain machine', () => {
  expect(machinePreset('metal')).toEqual(machinePreset(undefined))
  expect(machinePreset('metal').smbios).toEqual({})
})
