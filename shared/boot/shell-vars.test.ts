import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readShellVars, setShellVar } from './shell-vars.js'

test('assignments are read as a shell reads them', () => {
  const text = [
    '# A=comment',
    'A=1 # note',
    `B='it'"'"'s' ; export C="x \\"y\\" \\$z"`,
    'D=a\\',
    'b',
    'A+=2',
    'E="$A-${C} $UNKNOWN `lsb_release -i -s 2> /dev/null || echo Debian`"',
    'F=1 command',
    'if true; then',
    '  G=in',
    'fi',
    'H=$( . /etc/os-release; echo "${NAME:-Ubuntu}" )',
    'echo I=1',
    'J=',
  ].join('\n')
  expect([...readShellVars(text)]).toEqual([
    ['A', '12'],
    ['B', "it's"],
    ['C', 'x "y" $z'],
    ['D', 'ab'],
    ['E', '12-x "y" $z $UNKNOWN `lsb_release -i -s 2> /dev/null || echo Debian`'],
    ['G', 'in'],
    ['H', '$( . /etc/os-release; echo "${NAME:-Ubuntu}" )'],
    ['J', ''],
  ])
})

test.each([
  ['A=1\n', '2', 'A=2\n'],
  ["A='x y' # why\r\n", 'x z', "A='x z' # why\r\n"],
  ["A='x'\n", "it's", "A='it'\\''s'\n"],
  ['A="a \\\n  b" ; B=1\n', 'a   b c', 'A="a \\\n  b c" ; B=1\n'],
  ['export A="$B x"\n', '$B y', 'export A="$B y"\n'],
  ['A="`cmd a` x"\n', '`cmd a`', 'A="`cmd a`"\n'],
  ['A=x\n', '$HOME "q"', 'A="\\$HOME \\"q\\""\n'],
  ['A=""\n', 'q', 'A="q"\n'],
  ['A=\n', 'q r', 'A="q r"\n'],
  ['A=q', '', 'A=""'],
  ['A=1\nA=2\n', '3', 'A=1\nA=3\n'],
  ['A=1\nA+=" 2"\n', '1 3', 'A=1\nA+=" 3"\n'],
  ['A=1\nA+=" 2"\n', 'x', 'A=1\nA="x"\n'],
  ['A=1\nA="$A 2"\n', '1 3', 'A=1\nA="$A 3"\n'],
  ['B=1', 'x y', 'B=1\nA="x y"\n'],
  ['B=1\r\n', '5', 'B=1\r\nA=5\r\n'],
  ['  export A=1 # x\nB=1\n', null, 'B=1\n'],
  ['A=1 B=2; A=3\n', null, 'B=2; \n'],
  ['A=1', null, ''],
  ['B="', null, 'B="'],
])('%j with A as %j is %j', (text, value, expected) => {
  expect(setShellVar(text, 'A', value)).toBe(expected)
})

test('what cannot be set is refused', () => {
  expect(() => setShellVar('', 'A-B', 'x')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => setShellVar('', 'A', '\0')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
})

const piece = fc.constantFrom(
  'A',
  'B',
  '=',
  '+=',
  'A=',
  'B="',
  "'",
  '"',
  '\\',
  '\n',
  '\r\n',
  ' ',
  '$A',
  '${B}',
  '$(x y)',
  '`',
  '#',
  ';',
  'x',
  'export ',
)
const anyText = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''))
const anyValue = fc.string({
  unit: fc.constantFrom('a', 'x', ' ', '"', "'", '\\', '$', '$A', '`', '\n', '=', '#', '\u00e9'),
  maxLength: 10,
})

test('what is set is what is read, again changes nothing, and other variables stay', () => {
  let done = 0
  fc.assert(
    fc.property(anyText, fc.option(anyValue), (text, value) => {
      const before = readShellVars(text)
      let after: string
      try {
        after = setShellVar(text, 'A', value)
      } catch {
        return
      }
      done += 1
      expect(readShellVars(after).get('A') ?? null).toBe(value)
      expect(setShellVar(after, 'A', value)).toBe(after)
      expect(setShellVar(text, 'A', before.get('A') ?? null)).toBe(text)
      if (!/\$\{?A/.test(text)) expect(readShellVars(after).get('B')).toBe(before.get('B'))
    }),
    { numRuns: 3000 },
  )
  expect(done).toBeGreaterThan(2000)
})

test('a well-formed file can always be set', () => {
  const line = fc.constantFrom('A=1', "A='a b'", 'A="x $B"', 'B=2', '# A=3', 'export A=$B', 'A+=" z"', 'A="1 \\\n2"', '')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), anyValue, (lines, value) => {
      const text = lines.join('\n')
      expect(readShellVars(setShellVar(text, 'A', value)).get('A')).toBe(value)
    }),
    { numRuns: 1000 },
  )
})

test.each(['A=$(\n', 'A="', "A='\n", 'A=`\n', 'A=$A$A\n', 'A', ' ', '\\\n', '{', 'A+=x\n', '${', 'A=x;', 'A=x ', 'A="$B"'])(
  '40 kB of %j come to an end',
  (unit) => {
    const text = unit.repeat(Math.ceil(40_000 / unit.length))
    readShellVars(text)
    for (const value of [null, 'x'.repeat(1000), '"'.repeat(1000)]) {
      try {
        setShellVar(text, 'A', value)
      } catch (error) {
        expect(error).toMatchObject({ code: 'edit-conflict' })
      }
    }
  },
)

test('a value of 200 kB is set', () => {
  const long = 'a=b "c" $x '.repeat(18_000)
  const text = setShellVar('A="$x"', 'A', long)
  expect(readShellVars(setShellVar(text, 'A', `z${long}`)).get('A')).toBe(`z${long}`)
})
