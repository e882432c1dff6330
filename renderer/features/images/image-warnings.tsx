import { Button } from '@mantine/core'
import { ChevronDown, TriangleAlert } from 'lucide-react'
import { describeWarning } from '#shared/images/describe-warning'
import type { ImageWarning } from '#shared/images/image-info'
import { visibleText } from '../../components/visible-text.js'
import styles from './image-warnings.module.css'

interface ImageWarningsProps {
  readonly warnings: readonly ImageWarning[]
  readonly onHealth: () => void
}

/** What has a fix that the Health tab stages. */
const FIXABLE: ReadonlySet<ImageWarning['code']> = new Set(['esp-wrong-type', 'backup-gpt-misplaced'])

/** What the user should know about the image, one line each; the explanation unfolds. */
export function ImageWarnings({ warnings, onHealth }: ImageWarningsProps) {
  if (warnings.length === 0) return null
  return (
    <ul className={styles.list} aria-label="Warnings">
      {warnings.map((warning) => {
        const { title, detail } = describeWarning(warning)
        return (
          <li key={`${warning.code}${warning.partition ?? ''}`}>
            <details>
              <summary className={styles.summary}>
                <TriangleAlert size={15} className={styles.icon} aria-hidden />
                <span>{visibleText(title)}</span>
                <ChevronDown size={16} className={styles.chevron} aria-hidden />
              </summary>
              <div className={styles.detail}>
                <p>{visibleText(detail)}</p>
                {FIXABLE.has(warning.code) && (
                  <Button size="xs" onClick={onHealth}>
                    Fix it under Health
                  </Button>
                )}
              </div>
            </details>
          </li>
        )
      })}
    </ul>
  )
}
