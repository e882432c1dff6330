import { Button } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './form-row.module.css'

/** A named part of a dialog: words on the left, control on the right. */
export function FormRow({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <section className={styles.row} aria-label={name}>
      <h3 className={styles.name}>{name}</h3>
      <div className={styles.control}>{children}</div>
    </section>
  )
}

export function DialogBody({ children }: { readonly children: ReactNode }) {
  return <div className={styles.body}>{children}</div>
}

export function DialogFooter({ children }: { readonly children: ReactNode }) {
  return <div className={styles.footer}>{children}</div>
}

interface SubmitFooterProps {
  readonly word: string
  readonly icon: LucideIcon
  readonly isReady: boolean
  readonly isStarting: boolean
  readonly onCancel: () => void
}

/** The foot of a dialog that is a form: back, or on. */
export function SubmitFooter({ word, icon: Icon, isReady, isStarting, onCancel }: SubmitFooterProps) {
  return (
    <DialogFooter>
      <Button onClick={onCancel}>Cancel</Button>
      <Button type="submit" variant="filled" leftSection={<Icon size={16} aria-hidden />} disabled={!isReady} loading={isStarting}>
        {word}
      </Button>
    </DialogFooter>
  )
}
