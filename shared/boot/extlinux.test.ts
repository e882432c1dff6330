import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  duplicateExtlinuxEntry,
  moveExtlinuxEntry,
  parseExtlinux,
  removeExtlinuxEntry,
  setExtlinuxArgs,
  setExtlinuxDefault,
  setExtlinuxTimeout,
  setExtlinuxTitle,
} from './extlinux.js'

const ISO = `DEFAULT vesamenu.c32
TIMEOUT 600
PROMPT 0
INCLUDE extra.cfg
APPEND quiet

MENU BEGIN
LABEL linux
  MENU LABEL ^Install Fedora
  KERNEL vmlinuz
  APPEND initrd=initrd.img,ucode.img  inst.stage2=hd:LABEL=F quiet
  TEXT HELP
  APPEND is not one here
  ENDTEXT

# the check
LABEL check
  MENU DEFAULT
  KERNEL vmlinuz
LABEL bare
  KERNEL vmlinuz
  APPEND -
MENU END
label local
  localboot 0xffff
menu color title 1
timeout 100
`
const labels = (text: string) => parseExtlinux(text).entries.map((entry) => entry.label)

test('a menu is read', () => {
  const menu = parseExtlinux(ISO)
  expect(menu).toMatchObject({ default: 'vesamenu.c32', timeout: 10, includes: ['extra.cfg'] })
  expect(menu.entries[0]).toMatchObject({
    label: 'linux',
    title: 'Install Fedora',
    linux: 'vmlinuz',
    initrds: ['initrd.img', 'ucode.img'],
    args: ['initrd=initrd.img,ucode.img', 'inst.stage2=hd:LABEL=F', 'quiet'],
    isDefault: false,
  })
  expect(menu.entries[1]).toMatchObject({ args: ['quiet'], argsAreGlobal: true, isDefault: true })
  expect(menu.entries[2]).toMatchObject({ args: [], argsAreGlobal: false })
  expect(menu.entries[3]).toMatchObject({ label: 'local', title: 'local', linux: null })
  expect(ISO.slice(menu.entries[0]?.start, menu.entries[0]?.end)).toMatch(/^LABEL linux[^]*ENDTEXT\n$/)
})

test('edits leave every other byte', () => {
  expect(setExtlinuxArgs(ISO, 'linux', ['initrd=initrd.img,ucode.img', 'inst.stage2=hd:LABEL=F', 'text'])).toBe(
    ISO.replace('LABEL=F quiet', 'LABEL=F text'),
  )
  expect(setExtlinuxArgs(ISO, 'check', ['x'])).toBe(ISO.replace('DEFAULT\n  KERNEL vmlinuz\n', 'DEFAULT\n  KERNEL vmlinuz\n  APPEND x\n'))
  expect(setExtlinuxArgs(ISO, 'check', [])).toContain('KERNEL vmlinuz\n  APPEND -\n')
  expect(setExtlinuxArgs(ISO, 'bare', ['a', 'b'])).toBe(ISO.replace('APPEND -', 'APPEND a b'))
  expect(setExtlinuxTitle(ISO, 'linux', 'Go')).toBe(ISO.replace('^Install Fedora', 'Go'))
  expect(setExtlinuxTitle(ISO, 'check', 'Check')).toBe(ISO.replace('LABEL check\n', 'LABEL check\n  MENU LABEL Check\n'))
  expect(setExtlinuxTimeout(ISO, 3.5)).toBe(ISO.replace('timeout 100', 'timeout 35'))
  expect(setExtlinuxTimeout(ISO, 10)).toBe(ISO)
  expect(setExtlinuxTimeout('label a\n  kernel k\n', 1)).toBe('timeout 10\nlabel a\n  kernel k\n')
})

test('the default by mark, by menu program, and by name', () => {
  expect(setExtlinuxDefault(ISO, 'linux')).toBe(
    ISO.replace('  MENU DEFAULT\n', '').replace('LABEL linux\n', 'LABEL linux\n  MENU DEFAULT\n'),
  )
  const plain = 'default a\nlabel a\n\tlinux k\nlabel b\n\tlinux k\n'
  expect(setExtlinuxDefault(plain, 'b')).toBe(plain.replace('default a', 'default b'))
  const menu = plain.replace('default a', 'default menu.c32')
  const marked = setExtlinuxDefault(menu, 'b')
  expect(marked).toMatch(/label b\n\tmenu default\n\tlinux k\n$/)
  expect(parseExtlinux(marked).entries[1]?.isDefault).toBe(true)
})

test('labels are copied, removed and moved', () => {
  const copy = duplicateExtlinuxEntry(ISO, 'check', { label: 'two', title: 'Two' })
  expect(labels(copy)).toEqual(['linux', 'check', 'two', 'bare', 'local'])
  expect(parseExtlinux(copy).entries[2]).toMatchObject({ title: 'Two', isDefault: false, linux: 'vmlinuz' })
  expect(removeExtlinuxEntry(copy, 'two')).toBe(ISO)
  expect(labels(moveExtlinuxEntry(ISO, 'bare', 'linux'))).toEqual(['bare', 'linux', 'check', 'local'])
  expect(labels(moveExtlinuxEntry(ISO, 'linux', null))).toEqual(['check', 'bare', 'local', 'linux'])
  expect(moveExtlinuxEntry(ISO, 'check', 'bare')).toBe(ISO)
  expect(labels(moveExtlinuxEntry('label a\nlabel b', 'b', 'a'))).toEqual(['b', 'a'])
  expect(() => duplicateExtlinuxEntry(ISO, 'check', { label: 'bare', title: 'x' })).toThrow(
    expect.objectContaining({ code: 'edit-conflict' }),
  )
  expect(() => removeExtlinuxEntry(ISO, 'none')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => moveExtlinuxEntry('label a\ntext help\nlabel b\nendtext\nlabel c\ntext help\n', 'c', 'a')).toThrow(
    expect.objectContaining({ code: 'edit-conflict' }),
  )
  expect(() => setExtlinuxArgs(ISO, 'local', ['x'])).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
})

const line = fc.constantFrom(
  'label a',
  'LABEL b',
  '  kernel k',
  '\tLINUX /k',
  '  append a  b=1',
  'APPEND -',
  'append',
  'append c="x y"',
  'menu label ^A b',
  'menu default',
  'timeout 5',
  'default b',
  '# x',
  '',
  'text help',
  'endtext',
  'initrd i,j',
  'menu',
)
const file = fc
  .tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, last]) => lines.join(end) + (last ? end : ''))

test('what is set is what is read, again changes nothing, other labels stay', () => {
  const args = fc.array(fc.constantFrom('a', 'b=1', 'c="x y"', 'initrd=z', '--'), { maxLength: 5 })
  const title = fc.constantFrom('T', 'a ^b', '^^', 'x  y', '#')
  fc.assert(
    fc.property(file, fc.constantFrom('a', 'b'), args, title, (text, label, next, name) => {
      const at = labels(text).indexOf(label)
      if (at < 0) return
      const others = (whole: string) =>
        parseExtlinux(whole).entries.flatMap(({ start: _start, end: _end, isDefault: _is, ...entry }, index) =>
          index === at ? [] : [entry],
        )
      const check = (edit: (whole: string) => string, read: (whole: string) => unknown, expected: unknown) => {
        let after: string
        try {
          after = edit(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'edit-conflict' })
          return
        }
        expect(read(after)).toEqual(expected)
        expect(edit(after)).toBe(after)
        expect(others(after)).toEqual(others(text))
      }
      check(
        (whole) => setExtlinuxArgs(whole, label, next),
        (whole) => parseExtlinux(whole).entries[at]?.args,
        next,
      )
      check(
        (whole) => setExtlinuxTitle(whole, label, name),
        (whole) => parseExtlinux(whole).entries[at]?.title,
        name,
      )
      check(
        (whole) => setExtlinuxTimeout(whole, 4.2),
        (whole) => parseExtlinux(whole).timeout,
        4.2,
      )
      check(
        (whole) => setExtlinuxDefault(whole, label),
        (whole) => parseExtlinux(whole).entries[at]?.isDefault,
        true,
      )
    }),
    { numRuns: 2000 },
  )
})

test('a copy can be removed again, and a move keeps all labels', () => {
  fc.assert(
    fc.property(file, fc.constantFrom('a', 'b'), fc.constantFrom('a', 'b', null), (text, label, before) => {
      if (text.includes('text help') || !labels(text).includes(label) || (before !== null && !labels(text).includes(before))) return
      const copy = duplicateExtlinuxEntry(text, label, { label: 'new', title: 'N' })
      expect(removeExtlinuxEntry(copy, 'new').trimEnd()).toBe(text.trimEnd())
      expect(labels(moveExtlinuxEntry(text, label, before)).sort()).toEqual(labels(text).sort())
    }),
    { numRuns: 1000 },
  )
})

test.each(['label a\n', 'append x\n', 'menu label x\n', 'a', ' ', 'text help\n'])('200 kB of %j come to an end', (unit) => {
  expect(() => parseExtlinux(unit.repeat(Math.ceil(200_000 / unit.length)))).not.toThrow()
})
