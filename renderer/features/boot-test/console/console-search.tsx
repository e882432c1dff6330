import { ActionIcon, TextInput, Tooltip } from '@mantine/core'
import { ChevronDown, ChevronUp, Search } from 'lucide-react'
import { type RefObject, useEffect, useState } from 'react'
import type { ConsoleLink } from './console-link.js'
import styles from './console-area.module.css'

/** Looks for text in what a console still holds. */
export function ConsoleSearch({ link, input }: { readonly link: ConsoleLink | null; readonly input: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState('')
  const [found, setFound] = useState<{ index: number; count: number } | null>(null)
  const find = (what: string, back: boolean, asTyped: boolean) => link?.say({ kind: 'find', text: what, back, asTyped })

  useEffect(
    () =>
      link?.listen((message) => {
        if (message.kind === 'found') setFound(message)
      }),
    [link],
  )

  return (
    <>
      <TextInput
        ref={input}
        className={styles.find ?? ''}
        size="xs"
        type="search"
        aria-label="Find in the console"
        placeholder="Find"
        leftSection={<Search size={13} aria-hidden />}
        value={text}
        onChange={({ currentTarget: { value } }) => {
          setText(value)
          if (value === '') setFound(null)
          find(value, false, true)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') find(text, event.shiftKey, false)
          if (event.key === 'Escape') {
            setText('')
            setFound(null)
            find('', false, true)
            link?.say({ kind: 'focus' })
          }
        }}
      />
      <span className={text === '' ? undefined : styles.found} role="status">
        {text !== '' && found !== null && foundWords(found)}
      </span>
      {text !== '' && (
        <>
          <Step label="Previous one" onClick={() => find(text, true, false)} icon={<ChevronUp size={14} aria-hidden />} />
          <Step label="Next one" onClick={() => find(text, false, false)} icon={<ChevronDown size={14} aria-hidden />} />
        </>
      )}
    </>
  )
}

export function foundWords({ index, count }: { readonly index: number; readonly count: number }): string {
  if (count === 0) return 'not found'
  return index < 0 ? `${count} found` : `${index + 1} of ${count}`
}

function Step({ label, onClick, icon }: { readonly label: string; readonly onClick: () => void; readonly icon: React.ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size="sm" aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}
