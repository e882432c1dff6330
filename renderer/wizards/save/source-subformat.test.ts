import { expect, test } from 'vitest'
import { sourceSubformat } from './source-subformat.js'

test('the source keeps its kind where its variant names it', () => {
  expect(sourceSubformat({ format: 'vmdk', variant: 'streamOptimized' })).toBe('streamOptimized')
  expect(sourceSubformat({ format: 'qcow2', variant: 'v2, zlib' })).toBe('v2')
  expect(sourceSubformat({ format: 'vhd', variant: 'fixed' })).toBe('fixed')
})

test('else the default of the format', () => {
  expect(sourceSubformat({ format: 'raw', variant: '' })).toBe('sparse')
  expect(sourceSubformat({ format: 'vmdk', variant: 'vmfsSparse' })).toBe('monolithicSparse')
})
