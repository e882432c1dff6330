import { TextInput } from '@mantine/core'
import { Plus } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import styles from './add-argument.module.css'
import { readArgs } from './arg-editor.js'
import { DidYouMean } from './did-you-mean.js'

/** Takes one argument or several, as they would stand on a command line. The key A leads here. */
export function AddArgument({ onAdd }: { readonly onAdd: (args: string[]) => void }) {
  const [text, setText] = useState('')
  const box = useRef<HTMLInputElement>(null)
  const { args, problem } = readArgs(text)

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'a' || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
      const target = event.target instanceof HTMLElement ? event.target : null
      if (target?.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]')) return
      event.preventDefault()
      box.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const add = () => {
    if (problem !== '' || args.length === 0) return
    onAdd(args)
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') add()
    if (event.key === 'Escape') setText('')
  }
  const take = (arg: string, meant: string) => {
    const at = text.lastIndexOf(arg)
    setText(`${text.slice(0, at)}${meant}${text.slice(at + arg.length)}`)
    box.current?.focus()
  }

  return (
    <div>
      <TextInput
        ref={box}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        leftSection={<Plus size={15} aria-hidden />}
        rightSection={<kbd className={styles.key}>{text === '' ? 'A' : 'Enter'}</kbd>}
        rightSectionWidth={text === '' ? 38 : 64}
        placeholder="Add an argument, for example rd.break or console=ttyS0,115200n8"
        aria-label="Add an argument"
        error={problem === '' ? undefined : problem}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: text === '' ? styles.empty : styles.mono }}
      />
      {problem === '' && <DidYouMean args={args} onTake={take} />}
    </div>
  )
}
