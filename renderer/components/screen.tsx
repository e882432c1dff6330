import type { ReactNode } from 'react'
import styles from './screen.module.css'

interface ScreenProps {
  readonly title: string
  readonly facts?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  /** Narrow screens read like a page. */
  readonly narrow?: boolean
}

/** The frame that every screen beside Home shares: title, one line of facts, actions, content. */
export function Screen({ title, facts, actions, children, narrow = false }: ScreenProps) {
  return (
    <div className={styles.screen} data-narrow={narrow || undefined}>
      <header className={styles.header}>
        <div className={styles.words}>
          <h1>{title}</h1>
          {facts !== undefined && <div className={styles.facts}>{facts}</div>}
        </div>
        <div className={styles.actions}>{actions}</div>
      </header>
      {children}
    </div>
  )
}
