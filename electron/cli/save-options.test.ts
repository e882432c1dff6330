import { expect, test } from 'vitest'
import { withNamedFormat } from './save-options.js'

const save = (output: string, format?: 'raw') =>
  withNamedFormat({ mode: 'new-file', output, replace: false, ...(format ? { format } : {}) }, 'qcow2')

test('a new image is of the format that its name says, where nothing else is asked for', () => {
  expect(save('/x/a.VMDK')).toMatchObject({ format: 'vmdk' })
  expect(save('/x/a.vmdk', 'raw')).toMatchObject({ format: 'raw' })
  expect(save('/x/a.qcow2')).not.toHaveProperty('format')
  expect(save('/x/a.new')).not.toHaveProperty('format')
  expect(withNamedFormat({ mode: 'in-place', keepBackup: true }, 'qcow2')).toEqual({ mode: 'in-place', keepBackup: true })
})
