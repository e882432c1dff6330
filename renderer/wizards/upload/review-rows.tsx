import type { Field, FieldGroup, FieldValue } from '#shared/clouds/field'
import { FieldValueText } from '../../features/clouds/field-value.js'
import { valueWords } from '../../features/clouds/value-words.js'
import styles from './review-step.module.css'
import type { Upload } from './use-upload.js'

interface FieldGroupRowsProps {
  readonly upload: Upload
  readonly title: string
  readonly groups: readonly FieldGroup[]
}

/** What nobody asked for and does not happen is no news. */
function isTold(field: Field, value: FieldValue | undefined): boolean {
  if (field.kind === 'bool' && field.default !== true && value !== true) return false
  return valueWords(field, value) !== ''
}

/** What was filled in, and what holds where nothing was. */
export function FieldGroupRows({ upload: { draft, fields, values }, title, groups }: FieldGroupRowsProps) {
  const rows = fields.filter((field) => groups.includes(field.group) && isTold(field, values[field.id]))
  if (rows.length === 0) return null
  return (
    <section className={styles.part} aria-label={title}>
      <h3>{title}</h3>
      <dl className={styles.values}>
        {rows.map((field) => (
          <div key={field.id}>
            <dt>{field.label}</dt>
            <dd>
              <FieldValueText provider={draft.provider} field={field} value={values[field.id]} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
