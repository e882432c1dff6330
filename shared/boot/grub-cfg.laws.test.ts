import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  duplicateGrubEntry,
  parseGrubCfg,
  removeGrubEntry,
  setGrubDefault,
  setGrubEntryArgs,
  setGrubEntryTitle,
  setGrubTimeout,
} from './grub-cfg.js'
import { tokenizeGrub } from './grub-words.js'

const piece = fc.constantFrom(
  'menuentry',
  'submenu',
  'linux',
  'initrd',
  'set default=',
  'set timeout=1',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '{',
  '}',
  "'",
  '"',
  '\\',
  '\\\n',
  '$x',
  '${y}',
  '#',
  ';',
  'a',
  '/k',
  '--id',
)
const anyText = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
const blanks = /^(?:[ \t]|\\\n|\r(?=\n))*$/

test('tokens and the blanks between them are the whole text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      let at = 0
      for (const token of tokenizeGrub(text)) {
        expect(text.slice(at, token.start) + text.charAt(token.start)).toMatch(/^(?:[ \t]|\\\n|\r(?=\n))*[^]$/)
        expect(token.end).toBeGreaterThan(token.start)
        at = token.end
      }
      expect(text.slice(at)).toMatch(blanks)
    }),
    { numRuns: 1000 },
  )
})

const arg = fc.constantFrom(
  'a',
  'b=1',
  'c="x y"',
  'd=$x',
  'e;f',
  "it's",
  'g={h}',
  'w\\x',
  'i="j;k"',
  '$kernelopts',
  '#z',
  '"a b"',
  'm="n\'o"',
)
const args = fc.array(arg, { maxLength: 6 })

test('in any script that has an entry, what is set is what is read and the rest stays', () => {
  const entry = fc.tuple(
    args.map((list) => list.filter((each) => /^[a-z0-9=$]+$/.test(each)).join('  ')),
    fc.constantFrom('\n', ' \\\n\tzz\n', ' # c\n'),
  )
  const line = fc.oneof(
    entry.map(([list, end]) => `menuentry 'T' {\n  linux /k ${list}${end}  initrd /i\n}\n`),
    fc.constantFrom('set x=1\n', 'submenu S {\n', '}\n', '# a \' "\n', 'if [ a ]; then\n', 'fi\n', "echo 'x'\n"),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), args, fc.nat(5), (lines, next, pick) => {
      const text = lines.join('')
      const before = parseGrubCfg(text)
      const target = before.entries[pick]
      if (target === undefined) return
      expect(setGrubEntryArgs(text, target.index, target.args)).toBe(text)
      const result = setGrubEntryArgs(text, target.index, next)
      const after = parseGrubCfg(result)
      expect(after.entries[pick]?.args).toEqual(next)
      expect(setGrubEntryArgs(result, target.index, next)).toBe(result)
      const { start, end } = target.argsAt ?? { start: 0, end: 0 }
      expect(result.startsWith(text.slice(0, start)) && result.endsWith(text.slice(end))).toBe(true)
      expect(after.entries.map((each) => each.title)).toEqual(before.entries.map((each) => each.title))
    }),
    { numRuns: 1000 },
  )
})

test('edits of any script keep their laws', () => {
  const value = fc.constantFrom('0', '1>2', "it's", 'a "b"', '$x', '${saved_entry}', '', 'x y\\')
  fc.assert(
    fc.property(anyText, value, fc.nat(3), (text, wanted, pick) => {
      const tryEdit = (edit: () => string): string | null => {
        try {
          return edit()
        } catch (error) {
          expect(error).toMatchObject({ code: 'edit-conflict' })
          return null
        }
      }
      const withDefault = tryEdit(() => setGrubDefault(text, wanted))
      if (withDefault !== null) expect(parseGrubCfg(withDefault).default?.value ?? '').toBe(wanted)
      const withTimeout = tryEdit(() => setGrubTimeout(text, 7))
      if (withTimeout !== null) expect(parseGrubCfg(withTimeout).timeout?.value).toBe('7')
      const before = parseGrubCfg(text)
      const entry = before.entries[pick]
      if (entry === undefined) return
      const titled = tryEdit(() => setGrubEntryTitle(text, entry.index, wanted))
      if (titled !== null) expect(parseGrubCfg(titled).entries[pick]?.title).toBe(wanted)
      const copied = tryEdit(() => duplicateGrubEntry(text, entry.index, { title: wanted, id: 'new' }))
      if (copied !== null) expect(parseGrubCfg(copied).entries[pick + 1]).toMatchObject({ title: wanted, id: 'new', args: entry.args })
      const removed = tryEdit(() => removeGrubEntry(text, entry.index))
      if (removed !== null && text.endsWith('}\n')) expect(parseGrubCfg(removed).entries.length).toBe(before.entries.length - 1)
    }),
    { numRuns: 2000 },
  )
})

test.each(['"', "'", '{', '}', '\\', '$', '${', 'menuentry a {', 'submenu a {\n', ' ', '# CONSOLE-SETTINGS-START', 'set a=$a', 'a'])(
  '200 kB of %j come to an end',
  (unit) => {
    const text = unit.repeat(Math.ceil(200_000 / unit.length))
    const entry = parseGrubCfg(text).entries[0]
    try {
      setGrubTimeout(text, 3)
      if (entry !== undefined) removeGrubEntry(text, entry.index)
    } catch (error) {
      expect(error).toMatchObject({ code: 'edit-conflict' })
    }
  },
)

test('the arguments of a linux line of 200 kB are set', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `a${at}=$x`)
  const text = `menuentry 'T' {\n linux /k ${many.join(' ')}\n}\n`
  expect(parseGrubCfg(setGrubEntryArgs(text, '0', [...many.toReversed(), 'c;d'])).entries[0]?.args.at(-1)).toBe('c;d')
})
