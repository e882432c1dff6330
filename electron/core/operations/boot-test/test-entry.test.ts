import { expect, test } from 'vitest'
import type { BootEntry } from '#shared/boot/boot-entry'
import { usesSerialConsole } from '#shared/boot-test/booting-entry'
import { bootTestInputSchema } from '#shared/boot-test/boot-test-request'
import { temporaryEdits, wantedArguments } from './test-entry.js'

function report(...entries: readonly (readonly [id: string, args: string, isDefault: boolean])[]) {
  return {
    entries: entries.map(([id, args, isDefault]) => ({ id, args: args.split(' '), isDefault, enabled: true }) as unknown as BootEntry),
  }
}

const BOOT = report(['a', 'root=x ro quiet', false], ['b', 'root=x ro ignition.platform.id=vmware console=ttyS0', true])
const input = (more: object) => bootTestInputSchema.parse({ source: '/a.raw', ...more })

test('nothing is changed that nobody asked for', () => {
  expect(temporaryEdits(input({}), BOOT)).toEqual([])
})

test('arguments go to the entry that boots', () => {
  const changes = [{ op: 'append', arg: 'debug' }]
  expect(temporaryEdits(input({ append: ['debug'] }), BOOT)).toEqual([{ kind: 'kernel-args', entry: 'b', changes }])
  expect(temporaryEdits(input({ append: ['debug'], entry: 'a' }), BOOT)).toEqual([
    { kind: 'boot-default', entry: 'a' },
    { kind: 'kernel-args', entry: 'a', changes },
  ])
  const edits = [{ kind: 'boot-default', entry: 'a' }]
  expect(temporaryEdits(input({ append: ['debug'], edits }), BOOT)).toEqual([{ kind: 'kernel-args', entry: '*', changes }])
})

test('Ignition is told to look where the test puts its configuration', () => {
  const seed = { ignition: { text: '{}' } }
  const changes = [{ op: 'replace', key: 'ignition.platform.id', from: 'vmware', to: 'qemu' }]
  expect(temporaryEdits(input({ seed }), BOOT)).toEqual([{ kind: 'kernel-args', entry: 'b', changes }])
  expect(temporaryEdits(input({ seed, entry: 'a' }), BOOT)[1]).toEqual({
    kind: 'kernel-args',
    entry: 'a',
    changes: [{ op: 'append', arg: 'ignition.platform.id=qemu' }],
  })
  expect(temporaryEdits(input({ seed }), report(['c', 'ignition.platform.id=qemu', true]))).toEqual([])
})

test('the command line has to show what the edits did to the entry that boots', () => {
  const after = report(['a', 'root=x ro', false], ['b', 'root=x ro ignition.platform.id=qemu console=ttyS0 $tuned', true])
  expect(wantedArguments(BOOT, after)).toEqual({ present: ['ignition.platform.id=qemu'], absent: ['ignition.platform.id=vmware'] })
  expect(wantedArguments(BOOT, after, 'a')).toEqual({ present: [], absent: ['quiet'] })
  expect(wantedArguments(BOOT, BOOT)).toEqual({ present: ['root=x', 'ro', 'ignition.platform.id=vmware', 'console=ttyS0'], absent: [] })
})

test('whether the kernel writes to the serial console', () => {
  expect(usesSerialConsole(BOOT)).toBe(true)
  expect(usesSerialConsole(BOOT, 'a')).toBe(false)
  expect(usesSerialConsole(report())).toBeNull()
})
