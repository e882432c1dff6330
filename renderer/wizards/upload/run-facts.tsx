import type { Job } from '#shared/jobs/job'
import { formatBytes } from '#shared/text/bytes'
import { Fact, Facts } from '../../components/fact.js'
import { GuestText } from '../../components/guest-text.js'
import { valueWords } from '../../features/clouds/value-words.js'
import { uploadInput } from '../../features/clouds/upload-jobs.js'
import { SourceFile } from './source-line.js'
import type { Upload } from './use-upload.js'

/** What was asked for: as the job has it, which may differ from what was filled in since. */
export function RunFacts({ upload, job }: { readonly upload: Upload; readonly job: Job }) {
  const { form, fields } = upload
  const input = uploadInput(job)
  if (input === null) return null
  const rows = fields.flatMap((field) => {
    const words = valueWords(field, input.values[field.id])
    return words === '' || field.group === 'advanced' || field.kind === 'bool' ? [] : [{ id: field.id, label: field.label, words }]
  })
  return (
    <>
      <h2>This file</h2>
      <SourceFile facts={input.facts} />
      <h2>{form?.title ?? ''}</h2>
      <Facts>
        {rows.map(({ id, label, words }) => (
          <Fact key={id} name={label}>
            <GuestText text={words} limit={60} />
          </Fact>
        ))}
        {job.output?.upload !== undefined && <Fact name="Stored there">{formatBytes(job.output.bytes)}</Fact>}
      </Facts>
    </>
  )
}
