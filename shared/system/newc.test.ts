import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readNewc, writeNewc } from './newc.js'

test('what was packed is unpacked', () => {
  const path = fc.stringMatching(/^[a-z]{1,20}(\/[a-z.]{1,20}){0,2}$/)
  const entry = fc.record({ path, mode: fc.integer({ min: 0, max: 0o7777 }), content: fc.option(fc.uint8Array({ maxLength: 64 })) })
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const archive = writeNewc(entries)
      expect(archive.length % 4).toBe(0)
      expect(readNewc(archive)).toEqual(entries)
    }),
  )
})

test('what is no archive has no entries', () => {
  expect(readNewc(new Uint8Array(200))).toEqual([])
  expect(readNewc(new Uint8Array())).toEqual([])
})
