import type { FieldGroup } from '#shared/clouds/field'
import { visibleText } from '../../components/visible-text.js'
import { valueWords } from '../../features/clouds/value-words.js'
import styles from './review-step.module.css'
import type { Upload } from './use-upload.js'

interface FieldGroupRowsProps {
  readonly upload: Upload
  readonly title: string
  readonly groups: readonly FieldGroup[]
}

/** What was filled in, and what holds where nothing was. */
export function FieldGroupRows({ upload: { fields, values }, title, groups }: FieldGroupRowsProps) {
  const rows = fields.flatMap((field) => {
    const words = valueWords(field, values[field.id])
    return groups.includes(field.group) && words !== '' ? [{ id: field.id, label: field.label, words }] : []
  })
  if (rows.length === 0) return null
  return (
    <section className={styles.part} aria-label={title}>
      <h3>{title}</h3>
      <dl className={styles.values}>
        {rows.map(({ id, label, words }) => (
          <div key={id}>
            <dt>{label}</dt>
            <dd>{visibleText(words)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
