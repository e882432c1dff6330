import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './note.module.css'

const ICONS = { neutral: Info, green: CircleCheck, amber: TriangleAlert, red: CircleAlert } as const

interface NoteProps {
  readonly tone: keyof typeof ICONS
  readonly title?: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
}

/** A few words in place, with an icon that says the same as its colour. */
export function Note({ tone, title, children, actions }: NoteProps) {
  const Icon = ICONS[tone]
  return (
    <div className={styles.note} data-tone={tone}>
      <Icon size={16} className={styles.icon} aria-hidden />
      <div className={styles.text}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
