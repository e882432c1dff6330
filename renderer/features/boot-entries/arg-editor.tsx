import { useState } from 'react'
import { splitArgs } from '#shared/boot/kernel-args'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import styles from './arg-editor.module.css'
import { DidYouMean } from './did-you-mean.js'

/** The arguments that `text` holds, or why it holds none. */
export function readArgs(text: string): { readonly args: string[]; readonly problem: string } {
  try {
    return { args: splitArgs(text), problem: '' }
  } catch (error) {
    const words = describeError(toAppError(error).data)
    return { args: [], problem: words.detail || words.title }
  }
}

interface ArgEditorProps {
  readonly arg: string
  /** What stands in place of the argument from now on: several when blanks were typed, none when it was emptied. */
  readonly onApply: (args: string[], byKey: boolean) => void
  readonly onCancel: (byKey: boolean) => void
}

/** A chip that is being written. Enter applies, Escape leaves it as it was. */
export function ArgEditor({ arg, onApply, onCancel }: ArgEditorProps) {
  const [text, setText] = useState(arg)
  const { args, problem } = readArgs(text)

  const apply = (byKey: boolean) => {
    if (problem === '') onApply(args, byKey)
  }

  return (
    <span className={styles.editor}>
      <input
        className={styles.input}
        value={text}
        size={Math.min(Math.max(text.length + 1, 8), 80)}
        aria-label={`Edit ${arg}`}
        aria-invalid={problem !== ''}
        title={problem || 'Enter applies, Escape cancels'}
        spellCheck={false}
        autoComplete="off"
        // The user asked to edit this chip in its place
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => (text === arg || problem !== '' ? onCancel(false) : apply(false))}
        onKeyDown={(event) => {
          if (event.key === 'Enter') apply(true)
          if (event.key === 'Escape') onCancel(true)
          if (event.key !== 'Enter' && event.key !== 'Escape') return
          event.stopPropagation()
          // The focus has moved on by now: the rest of this key press would press the button that got it.
          event.preventDefault()
        }}
      />
      {problem !== '' && (
        <span className={styles.problem} role="alert">
          {problem}
        </span>
      )}
      {problem === '' && text !== arg && <DidYouMean args={args} onTake={(from, meant) => setText(text.replace(from, () => meant))} />}
    </span>
  )
}
