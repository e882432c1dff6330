import { Modal } from '@mantine/core'
import { useState } from 'react'
import { count, splitPath } from '../../components/format.js'
import { DialogBody } from '../../components/form-row.js'
import { visibleText } from '../../components/visible-text.js'
import { JobRun } from '../../features/jobs/job-run.js'
import { ConvertForm } from './convert-form.js'

interface ConvertDialogProps {
  readonly paths: readonly string[]
  readonly onClose: () => void
}

/** One target for one image or several; each image is a job of its own. */
export function ConvertDialog({ paths, onClose }: ConvertDialogProps) {
  const [jobs, setJobs] = useState<readonly string[]>([])
  const only = paths.length === 1 ? paths[0] : undefined
  const title = only === undefined ? `Convert ${count(paths.length, 'image')}` : `Convert ${visibleText(splitPath(only).name)}`
  return (
    <Modal opened onClose={onClose} title={title} size={720} closeButtonProps={{ 'aria-label': 'Close' }}>
      {jobs.length === 0 ? (
        <ConvertForm paths={paths} onStarted={setJobs} onClose={onClose} />
      ) : (
        <DialogBody>
          {jobs.map((id) => (
            <JobRun key={id} id={id} onLeave={onClose} onAgain={() => setJobs([])} />
          ))}
          <p className="caption">You can close this; jobs go on in the tray below.</p>
        </DialogBody>
      )}
    </Modal>
  )
}
