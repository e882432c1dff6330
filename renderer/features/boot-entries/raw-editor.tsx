import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { joinArgs } from '#shared/boot/kernel-args'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { readArgs } from './arg-editor.js'
import styles from './raw-editor.module.css'

interface RawEditorProps {
  readonly args: readonly string[]
  readonly readOnly: boolean
  /** True where chips act on every entry; text never does. */
  readonly ofOne: boolean
  readonly onArgs: (args: string[]) => void
}

/**
 * The whole command line as text, in step with the chips: what is typed is staged as soon as it can be read.
 * While it is typed in, the text is the user's own; otherwise it follows the list.
 */
export function RawEditor({ args, readOnly, ofOne, onArgs }: RawEditorProps) {
  const [draft, setDraft] = useState<string | null>(null)
  const text = draft ?? joinArgs(args)
  const { args: shown, problem } = readArgs(text)
  const hidden = shown.filter((arg) => visibleText(arg) !== arg).map(visibleText)

  const onChange = (typed: string) => {
    const oneLine = typed.replace(/[\r\n]+/g, ' ')
    setDraft(oneLine)
    const read = readArgs(oneLine)
    if (read.problem === '') onArgs(read.args)
  }

  return (
    <>
      <Textarea
        label={readOnly ? 'As text' : 'Edit as text'}
        description={ofOne ? 'Text changes this entry only.' : undefined}
        value={text}
        readOnly={readOnly}
        onChange={(event) => onChange(event.currentTarget.value)}
        onFocus={() => setDraft(joinArgs(args))}
        onBlur={() => setDraft(null)}
        error={problem === '' ? undefined : `${problem}. Not staged.`}
        spellCheck={false}
        classNames={{ input: styles.input }}
      />
      {hidden.length > 0 && (
        <Note tone="amber" title="Hidden characters">
          <p className="mono">{hidden.join(' ')}</p>
        </Note>
      )}
    </>
  )
}
