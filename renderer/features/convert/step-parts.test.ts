import { expect, test } from 'vitest'
import { stepParts } from './step-parts.js'

test('what leaves and what arrives is told apart from the words of a step', () => {
  expect(stepParts('Retarget to Microsoft Azure: - console=ttyS0, + console=ttyS0,115200n8, + rootdelay=300')).toEqual({
    words: 'Retarget to Microsoft Azure',
    changes: [
      { arg: 'console=ttyS0', state: 'removed' },
      { arg: 'console=ttyS0,115200n8', state: 'added' },
      { arg: 'rootdelay=300', state: 'added' },
    ],
  })
})

test('a step without changes is words alone', () => {
  expect(stepParts('Pack as OVA: VMDK, stream-optimized')).toEqual({ words: 'Pack as OVA: VMDK, stream-optimized', changes: [] })
})
