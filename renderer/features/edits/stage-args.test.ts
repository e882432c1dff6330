import { expect, test } from 'vitest'
import type { BootEntry } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { argsAfter, stageArgs, stageChange } from './stage-args.js'

function entry(id: string, args: string[]): BootEntry {
  return sampleEntry({ id, title: id, args })
}

const ONE = entry('2:/loader/entries/one.conf', ['rw', 'console=ttyS0', 'ignition.platform.id=qemu', 'quiet'])
const TWO = entry('2:/loader/entries/two.conf', ['rw', 'ignition.platform.id=qemu'])

const changesOf = (edit: Edit) => (edit.kind === 'kernel-args' ? edit.changes : [])
const entryOf = (edit: Edit | undefined) => (edit?.kind === 'kernel-args' ? edit.entry : undefined)

test('a replaced and an added argument are two edits, and leave what was asked for', () => {
  const wanted = ['rw', 'console=ttyS0', 'ignition.platform.id=vmware', 'quiet', 'console=tty0']
  const edits = stageArgs([], ONE, wanted)
  expect(edits.map(changesOf)).toEqual([
    [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }],
    [{ op: 'append', arg: 'console=tty0' }],
  ])
  expect(argsAfter(ONE, edits)).toEqual(wanted)
})

test('going back to what the image holds leaves no edit', () => {
  const edits = stageArgs([], ONE, ['rw'])
  expect(edits.length).toBeGreaterThan(0)
  expect(stageArgs(edits, ONE, ONE.args)).toEqual([])
})

test('a second change of the same value replaces the first one', () => {
  const first = stageArgs([], TWO, ['rw', 'ignition.platform.id=aws'])
  const second = stageArgs(first, TWO, ['rw', 'ignition.platform.id=azure'])
  expect(second.map(changesOf)).toEqual([[{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'azure' }]])
})

test('edits of another entry keep their place', () => {
  const both = stageArgs(stageArgs([], ONE, ['rw', 'console=ttyS0', 'ignition.platform.id=qemu']), TWO, ['rw'])
  const again = stageArgs(both, ONE, ['rw', 'console=ttyS0', 'ignition.platform.id=qemu', 'debug'])
  expect(entryOf(again.at(-1))).toBe(TWO.id)
  expect(argsAfter(ONE, again)).toEqual(['rw', 'console=ttyS0', 'ignition.platform.id=qemu', 'debug'])
  expect(argsAfter(TWO, again)).toEqual(['rw'])
})

test('a change for all entries skips those that it does not concern and those that cannot be edited', () => {
  const broken = { ...entry('2:/loader/entries/x.conf', ['quiet']), problem: 'it has no kernel' }
  const edits = stageChange([], [ONE, TWO, broken], (args) => (args.includes('quiet') ? args.filter((arg) => arg !== 'quiet') : null))
  expect(edits.map(entryOf)).toEqual([ONE.id])
})
