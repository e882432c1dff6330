import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DiskReport } from '#shared/images/disk-report'
import type { ImageInfo } from '#shared/images/image-info'
import { call } from '../../api/client.js'
import { jobsQuery, suggestQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, DialogFooter } from '../../components/form-row.js'
import { visibleText } from '../../components/visible-text.js'
import { sourceQuery } from '../convert/convert-queries.js'
import { JobRun } from '../jobs/job-run.js'
import { ComparisonView } from './comparison-view.js'
import {
  ACTION_WORDS,
  type DiskAction,
  type DiskChoices,
  changesFile,
  diskRequest,
  FIRST_CHOICES,
  needsOutput,
  outputExtension,
} from './disk-action.js'
import { DiskForm } from './disk-form.js'

interface DiskDialogProps {
  readonly info: ImageInfo
  readonly report: DiskReport
  readonly action: DiskAction
  readonly onClose: () => void
}

/** Asks how an action is to be done, and shows how it goes. */
export function DiskDialog({ info, report, action, onClose }: DiskDialogProps) {
  const { reportFailure } = useAppActions()
  const words = ACTION_WORDS[action.kind]
  const [job, setJob] = useState<string | null>(null)
  const [agreed, setAgreed] = useState(false)
  const [given, setGiven] = useState<DiskChoices>(FIRST_CHOICES)
  const wanted = { source: info.path, suffix: words.suffix, extension: outputExtension(info) }
  const suggestion = useQuery({ ...suggestQuery(wanted), enabled: needsOutput(action, given) && given.output === '' })
  const other = useQuery({ ...sourceQuery(given.other), enabled: action.kind === 'compare' && given.other !== '' })
  const choices: DiskChoices = {
    ...given,
    output: given.output === '' ? (suggestion.data?.path ?? '') : given.output,
    member: given.member ?? other.data?.disks[0]?.member ?? null,
  }
  const request = diskRequest(action, choices, info, report)
  const changes = changesFile(action, choices)
  const start = useMutation({
    mutationFn: async () => {
      if (request === null) throw new TypeError('nothing to start')
      return call('jobs.start', request)
    },
    onSuccess: ({ id }) => setJob(id),
  })
  const chooseOutput = async () => {
    const picked = await call('outputs.choose', { suggested: choices.output || info.path })
    if (picked !== null) setGiven({ ...given, output: picked.path, replace: picked.replace })
  }
  const chooseOther = async () => {
    const [chosen] = await call('images.choose')
    if (chosen !== undefined) setGiven({ ...given, other: chosen, member: null })
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={`${words.title}: ${visibleText(info.name)}`}
      size={680}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {job !== null ? (
        <DialogBody>
          <JobRun id={job} onLeave={onClose} onAgain={() => setJob(null)} />
          <Compared id={job} info={info} />
        </DialogBody>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (request !== null && !start.isPending && (agreed || !changes)) start.mutate()
          }}
        >
          <DialogBody>
            <p className="dim">{words.hint}</p>
            <DiskForm
              action={action}
              info={info}
              report={report}
              choices={choices}
              otherDisks={other.data?.disks ?? []}
              agreed={agreed}
              onAgree={setAgreed}
              onChange={(change) => {
                setGiven({ ...given, ...change })
                setAgreed(false)
              }}
              onChooseOutput={() => chooseOutput().catch(reportFailure)}
              onChooseOther={() => chooseOther().catch(reportFailure)}
            />
            {other.isError && <ErrorNotice error={other.error} onRetry={() => void other.refetch()} />}
            {suggestion.isError && <ErrorNotice error={suggestion.error} onRetry={() => void suggestion.refetch()} />}
            {start.isError && <ErrorNotice error={start.error} onChooseOutput={() => chooseOutput().catch(reportFailure)} />}
          </DialogBody>
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              variant={changes ? 'default' : 'filled'}
              data-danger={changes || undefined}
              disabled={request === null || (changes && !agreed) || start.isPending}
            >
              {words.button}
            </Button>
          </DialogFooter>
        </form>
      )}
    </Modal>
  )
}

function Compared({ id, info }: { readonly id: string; readonly info: ImageInfo }) {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const comparison = jobs.find((job) => job.id === id)?.output?.comparison
  return comparison === undefined ? null : <ComparisonView comparison={comparison} partitions={info.partitions} />
}
