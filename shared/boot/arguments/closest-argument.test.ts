import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ARGUMENT_TABLE } from './argument-table.js'
import { closestArguments } from './closest-argument.js'
import { DOCUMENTED_NAMES } from './documented-names.js'

test.each([
  ['consol=tty0', 'console=tty0'],
  ['Console=tty0', 'console=tty0'],
  ['quite', 'quiet'],
  ['selinx=0', 'selinux=0'],
  ['nomodset', 'nomodeset'],
  ['crashkernal=auto', 'crashkernel=auto'],
  ['ignition.plaform.id=qemu', 'ignition.platform.id=qemu'],
  ['ignitoin.platform.id=qemu', 'ignition.platform.id=qemu'],
  ['igniton.firstboot', 'ignition.firstboot'],
  ['sytemd.unit=rescue.target', 'systemd.unit=rescue.target'],
  ['systemd.unti=rescue.target', 'systemd.unit=rescue.target'],
  ['rd.nednet=1', 'rd.neednet=1'],
  ['rd.luks.uid=1', 'rd.luks.uuid=1'],
  ['"rootflag=subvol=a b"', '"rootflags=subvol=a b"'],
  ['rd.break=', 'rd.break'],
])('%s was probably meant to be %s', (arg, meant) => {
  expect(closestArguments(arg)[0]).toBe(meant)
})

test.each([
  'console=tty0',
  'rd.break',
  'systemd.debug-shell',
  'log-buf-len=1M',
  'nosmap',
  'mymodule.parameter=1',
  'nvme_core.io_timout=3',
  'sysctl.kernel.panik=1',
  'foo=1',
  'id=1',
  'inst.dd=1',
  'BOOT_IMAGE=/vmlinuz',
  'LANG=C',
  '$tuned_params',
  '--',
  '',
])('%s is left alone', (arg) => {
  expect(closestArguments(arg)).toEqual([])
})

test('no documented name is ever corrected', () => {
  for (const { name } of ARGUMENT_TABLE) if (!name.endsWith('.')) expect(closestArguments(`${name}=1`)).toEqual([])
  for (const name of DOCUMENTED_NAMES) expect(closestArguments(name)).toEqual([])
})

test('at most three are suggested, for any text, and never the text itself', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('r', 'd', '.', 'o', 't', '=') })), (arg) => {
      const found = closestArguments(arg)
      expect(found.length).toBeLessThanOrEqual(3)
      expect(found).not.toContain(arg)
    }),
  )
})
