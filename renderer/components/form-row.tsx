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
