import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readShellVars, setShellVar } from './shell-vars.js'

const lines = [
  'A=1',
  "A='a b'",
  'A="x $B \\"q\\" \\\\ \\n"',
  'B=2',
  '# A=3',
  'export A=$B',
  'A+=" z"',
  'A="1 \\\n2"',
  'A=a\\ b',
  'A=x\'y\'"z"',
  'B="`printf w`"',
]
const value = fc.string({
  unit: fc.constantFrom('a', ' ', '"', "'", '\\', '$', '`', '\n', '=', '#', ';', '&'),
  minLength: 1,
  maxLength: 12,
})

test('bash reads what is written', () => {
  const cases = fc.sample(fc.tuple(fc.array(fc.constantFrom(...lines), { maxLength: 6 }), value), { numRuns: 60, seed: 7 })
  for (const [chosen, wanted] of cases) {
    const text = setShellVar(chosen.join('\n'), 'A', wanted)
    const shown = execFileSync('bash', ['--norc', '-c', `${text}\nprintf '%s.' "$A"`], { encoding: 'utf8', env: {} })
    expect([text, shown]).toEqual([text, `${wanted}.`])
    expect(readShellVars(text).get('A')).toBe(wanted)
  }
})
