import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Save } from 'lucide-react'
import { useState } from 'react'
import type { Edit } from '#shared/edits/edit'
import { FORMATS, savedFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { call } from '../../api/client.js'
import { savePlanQuery, suggestQuery } from '../../api/queries.js'
import { type OutputTarget, useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, DialogFooter, FormRow } from '../../components/form-row.js'
import { FormatPicker } from '../../components/format-picker.js'
import { OutputField } from '../../components/output-field.js'
import { PlanCommands, planIsReady, PlanNotes, PlanSize } from '../../components/plan-view.js'
import { EditSummary } from './edit-summary.js'
import { EngineLine } from './engine-line.js'
import { sourceSubformat } from './source-subformat.js'
import { useEngine } from './use-engine.js'

interface SaveNewFormProps {
  readonly info: ImageInfo
  readonly edits: readonly Edit[]
  readonly offered: OutputTarget | null
  readonly onStarted: (id: string) => void
  readonly onClose: () => void
}

export function SaveNewForm({ info, edits, offered, onStarted, onClose }: SaveNewFormProps) {
  const { reportFailure } = useAppActions()
  const engine = useEngine()
  const [target, setTarget] = useState<OutputTarget>(offered ?? { format: savedFormat(info.format), subformat: sourceSubformat(info) })
  const [chosen, setChosen] = useState<{ path: string; replace: boolean; extension: string } | null>(null)
  const extension = FORMATS[target.format].extensions[0] ?? target.format
  const place = chosen?.extension === extension ? chosen : null
  const suggestion = useQuery({ ...suggestQuery({ source: info.path, suffix: '-edited', extension }), enabled: place === null })
  const output = place?.path ?? suggestion.data?.path ?? ''
  const replace = place?.replace ?? false

  const input: JobInputDraft<'save-image'> = {
    source: info.path,
    revision: info.revision,
    edits: [...edits],
    target: { mode: 'new-file', output: output || info.path, format: target.format, subformat: target.subformat, replace },
    ...engine,
  }
  const plan = useQuery({ ...savePlanQuery(input), enabled: output !== '' })
  const start = useMutation({ mutationFn: () => call('jobs.start', { kind: 'save-image', input }), onSuccess: (job) => onStarted(job.id) })
  const choose = async () => {
    const picked = await call('outputs.choose', { suggested: output || info.path })
    if (picked !== null) setChosen({ ...picked, extension })
  }
  const error = suggestion.error ?? plan.error

  return (
    <>
      <DialogBody>
        <FormRow name="Edits">
          <EditSummary path={info.path} edits={edits} />
        </FormRow>
        <FormRow name="Format">
          <FormatPicker
            format={target.format}
            subformat={target.subformat}
            onChange={(format, subformat) => setTarget({ format, subformat })}
          />
        </FormRow>
        <FormRow name="Write to">
          <OutputField label="New image" path={output} onChoose={() => choose().catch(reportFailure)} />
          {plan.data !== undefined && (
            <>
              <PlanSize plan={plan.data} />
              <PlanNotes plan={plan.data} replaceAgreed={replace} />
            </>
          )}
          {plan.data === undefined && error === null && <p className="dim">Working out sizes…</p>}
          {error !== null && (
            <ErrorNotice
              error={error}
              onRetry={() => void (plan.isError ? plan.refetch() : suggestion.refetch())}
              onChooseOutput={() => choose().catch(reportFailure)}
            />
          )}
        </FormRow>
        <FormRow name="Engine">
          <EngineLine onLeave={onClose} />
        </FormRow>
        {plan.data !== undefined && plan.data.commands.length > 0 && <PlanCommands commands={plan.data.commands} />}
        {start.isError && (
          <ErrorNotice error={start.error} onRetry={() => start.mutate()} onChooseOutput={() => choose().catch(reportFailure)} />
        )}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="filled"
          disabled={!planIsReady(plan.data, replace) || start.isPending}
          leftSection={<Save size={16} aria-hidden />}
          onClick={() => start.mutate()}
        >
          Save as new image
        </Button>
      </DialogFooter>
    </>
  )
}
