import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { call } from '../api/client.js'
import { useAppActions } from './app-actions.js'

/** Long enough to be read, and to be heard from a screen reader that says something else first. */
const TOLD_MS = 5000

interface CopyButtonProps {
  readonly text: string
  /** What is copied, for the accessible name: `Copy command`. */
  readonly label: string
  /** Shown beside the icon. */
  readonly word?: string
}

export function CopyButton({ text, label, word }: CopyButtonProps) {
  const { reportFailure } = useAppActions()
  const [copied, setCopied] = useState(false)

  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), TOLD_MS)
    return () => clearTimeout(timer)
  }, [copied])

  const copy = () => call('host.copy', { text }).then(() => setCopied(true), reportFailure)
  const icon = copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />

  if (word !== undefined) {
    return (
      <Button variant="subtle" size="xs" leftSection={icon} onClick={copy} aria-label={copied ? 'Copied' : label}>
        {copied ? 'Copied' : word}
      </Button>
    )
  }
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon aria-label={copied ? 'Copied' : label} onClick={copy}>
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}
