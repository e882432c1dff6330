import { TextInput } from '@mantine/core'
import { Plus } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { readArgs } from './arg-editor.js'
import styles from './add-argument.module.css'

/** Takes one argument or several, as they would stand on a command line. */
export function AddArgument({ onAdd }: { readonly onAdd: (args: string[]) => void }) {
  const [text, setText] = useState('')
  const { args, problem } = readArgs(text)

  const add = () => {
    if (problem !== '' || args.length === 0) return
    onAdd(args)
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') add()
    if (event.key === 'Escape') setText('')
  }

  return (
    <TextInput
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      leftSection={<Plus size={15} aria-hidden />}
      rightSection={text === '' ? undefined : <kbd className={styles.key}>Enter</kbd>}
      rightSectionWidth={64}
      placeholder="Add an argument, for example rd.break or console=ttyS0,115200n8"
      aria-label="Add an argument"
      error={problem === '' ? undefined : problem}
      spellCheck={false}
      autoComplete="off"
      classNames={{ input: text === '' ? styles.empty : styles.mono }}
    />
  )
}
