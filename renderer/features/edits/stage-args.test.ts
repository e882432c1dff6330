import { expect, test } from 'vitest'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import type { Edit } from '#shared/edits/edit'
import { argsAfter, keepOwnArgs, ownArgEdits, ownArgsAreLast, stageArgs, withoutOwnArgs } from './stage-args.js'

const BASE = ['rw', 'console=ttyS0', 'ignition.platform.id=qemu', 'quiet']
const ONE = sampleEntry({ id: '2:/loader/entries/one.conf', args: BASE })
const TWO = sampleEntry({ id: '2:/loader/entries/two.conf', args: ['rw', 'ignition.platform.id=qemu'] })
const RETARGET: Edit = { kind: 'retarget', platform: 'vmware' }

const changesOf = (edit: Edit) => (edit.kind === 'kernel-args' ? edit.changes : [])
const entryOf = (edit: Edit | undefined) => (edit?.kind === 'kernel-args' ? edit.entry : edit?.kind)

test('a replaced and an added argument are two edits, and leave what was asked for', () => {
  const wanted = ['rw', 'console=ttyS0', 'ignition.platform.id=vmware', 'quiet', 'console=tty0']
  const edits = stageArgs([], ONE, BASE, wanted)
  expect(edits.map(changesOf)).toEqual([
    [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }],
    [{ op: 'append', arg: 'console=tty0' }],
  ])
  expect(argsAfter(BASE, edits, ONE.id)).toEqual(wanted)
})

test('going back to what the others leave leaves no edit', () => {
  const edits = stageArgs([], ONE, BASE, ['rw'])
  expect(edits.length).toBeGreaterThan(0)
  expect(stageArgs(edits, ONE, BASE, BASE)).toEqual([])
})

test('a second change of the same value replaces the first one', () => {
  const first = stageArgs([], TWO, TWO.args, ['rw', 'ignition.platform.id=aws'])
  const second = stageArgs(first, TWO, TWO.args, ['rw', 'ignition.platform.id=azure'])
  expect(second.map(changesOf)).toEqual([[{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'azure' }]])
})

test('edits of another entry keep their place', () => {
  const both = stageArgs(stageArgs([], ONE, BASE, ['rw', 'console=ttyS0', 'ignition.platform.id=qemu']), TWO, TWO.args, ['rw'])
  const again = stageArgs(both, ONE, BASE, ['rw', 'console=ttyS0', 'ignition.platform.id=qemu', 'debug'])
  expect(entryOf(again.at(-1))).toBe(TWO.id)
  expect(argsAfter(BASE, again, ONE.id)).toEqual(['rw', 'console=ttyS0', 'ignition.platform.id=qemu', 'debug'])
  expect(argsAfter(TWO.args, again, TWO.id)).toEqual(['rw'])
})

test('what touches the entry comes first: its own edits go behind a retarget, worked out from what that leaves', () => {
  const own = stageArgs([], ONE, BASE, [...BASE, 'debug'])
  const edits = [...own, RETARGET]
  expect(ownArgsAreLast(edits, ONE)).toBe(false)
  const left = ['rw', 'console=ttyS0', 'console=tty0', 'ignition.platform.id=vmware', 'quiet']
  const next = stageArgs(edits, ONE, left, [...left, 'debug', 'rd.break'])
  expect(next.map(entryOf)).toEqual(['retarget', ONE.id, ONE.id])
  expect(next.flatMap(changesOf)).toEqual([
    { op: 'append', arg: 'debug' },
    { op: 'append', arg: 'rd.break' },
  ])
  expect(ownArgsAreLast(next, ONE)).toBe(true)
})

test('another entry is no concern, unless both take arguments from one place', () => {
  const edits = [...stageArgs([], ONE, BASE, ['rw']), ...stageArgs([], TWO, TWO.args, ['rw'])]
  expect(ownArgsAreLast(edits, ONE)).toBe(true)
  expect(ownArgsAreLast(edits, { ...ONE, sources: [{ file: '2:/grub2/grubenv', what: 'kernelopts', shared: true }] })).toBe(false)
})

test('what an entry had when it was copied stays in front of the copy', () => {
  const copy: Edit = { kind: 'entry-duplicate', entry: ONE.id, name: 'copy', title: 'Copy' }
  const edits = [...stageArgs([], ONE, BASE, [...BASE, 'debug']), copy]
  expect(ownArgEdits(edits, ONE.id)).toEqual([])
  const left = [...BASE, 'debug']
  const next = stageArgs(edits, ONE, left, [...left, 'rd.break'])
  expect(next.map(entryOf)).toEqual([ONE.id, 'entry-duplicate', ONE.id])
  expect(withoutOwnArgs(next, ONE.id)).toEqual(edits)
})

test('keeping for later kernels is said of each own edit, and taken back', () => {
  const edits = [RETARGET, ...stageArgs([], ONE, BASE, ['rw'], true)]
  const flags = (list: readonly Edit[]) => list.map((edit) => (edit.kind === 'kernel-args' ? edit.keep : undefined))
  expect(flags(edits)).toEqual([undefined, true, true, true])
  expect(keepOwnArgs(edits, ONE.id, false)).toEqual([RETARGET, ...stageArgs([], ONE, BASE, ['rw'])])
  expect(flags(keepOwnArgs(keepOwnArgs(edits, ONE.id, false), ONE.id, true))).toEqual([undefined, true, true, true])
})
