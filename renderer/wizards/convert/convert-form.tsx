import { Button, Switch } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ArrowRightLeft } from 'lucide-react'
import { useState } from 'react'
import { type DiskFormat, type ImageFormat } from '#shared/images/formats'
import { formatBytes } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { imageQuery, settingsQuery } from '../../api/queries.js'
import { type OutputTarget, useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, DialogFooter, FormRow } from '../../components/form-row.js'
import { FormatPicker } from '../../components/format-picker.js'
import { PlanCommands, planIsReady } from '../../components/plan-view.js'
import { FormatOptions } from './format-options.js'
import { type OptionChoices, optionTexts } from './option-choices.js'
import { ConvertRowView } from './convert-row.js'
import { type ConvertTarget, useConvertRows } from './use-convert-rows.js'

interface ConvertFormProps {
  readonly paths: readonly string[]
  readonly target: OutputTarget | null
  readonly onStarted: (ids: string[]) => void
  readonly onClose: () => void
}

/** The usual wish: what is not a VMDK becomes one for VMware, what is becomes a qcow2. */
function firstTarget(source: ImageFormat | undefined): { format: DiskFormat; subformat: string } {
  return source === 'vmdk' ? { format: 'qcow2', subformat: 'v3' } : { format: 'vmdk', subformat: 'monolithicSparse' }
}

export function ConvertForm({ paths, target: offered, onStarted, onClose }: ConvertFormProps) {
  const { reportFailure } = useAppActions()
  const settings = useQuery(settingsQuery)
  const source = useQuery(imageQuery(paths[0] ?? ''))
  const [picked, setPicked] = useState<OutputTarget | null>(offered)
  const [verifyChoice, setVerifyChoice] = useState<boolean | null>(null)
  const [choices, setChoices] = useState<OptionChoices>({})
  const { format, subformat } = picked ?? firstTarget(source.data?.format)
  const options = optionTexts(format, subformat, choices)
  const target: ConvertTarget = { format, subformat, options, verify: verifyChoice ?? settings.data?.verify ?? true }
  const { rows, choose, retry } = useConvertRows(paths, target)

  const ready = rows.every((row) => row.input !== null && planIsReady(row.plan, row.replaceAgreed))
  const start = useMutation({
    mutationFn: () =>
      Promise.all(rows.flatMap(({ input }) => (input === null ? [] : [call('jobs.start', { kind: 'convert-image', input })]))),
    onSuccess: (jobs) => onStarted(jobs.map((job) => job.id)),
  })
  const commands = rows.flatMap((row) => row.plan?.commands ?? [])
  const total = rows.reduce((sum, row) => sum + (row.plan?.neededBytes ?? 0), 0)

  return (
    <>
      <DialogBody>
        <FormRow name="Format">
          <FormatPicker
            format={target.format}
            subformat={target.subformat}
            onChange={(next, kind) => {
              // The same word can mean other values in another format.
              if (next !== format) setChoices({})
              setPicked({ format: next, subformat: kind })
            }}
          />
          <FormatOptions format={target.format} subformat={target.subformat} choices={choices} onChange={setChoices} />
        </FormRow>
        <FormRow name={rows.length === 1 ? 'Write to' : `Write to, ${formatBytes(total)} at most`}>
          {rows.map((row) => (
            <ConvertRowView
              key={row.source}
              row={row}
              showSource={rows.length > 1}
              onChoose={() => choose(row.source, row.output).catch(reportFailure)}
              onRetry={retry}
            />
          ))}
        </FormRow>
        <FormRow name="Afterwards">
          <Switch
            mt={6}
            checked={target.verify}
            onChange={(event) => setVerifyChoice(event.currentTarget.checked)}
            label="Compare all content with the source"
            description="Takes about as long as the conversion reads. Without it, only the format is checked."
          />
        </FormRow>
        {commands.length > 0 && <PlanCommands commands={commands} />}
        {start.isError && <ErrorNotice error={start.error} onRetry={() => start.mutate()} />}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="filled"
          disabled={!ready || start.isPending}
          leftSection={<ArrowRightLeft size={16} aria-hidden />}
          onClick={() => start.mutate()}
        >
          {rows.length === 1 ? 'Convert' : `Convert ${rows.length} images`}
        </Button>
      </DialogFooter>
    </>
  )
}
