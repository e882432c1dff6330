import type { ReactNode } from 'react'
import styles from './badge.module.css'

export type Tone = 'neutral' | 'accent' | 'green' | 'amber' | 'red'

interface BadgeProps {
  readonly tone?: Tone
  readonly icon?: ReactNode
  readonly title?: string | undefined
  readonly children: ReactNode
}

/** A word of status; colour never stands alone. */
export function Badge({ tone = 'neutral', icon, title, children }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone} title={title}>
      {icon}
      {children}
    </span>
  )
}

/** How many; part of the name of the tab or button that it stands in. */
export function CountBadge({ amount, label, tone = 'accent' }: { readonly amount: number; readonly label: string; readonly tone?: Tone }) {
  if (amount === 0) return null
  return (
    <span className={styles.count} data-tone={tone} title={`${amount} ${label}`}>
      {amount}
    </span>
  )
}
