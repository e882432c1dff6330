import { Button, TextInput } from '@mantine/core'
import { Container } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useAppActions } from '../../components/app-actions.js'
import { looksLikeReference } from '../containers/container-words.js'
import styles from './container-paste.module.css'

/** A container image is opened by its reference: typed here, or pasted anywhere on the screen. */
export function ContainerPaste() {
  const { openContainer } = useAppActions()
  const [text, setText] = useState('')
  usePastedReference(openContainer)
  return (
    <form
      className={styles.form}
      aria-label="Open a container image"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') openContainer(text.trim())
      }}
    >
      <TextInput
        className={styles.field ?? ''}
        classNames={{ input: 'mono' }}
        leftSection={<Container size={16} aria-hidden />}
        aria-label="Reference of a container image"
        placeholder="or paste a container image: registry.example/team/boot:8.10"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        spellCheck={false}
        autoComplete="off"
      />
      <Button type="submit" disabled={text.trim() === ''}>
        Look into it
      </Button>
    </form>
  )
}

/** What is pasted into a field belongs to the field; elsewhere a reference leads to its image. */
function usePastedReference(open: (reference: string) => void): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (event.target instanceof HTMLElement && event.target.matches('input, textarea')) return
      const text = event.clipboardData?.getData('text/plain') ?? ''
      if (!looksLikeReference(text)) return
      event.preventDefault()
      open(text.trim())
    }
    document.addEventListener('paste', onPaste)
    return () => document.removeEventListener('paste', onPaste)
  }, [open])
}
