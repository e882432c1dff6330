import styles from './meter.module.css'

interface MeterProps {
  /** 0..1, or null while nothing can be measured. */
  readonly value: number | null
  readonly label: string
  /** `proof`: what was made is being compared. */
  readonly tone?: 'accent' | 'dim' | 'proof'
}

/** A measured bar; it is honest about not knowing. */
export function Meter({ value, label, tone = 'accent' }: MeterProps) {
  const percent = value === null ? undefined : Math.floor(value * 100)
  return (
    <div
      className={styles.meter}
      data-tone={tone}
      data-unknown={value === null || undefined}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div className={styles.fill} style={{ width: value === null ? '30%' : `${(value * 100).toFixed(2)}%` }} />
    </div>
  )
}
