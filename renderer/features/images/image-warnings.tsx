import { TriangleAlert } from 'lucide-react'
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
          <li key={`${warning.code}${warning.partition ?? ''}`} className={styles.warning}>
            <TriangleAlert size={15} className={styles.icon} aria-hidden />
            <details className={styles.details}>
              <summary>{visibleText(title)}</summary>
              <p>{visibleText(detail)}</p>
            </details>
          </li>
        )
      })}
    </ul>
  )
}
