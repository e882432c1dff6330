import { ChevronDown, TriangleAlert } from 'lucide-react'
import { describeWarning } from '#shared/images/describe-warning'
import type { ImageWarning } from '#shared/images/image-info'
import { visibleText } from '../../components/visible-text.js'
import styles from './image-warnings.module.css'

/** What the user should know about the image, one line each; the explanation unfolds. */
export function ImageWarnings({ warnings }: { readonly warnings: readonly ImageWarning[] }) {
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
              <p className={styles.detail}>{visibleText(detail)}</p>
            </details>
          </li>
        )
      })}
    </ul>
  )
}
