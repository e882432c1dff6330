import { expect, test } from 'vitest'
import { optionTexts } from './option-choices.js'

test('only what goes with the subformat is given to qemu-img', () => {
  const choices = { cluster_size: '2097152', lazy_refcounts: 'on', adapter_type: 'ide' }
  expect(optionTexts('qcow2', 'v3', choices)).toEqual(['cluster_size=2097152', 'lazy_refcounts=on'])
  expect(optionTexts('qcow2', 'v2', choices)).toEqual(['cluster_size=2097152'])
  expect(optionTexts('vdi', 'dynamic', choices)).toEqual([])
})
