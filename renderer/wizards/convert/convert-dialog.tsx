import { Button, Checkbox, Modal } from '@mantine/core'
import { useState } from 'react'
import { ArrowRight } from 'lucide-react'
import { type OutputTarget, useAppActions } from '../../components/app-actions.js'
import { count, splitPath } from '../../components/format.js'
import { DialogBody } from '../../components/form-row.js'
import { visibleText } from '../../components/visible-text.js'
import { JobRun } from '../../features/jobs/job-run.js'
import styles from './convert-dialog.module.css'
import { ConvertForm } from './convert-form.js'

export interface ConvertDialogProps {
  readonly paths: readonly string[]
  /** Further open images, which can come along. */
  readonly others: readonly string[]
  /** What to offer first; null for the usual. */
  readonly target: OutputTarget | null
  readonly onClose: () => void
}

/** One target for one image or several; each image is a job of its own. */
export function ConvertDialog({ paths: first, others, target, onClose }: ConvertDialogProps) {
  const { convertMany } = useAppActions()
  const [jobs, setJobs] = useState<readonly string[]>([])
  const [withOthers, setWithOthers] = useState(false)
  const paths = withOthers ? [...first, ...others] : first
  const only = paths.length === 1 ? paths[0] : undefined
  const title = only === undefined ? `Convert ${count(paths.length, 'image')}` : `Convert ${visibleText(splitPath(only).name)}`
  return (
    <Modal opened onClose={onClose} title={title} size={720} closeButtonProps={{ 'aria-label': 'Close' }}>
      {jobs.length === 0 ? (
        <>
          {others.length > 0 && (
            <div className={styles.others}>
              <Checkbox
                checked={withOthers}
                onChange={(event) => setWithOthers(event.currentTarget.checked)}
                label={others.length === 1 ? 'Also convert the other open image' : `Also convert the other ${others.length} open images`}
              />
            </div>
          )}
          <div className={styles.many}>
            <span>More images, or a platform's package: OVA, VHD for Azure …</span>
            <Button size="xs" variant="subtle" rightSection={<ArrowRight size={14} aria-hidden />} onClick={() => convertMany(paths)}>
              Convert for platforms
            </Button>
          </div>
          <ConvertForm paths={paths} target={target} onStarted={setJobs} onClose={onClose} />
        </>
      ) : (
        <DialogBody>
          {jobs.map((id) => (
            <JobRun key={id} id={id} onLeave={onClose} onAgain={() => setJobs([])} />
          ))}
        </DialogBody>
      )}
    </Modal>
  )
}
