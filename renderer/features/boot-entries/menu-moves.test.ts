import { expect, test } from 'vitest'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { siblings, stepBefore } from './menu-moves.js'

const grub = (index: string) => sampleEntry({ id: `2:/grub.cfg#${index}`, file: '2:/grub.cfg', loader: 'grub', args: [] })

test('GRUB entries change places within their own submenu, whichever comes first as the default', () => {
  const entries = [grub('2'), grub('0'), grub('1>0'), grub('1>1'), grub('10')]
  const order = siblings(grub('2'), entries, [])
  expect(order.map(({ id }) => id)).toEqual(['2:/grub.cfg#0', '2:/grub.cfg#2', '2:/grub.cfg#10'])
  expect(stepBefore(grub('2'), order, -1)).toBe('2:/grub.cfg#0')
  expect(stepBefore(grub('2'), order, 1)).toBeNull()
  expect(stepBefore(grub('0'), order, 1)).toBe('2:/grub.cfg#10')
  expect(stepBefore(grub('0'), order, -1)).toBeUndefined()
  expect(stepBefore(grub('10'), order, 1)).toBeUndefined()
  expect(siblings(grub('1>1'), entries, []).map(({ id }) => id)).toEqual(['2:/grub.cfg#1>0', '2:/grub.cfg#1>1'])
})

test('unified kernel images have no order of their own', () => {
  const uki = sampleEntry({ id: '1:/EFI/Linux/a.efi', loader: 'uki', args: [] })
  expect(siblings(uki, [uki], [])).toEqual([])
})
