import type { CheckRow } from '#shared/clouds/upload-plan'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { RowFix } from './row-fix.js'
import type { Upload } from './use-upload.js'
import styles from './field-rows.module.css'

const TONES = { error: 'red', warning: 'amber', info: 'neutral', ok: 'green' } as const

/** What the form itself finds, without asking anyone. */
export function formRows({ form, values, facts }: Upload): readonly CheckRow[] {
  return form === null || facts === null ? [] : form.validate(values, facts)
}

/** What does not go together is said where it is filled in. */
export function FieldRows({ upload, field }: { readonly upload: Upload; readonly field: string | undefined }) {
  const rows = formRows(upload).filter((row) => row.field === field && row.state !== 'ok' && row.fix?.kind !== 'retarget')
  return rows.map((row) => (
    <div key={`${row.code}${row.found}`} className={styles.row}>
      <Note tone={TONES[row.state]} actions={<RowFix upload={upload} row={row} />}>
        {field === undefined ? `${row.title}: ` : ''}
        {visibleText(row.found)}
      </Note>
    </div>
  ))
}
