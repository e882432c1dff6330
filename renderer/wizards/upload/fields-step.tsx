import type { Field } from '#shared/clouds/field'
import { isFilled } from '#shared/clouds/read-values'
import { useState } from 'react'
import { FieldView } from '../../features/clouds/fields/field-view.js'
import { fieldsOfStep, problemsOfStep, type StepId } from '../../features/clouds/ship-steps.js'
import { fillField } from '../../features/clouds/ship-store.js'
import { FieldRows } from './field-rows.js'
import type { Upload } from './use-upload.js'
import styles from './upload-wizard.module.css'

interface FieldsStepProps {
  readonly upload: Upload
  readonly step: StepId
  readonly attempted: boolean
}

/** A step that is nothing but its fields. */
export function FieldsStep({ upload, step, attempted }: FieldsStepProps) {
  return (
    <div className={styles.body}>
      <div className={styles.form}>
        <FieldList upload={upload} step={step} fields={fieldsOfStep(step, upload.fields)} attempted={attempted} />
      </div>
    </div>
  )
}

interface FieldListProps extends FieldsStepProps {
  readonly fields: readonly Field[]
}

const TYPE_AGAIN = 'It was kept until Diskwright was closed, or is not for this window to read: type it again'

/** Fields, each with what is wrong with it (once it was left, or gone on with) and what the image has to say to it. */
export function FieldList({ upload, step, fields, attempted }: FieldListProps) {
  const { raw, context, draft } = upload
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  if (context === null) return null
  const problems = problemsOfStep(step, upload.fields, raw)
  return fields.map((field) => {
    const touched = left.has(field.id) && raw[field.id] !== undefined && raw[field.id] !== ''
    const isAgain = draft.again.includes(field.id) && !isFilled(raw[field.id])
    return (
      <div
        key={field.id}
        onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setLeft((known) => new Set([...known, field.id]))}
      >
        <FieldView
          field={field}
          value={raw[field.id] ?? field.default}
          problem={isAgain ? TYPE_AGAIN : attempted || touched ? problems.get(field.id) : undefined}
          context={context}
          onChange={(value) => fillField(draft.path, field.id, value)}
        />
        <FieldRows upload={upload} field={field.id} />
      </div>
    )
  })
}
