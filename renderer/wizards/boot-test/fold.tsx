import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './boot-test-form.module.css'

interface FoldProps {
  readonly title: string
  /** What is set in it, in words; null for nothing but what is usual. */
  readonly set: string | null
  readonly children: ReactNode
}

/** A part of the form that is seldom needed. */
export function Fold({ title, set, children }: FoldProps) {
  return (
    <details className={styles.fold}>
      <summary>
        <ChevronRight size={14} aria-hidden />
        <span>{title}</span>
        {set !== null && <span className={styles.set}>{set}</span>}
      </summary>
      <div className={styles.folded}>{children}</div>
    </details>
  )
}
