import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { imageQuery } from '../../api/queries.js'
import type { OutputTarget } from '../../components/app-actions.js'
import { splitPath } from '../../components/format.js'
import { DialogBody } from '../../components/form-row.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits } from '../../features/edits/edit-store.js'
import { JobRun } from '../../features/jobs/job-run.js'
import { SaveInPlaceForm } from './save-in-place-form.js'
import { SaveNewForm } from './save-new-form.js'

export interface SaveDialogProps {
  readonly path: string
  readonly mode: 'new-file' | 'in-place'
  /** What to offer first; null for what the image is. */
  readonly target: OutputTarget | null
  readonly onClose: () => void
}

/** Writes the staged edits: into a new image, or into the image itself after a clear yes. */
export function SaveDialog({ path, mode, target, onClose }: SaveDialogProps) {
  const info = useQuery(imageQuery(path))
  const edits = useEdits(path)
  const [job, setJob] = useState<string | null>(null)
  const name = visibleText(splitPath(path).name)
  const title = mode === 'in-place' ? `Save in place: ${name}` : `Save ${name} as a new image`

  return (
    <Modal opened onClose={onClose} title={title} size={720} closeButtonProps={{ 'aria-label': 'Close' }}>
      {job !== null ? (
        <DialogBody>
          <JobRun id={job} onLeave={onClose} onAgain={() => setJob(null)} />
        </DialogBody>
      ) : info.data === undefined || edits.length === 0 ? (
        <DialogBody>
          <p className="dim">{edits.length === 0 ? 'Nothing is staged.' : 'Reading…'}</p>
        </DialogBody>
      ) : mode === 'in-place' ? (
        <SaveInPlaceForm info={info.data} edits={edits} onStarted={setJob} onClose={onClose} />
      ) : (
        <SaveNewForm info={info.data} edits={edits} offered={target} onStarted={setJob} onClose={onClose} />
      )}
    </Modal>
  )
}
