import { Button, Checkbox } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Edit } from '#shared/edits/edit'
import type { ImageInfo } from '#shared/images/image-info'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { call } from '../../api/client.js'
import { savePlanQuery } from '../../api/queries.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, DialogFooter, FormRow } from '../../components/form-row.js'
import { Note } from '../../components/note.js'
import { PathText } from '../../components/path-text.js'
import { PlanCommands, PlanSize } from '../../components/plan-view.js'
import { EditSummary } from './edit-summary.js'
import { EngineLine } from './engine-line.js'
import styles from './save-in-place-form.module.css'
import { useEngine } from './use-engine.js'

interface SaveInPlaceFormProps {
  readonly info: ImageInfo
  readonly edits: readonly Edit[]
  readonly onStarted: (id: string) => void
  readonly onClose: () => void
}

/** The one way to change an image that exists: says what happens to the original, and asks. */
export function SaveInPlaceForm({ info, edits, onStarted, onClose }: SaveInPlaceFormProps) {
  const engine = useEngine()
  const [keepBackup, setKeepBackup] = useState(true)
  const [agreed, setAgreed] = useState(false)
  const input: JobInputDraft<'save-image'> = {
    source: info.path,
    revision: info.revision,
    edits: [...edits],
    target: { mode: 'in-place', keepBackup },
    ...engine,
  }
  const plan = useQuery(savePlanQuery(input))
  const start = useMutation({ mutationFn: () => call('jobs.start', { kind: 'save-image', input }), onSuccess: (job) => onStarted(job.id) })

  return (
    <>
      <DialogBody>
        <Note tone="amber" title="This changes the image itself">
          <p>The edited image is written beside it, read back and compared. Only then it takes the place of the original.</p>
        </Note>
        <FormRow name="Image">
          <span className={styles.path}>
            <PathText path={info.path} />
          </span>
        </FormRow>
        <FormRow name="Edits">
          <EditSummary path={info.path} edits={edits} />
        </FormRow>
        <FormRow name="Original">
          <Checkbox
            mt={6}
            checked={keepBackup}
            onChange={(event) => setKeepBackup(event.currentTarget.checked)}
            label="Keep it as a backup beside the image"
            description={
              keepBackup ? `${info.name}.backup-DATE` : 'The original is removed after the new one was verified. It cannot be brought back.'
            }
          />
        </FormRow>
        <FormRow name="Space">
          {plan.data !== undefined && (
            <>
              <PlanSize plan={plan.data} />
              {!plan.data.fits && <Note tone="red" title="Not enough space beside the image" />}
              {plan.data.warnings.map((warning) => (
                <Note key={warning} tone="amber">
                  <p>{warning}</p>
                </Note>
              ))}
            </>
          )}
          {plan.isPending && <p className={styles.path}>Working out sizes…</p>}
          {plan.isError && <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />}
        </FormRow>
        <FormRow name="Engine">
          <EngineLine onLeave={onClose} />
        </FormRow>
        {plan.data !== undefined && plan.data.commands.length > 0 && <PlanCommands commands={plan.data.commands} />}
        {start.isError && <ErrorNotice error={start.error} onRetry={() => start.mutate()} />}
        <Checkbox
          checked={agreed}
          onChange={(event) => setAgreed(event.currentTarget.checked)}
          label="Yes, change this image. Nothing else is using it."
        />
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button data-danger disabled={!agreed || plan.data?.fits !== true || start.isPending} onClick={() => start.mutate()}>
          Save in place
        </Button>
      </DialogFooter>
    </>
  )
}
