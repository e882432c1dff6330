import type { Job } from '#shared/jobs/job'
import { formatBytes } from '#shared/text/bytes'
import { Fact, Facts } from '../../components/fact.js'
import { FieldValueText } from '../../features/clouds/field-value.js'
import { isFolded } from '../../features/clouds/ship-steps.js'
import { valueWords } from '../../features/clouds/value-words.js'
import { uploadInput } from '../../features/clouds/upload-jobs.js'
import styles from './run-step.module.css'
import { SourceFile } from './source-line.js'
import type { Upload } from './use-upload.js'

/** What was asked for: as the job has it, which may differ from what was filled in since. */
export function RunFacts({ upload, job }: { readonly upload: Upload; readonly job: Job }) {
  const { form, fields } = upload
  const input = uploadInput(job)
  if (input === null) return null
  const rows = fields.filter((field) => !isFolded(field) && field.kind !== 'bool' && valueWords(field, input.values[field.id]) !== '')
  return (
    <>
      <h2>This file</h2>
      <SourceFile facts={input.facts} />
      <section className={styles.target} aria-label="Target">
        <h2>{form?.title ?? ''}</h2>
        <Facts>
          {rows.map((field) => (
            <Fact key={field.id} name={field.label}>
              <FieldValueText provider={input.provider} field={field} value={input.values[field.id]} limit={60} />
            </Fact>
          ))}
          {job.output?.upload !== undefined && <Fact name="Stored there">{formatBytes(job.output.bytes)}</Fact>}
        </Facts>
      </section>
    </>
  )
}
