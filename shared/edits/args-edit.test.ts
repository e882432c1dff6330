import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyArgChanges } from '../boot/kernel-args.js'
import { editsForArgs } from './args-edit.js'

test('the edit made from two lists always leads from one to the other', () => {
  const args = fc.array(fc.constantFrom('a', 'b', 'c=1', 'c=2', 'c=3', 'd'), { maxLength: 8 })
  fc.assert(
    fc.property(args, args, (before, after) => {
      const edit = editsForArgs('1:/x', before, after)
      expect(edit === null ? before : applyArgChanges(before, edit.changes)).toEqual(after)
    }),
    { numRuns: 1000 },
  )
})

test('small differences become single changes', () => {
  const changes = (before: string[], after: string[]) => editsForArgs('1:/x', before, after)?.changes
  expect(changes(['a', 'id=q', 'b'], ['a', 'id=v', 'b'])).toEqual([{ op: 'replace', key: 'id', from: 'q', to: 'v' }])
  expect(changes(['a'], ['a', 'n'])).toEqual([{ op: 'append', arg: 'n' }])
  expect(changes(['a', 'x', 'a'], ['a', 'x'])).toEqual([{ op: 'delete', arg: 'a', index: 1 }])
  expect(changes(['a', 'b'], ['b', 'a'])?.[0]?.op).toMatch(/set|delete/)
  expect(changes(['a'], ['a'])).toBeUndefined()
})
