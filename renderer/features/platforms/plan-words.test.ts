import { expect, test } from 'vitest'
import { platformFacts } from '#shared/platforms/plan-retarget'
import { platform } from '#shared/platforms/platforms'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import { elsewhereWords, firmwareWords, formatWords, movements, sizeWords } from './plan-words.js'

const entry = (given: Partial<RetargetPlanReport['perEntry'][number]>): RetargetPlanReport['perEntry'][number] => ({
  entry: 'a',
  title: 'A',
  isDefault: false,
  leaves: [],
  arrives: [],
  moves: [],
  before: [],
  after: [],
  reasons: [],
  consoles: [],
  ignitionId: null,
  problem: null,
  ...given,
})
const plan = (given: Partial<RetargetPlanReport>): RetargetPlanReport => ({
  platform: platformFacts(platform('vmware')),
  current: null,
  ignitionId: null,
  family: 'other',
  arch: 'x86_64',
  archFrom: 'assumed',
  ownTable: false,
  perEntry: [],
  perFile: [],
  consoleBlocks: [],
  offered: [],
  imageAdvice: [],
  notes: [],
  changes: false,
  ...given,
})

test('each argument is told once, with its reason and in how many entries', () => {
  const reasons = [{ arg: 'id=qemu', why: 'old' }]
  const found = movements(
    plan({ perEntry: [entry({ leaves: ['id=qemu'], arrives: ['id=vmware'], reasons }), entry({ leaves: ['id=qemu'] }), entry({})] }),
  )
  expect(found.leaves).toEqual([{ arg: 'id=qemu', why: 'old', entries: 2 }])
  expect(found.arrives).toEqual([{ arg: 'id=vmware', why: '', entries: 1 }])
  expect(found.changed).toBe(2)
})

test('an entry that cannot be changed loses nothing', () => {
  expect(movements(plan({ perEntry: [entry({ leaves: ['a'], problem: 'signed' })] })).leaves).toEqual([])
})

test('facts in words', () => {
  expect(formatWords(platformFacts(platform('vmware')).image)).toBe('OVA, stream-optimized VMDK')
  expect(formatWords(null)).toBe('not known')
  expect(firmwareWords({ bios: false, uefi: true, usual: 'uefi', note: '' })).toBe('UEFI only')
  expect(sizeWords({ alignmentBytes: 1024 ** 2, maxBytes: 2 * 1024 ** 4 })).toBe('multiples of 1 MiB, up to 2 TiB')
  expect(sizeWords({ alignmentBytes: 1024 ** 3, maxBytes: null })).toBe('whole GiB')
  expect(sizeWords({ alignmentBytes: 512, maxBytes: null })).toBeNull()
  const moves = { leaves: [], arrives: [], moves: [], before: [], after: [] }
  expect(elsewhereWords(plan({}))).toBeNull()
  expect(
    elsewhereWords(
      plan({
        perFile: [{ file: '3:/etc/default/grub', what: 'GRUB_CMDLINE_LINUX', ...moves }],
        consoleBlocks: [{ file: '2:/grub2/grub.cfg', before: [], after: ['a', 'b'] }],
      }),
    ),
  ).toBe("Also in /etc/default/grub, for later kernels; GRUB's console block in /grub2/grub.cfg, 2 lines.")
})
