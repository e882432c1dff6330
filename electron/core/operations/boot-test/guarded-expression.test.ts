import { expect, test } from 'vitest'
import { bootExpectationsSchema } from '#shared/boot-test/boot-test-request'
import { BootJudge, SlowExpression } from '#shared/boot-test/judge'
import { guardedExpression } from './guarded-expression.js'

test('an expression matches as ever', () => {
  const ready = guardedExpression(String.raw`^ready (\d+\.)+\d+$`)
  expect(['ready 1.2.3', 'ready', 'not ready 1.2'].map((line) => ready.test(line))).toEqual([true, false, false])
})

test.each([
  ['plain words', 'ready', RegExp],
  ['one that repeats once', '^a.* b$', RegExp],
  ['two that repeat', '^a.* b.*$', Object],
  ['choices', 'a|(?:b|c)d', RegExp],
  ['choices and counts', '(a?){30}', Object],
  ['choices that repeat', '(.|\\s)+login', Object],
  ['choices that follow each other', '(a|aa)(a|aa)(a|aa)b', Object],
  ['choices behind what repeats', 'a*(b|c)', Object],
])('%s: watched over only where it can take long', (_what, expression, kind) => {
  const pattern = guardedExpression(expression)
  expect(Object.getPrototypeOf(pattern)).toBe(kind.prototype)
  expect(pattern.test('')).toBe(new RegExp(expression).test(''))
})

test('one that a guest makes take for ever ends the test, and says so', () => {
  const endless = `${'a'.repeat(64)}!`
  for (const text of ['(a+)+b', '(a|a)+b']) expect(() => guardedExpression(text, 100).test(endless)).toThrow(SlowExpression)
  const expectations = bootExpectationsSchema.parse({ patterns: ['(a+)+b'] })
  const judge = new BootJudge({ expect: expectations, wanted: { present: [], absent: [] } }, undefined, (text) =>
    guardedExpression(text, 100),
  )
  expect(judge.verdict).toBeNull()
  judge.line(endless, 2)
  expect(judge.verdict).toEqual({ verdict: 'fail', reason: 'The expression (a+)+b takes too long on a line of the guest.' })
})
