import { expect, test } from 'vitest'
import { wordChanges } from './word-changes.js'

/** Applies changes to `before`: what comes out must be `after`. */
function patched(before: string, after: string): string {
  let text = ''
  let at = 0
  for (const change of wordChanges(before, after)) {
    text += before.slice(at, change.fromA) + after.slice(change.fromB, change.toB)
    at = change.toA
  }
  return text + before.slice(at)
}

test('a replaced value is one change of the whole argument', () => {
  const before = 'options rw ignition.platform.id=qemu quiet\n'
  const after = 'options rw ignition.platform.id=vmware quiet\n'
  const [change, ...more] = wordChanges(before, after)
  expect(more).toEqual([])
  expect(before.slice(change?.fromA, change?.toA)).toBe('ignition.platform.id=qemu')
  expect(after.slice(change?.fromB, change?.toB)).toBe('ignition.platform.id=vmware')
})

test.each([
  ['options a b c=120\n', 'options b c=120 console=tty0\n'],
  ['', 'title x\n'],
  ['title x\noptions  a\n', 'title x\n'],
  ['same\n', 'same\n'],
])('the changes make the one text of the other', (before, after) => {
  expect(patched(before, after)).toBe(after)
})
