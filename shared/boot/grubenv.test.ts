import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseGrubenv, setGrubenv } from './grubenv.js'

const HEADER = '# GRUB Environment Block\n'
const block = (body: string, size = 1024) => (HEADER + body).padEnd(size, '#')

test('an environment block is read with its escapes', () => {
  const text = '# GRUB Environment Block\n# comment=x\nsaved_entry=a\\\\b\nkernelopts=root=UUID=1 ro\\\nx\n###\\'
  expect(parseGrubenv(text)).toEqual(
    new Map([
      ['saved_entry', 'a\\b'],
      ['kernelopts', 'root=UUID=1 ro\nx'],
    ]),
  )
  expect(parseGrubenv('saved_entry=x')).toBeNull()
})

test('a changed variable keeps the size, the order and the others', () => {
  const text = block('saved_entry=a\nkernelopts=root=UUID=1 ro\nboot_success=0\n')
  expect(setGrubenv(text, { kernelopts: 'ro' })).toBe(block('saved_entry=a\nkernelopts=ro\nboot_success=0\n'))
  expect(setGrubenv(text, { saved_entry: null, next_entry: 'b\\c' })).toBe(
    block('kernelopts=root=UUID=1 ro\nboot_success=0\nnext_entry=b\\\\c\n'),
  )
  expect(setGrubenv(text, { gone: null, saved_entry: 'a' })).toBe(text)
})

test('a new block is made, a short one grows to the usual size, a large one stays large', () => {
  expect(setGrubenv('', { a: '1' })).toBe(block('a=1\n'))
  expect(setGrubenv(`${HEADER}a=1\n`, { a: '22' })).toBe(block('a=22\n'))
  expect(setGrubenv(`${HEADER}a=22\n`, { a: '1' })).toBe(`${HEADER}a=1\n#`)
  expect(setGrubenv(block('a=1\n', 4096), { a: '2' })).toBe(block('a=2\n', 4096))
})

test.each([
  [block('a=1\n'), { a: 'x'.repeat(1000) }],
  [block('a=1\n'), { 'b=': 'x' }],
  [block('a=1\n'), { '#b': 'x' }],
  [block('a=1\n'), { a: 'x\0' }],
  [block('a=1'), { b: 'x' }],
  ['a=1\n', { a: '2' }],
])('what cannot be done is refused', (text, changes) => {
  expect(() => setGrubenv(text, changes)).toThrow(
    expect.objectContaining({ code: 'edit-conflict', data: expect.objectContaining({ details: { reason: expect.any(String) } }) }),
  )
})

test('bytes are counted, not letters', () => {
  const utf8 = block('a=\u00e9\n', 1023)
  expect(Buffer.byteLength(setGrubenv(utf8, { b: '\u00e9\u00e9' }))).toBe(1024)
  const latin1 = block('a=\u00e9\n', 1024)
  expect(setGrubenv(latin1, { b: 'x' })).toHaveLength(1024)
})

const names = fc.constantFrom('saved_entry', 'kernelopts', 'a', 'boot_success')
const values = fc.string({ unit: fc.constantFrom('a', '=', ' ', '\\', '\n', '#', '"'), maxLength: 12 })

test('what is set is what is read, and nothing else changes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values), { maxLength: 5 }), names, fc.option(values), (present, name, value) => {
      const text = present.reduce((rest, [key, content]) => setGrubenv(rest, { [key]: content }), '')
      const result = setGrubenv(text, { [name]: value })
      const expected = new Map(parseGrubenv(text) ?? [])
      if (value === null) expected.delete(name)
      else expected.set(name, value)
      if (result !== '') expect([...(parseGrubenv(result) ?? [])]).toEqual([...expected])
      expect(result === '' || result.length === 1024).toBe(true)
      expect(setGrubenv(result, { [name]: value })).toBe(result)
    }),
  )
})

test('any text is read without harm', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '=', '\\', '\n', '#'), maxLength: 60 }), (body) => {
      expect(parseGrubenv(HEADER + body)).toBeInstanceOf(Map)
      expect(setGrubenv(HEADER + body, {})).toBe(HEADER + body)
    }),
  )
})
