import { createContext, Script } from 'node:vm'
import { type LinePattern, SlowExpression } from '#shared/boot-test/judge'

/** Far more than any line needs; shorter than what would look as if Diskwright had stopped. */
const MAX_MS = 2000
/** A machine that stood still for so long may have been busy, or asleep; hardly twice on one line. */
const TRIES = 2
const COMPARE = new Script('pattern.test(line)')

/**
 * One thing that repeats, on lines that are cut at 4 KiB, cannot take for ever, but for choices in it or beside it: `(a|aa)+`. Watching over a
 * comparison takes forty times as long as it.
 */
const MAY_BACKTRACK = /[*+?{].*[*+?{]|\(.*\|.*[*+?{|]|[*+?{].*\(.*\|/s

/**
 * An expression of the user's, which a guest may make take for ever: `(a+)+b` on a row of `a`. What takes too long is ended, where an ordinary comparison
 * could not be. Nothing but the comparison runs in the context.
 */
export function guardedExpression(expression: string, maxMs = MAX_MS): LinePattern {
  if (!MAY_BACKTRACK.test(expression)) return new RegExp(expression)
  const context = createContext({ pattern: new RegExp(expression), line: '' })
  return {
    test(line) {
      context.line = line
      for (let tries = 1; ; tries += 1) {
        try {
          return COMPARE.runInContext(context, { timeout: maxMs }) === true
        } catch (thrown) {
          if (!isTimeout(thrown)) throw thrown
          if (tries === TRIES) throw new SlowExpression(`The expression ${expression} takes too long on a line of the guest`)
        }
      }
    },
  }
}

/** It comes from the context, where `Error` is another one. */
function isTimeout(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
