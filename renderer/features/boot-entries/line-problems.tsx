import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ArgumentProblem } from '#shared/boot/arguments/check-arguments'
import { applyArgChanges } from '#shared/boot/kernel-args'
import { describeChange } from '#shared/edits/describe-boot-edit'
import { count } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'

const TONES = { error: 'red', warning: 'amber', info: 'neutral' } as const
const SHOWN = 3

interface LineProblemsProps {
  readonly args: readonly string[]
  readonly problems: readonly ArgumentProblem[]
  /** Null where the entry cannot be edited. */
  readonly onFix: ((wanted: string[]) => void) | null
}

/** What is odd about the line, the gravest first, each with what mends it. */
export function LineProblems({ args, problems, onFix }: LineProblemsProps) {
  const [all, setAll] = useState(false)
  const shown = all ? problems : problems.slice(0, SHOWN)
  return (
    <>
      {shown.map((problem, index) => (
        <Note
          key={`${problem.code}${problem.args.join(',')}${index}`}
          tone={TONES[problem.severity]}
          actions={
            problem.fix !== undefined &&
            onFix !== null && (
              <Button size="xs" title={problem.fix.map(describeChange).map(visibleText).join('\n')} onClick={() => fix(problem)}>
                {fixWords(problem)}
              </Button>
            )
          }
        >
          <p>{visibleText(problem.text)}</p>
        </Note>
      ))}
      {problems.length > shown.length && (
        <div>
          <Button size="xs" variant="subtle" onClick={() => setAll(true)}>
            Show {count(problems.length - shown.length, 'more note')}
          </Button>
        </div>
      )}
    </>
  )

  function fix(problem: ArgumentProblem) {
    onFix?.(applyArgChanges(args, problem.fix ?? []))
  }
}

const LONGEST = 36

/** A single short change says what it does. */
function fixWords({ fix = [] }: ArgumentProblem): string {
  const [first] = fix
  const words = fix.length === 1 && first !== undefined ? visibleText(describeChange(first)) : ''
  return words === '' || words.length > LONGEST ? 'Fix' : words
}
