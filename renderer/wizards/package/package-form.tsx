import { Checkbox, Radio, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { PackageCheck } from 'lucide-react'
import { useState } from 'react'
import { CONTAINER_LAYOUTS } from '#shared/containers/container-requests'
import type { ImageInfo } from '#shared/images/image-info'
import { call } from '../../api/client.js'
import { DialogBody, FormRow, SubmitFooter } from '../../components/form-row.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { Note } from '../../components/note.js'
import { planIsReady } from '../../components/plan-view.js'
import { count } from '../../components/format.js'
import { NamedRadioGroup } from '../../components/named-radio-group.js'
import { planPackageQuery } from '../../features/containers/container-queries.js'
import { LAYOUT_WORDS } from '../../features/containers/container-words.js'
import { useContainersStore } from '../../features/containers/containers-store.js'
import { isFileTransport } from '../../features/containers/destination.js'
import { DestinationPicker } from '../../features/containers/destination-picker.js'
import dialog from '../../features/containers/dialog-forms.module.css'
import { SignChoice, unlockSigning } from '../../features/containers/sign-choice.js'
import { JobRun } from '../../features/jobs/job-run.js'
import { LabelRows } from './label-rows.js'
import { FIRST_CHOICES, type PackageChoices, packageInput, pathHint } from './package-choices.js'
import { PackagePlan } from './package-plan.js'

const SETTLED_MS = 300
const ARCHITECTURES = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64']

interface PackageFormProps {
  readonly info: ImageInfo
  readonly stagedEdits: number
  readonly onRunning: (isRunning: boolean) => void
  readonly onClose: () => void
}

export function PackageForm({ info, stagedEdits, onRunning, onClose }: PackageFormProps) {
  const plainHosts = useContainersStore((store) => store.plainHosts)
  const [choices, setChoices] = useState<PackageChoices>(FIRST_CHOICES)
  const [job, setJob] = useState<string | null>(null)
  const change = (part: Partial<PackageChoices>) => setChoices((before) => ({ ...before, ...part }))
  const input = packageInput(info, choices, plainHosts)
  const [settled] = useDebouncedValue(input, SETTLED_MS)
  const plan = useQuery({
    ...planPackageQuery(settled ?? { source: info.path, layout: 'boot-container', destination: '-' }),
    enabled: settled !== null,
  })
  const replace = choices.to.chosen?.replace ?? false
  const isFile = isFileTransport(choices.to.transport)
  const shown = input === null || settled === null ? undefined : plan.data
  const show = (id: string | null) => {
    setJob(id)
    onRunning(id !== null)
  }
  const start = useMutation({
    mutationFn: async () => {
      const wanted = packageInput(info, choices, useContainersStore.getState().plainHosts)
      if (wanted === null) throw new TypeError('nothing to start')
      if (wanted.sign) await unlockSigning(choices.signing)
      return call('jobs.start', { kind: 'package-container', input: wanted })
    },
    onSuccess: ({ id }) => show(id),
  })
  const isReady = input !== null && (isFile ? planIsReady(shown, replace) : shown?.fits === true)

  if (job !== null) {
    return (
      <DialogBody>
        <JobRun id={job} onLeave={onClose} onAgain={() => show(null)} onAnew={() => start.mutate()} />
        {start.isError && <ErrorNotice error={start.error} />}
      </DialogBody>
    )
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady && !start.isPending) start.mutate()
      }}
    >
      <DialogBody>
        {stagedEdits > 0 && (
          <Note tone="amber" title={`${count(stagedEdits, 'staged edit is', 'staged edits are')} not in it`}>
            <p>The file is packaged as it is on disk. Save the edits first to have them in it.</p>
          </Note>
        )}
        <FormRow name="As">
          <NamedRadioGroup name="Layout" value={choices.layout} onChange={(layout) => change({ layout })}>
            <div className={dialog.options}>
              {CONTAINER_LAYOUTS.map((id) => (
                <Radio key={id} size="xs" value={id} label={LAYOUT_WORDS[id].title} description={LAYOUT_WORDS[id].hint} />
              ))}
            </div>
          </NamedRadioGroup>
        </FormRow>
        <FormRow name="To">
          <DestinationPicker value={choices.to} suggested={info.name.replace(/\.\w+$/, '')} onChange={(to) => change({ to })} />
        </FormRow>
        <FormRow name={choices.layout === 'artifact' ? 'Title' : 'Path in it'}>
          <TextInput
            aria-label={choices.layout === 'artifact' ? 'Title of the disk in the artifact' : 'Path of the disk in the image'}
            classNames={{ input: 'mono' }}
            placeholder={pathHint(info, choices.layout)}
            value={choices.path}
            onChange={(event) => change({ path: event.currentTarget.value })}
            spellCheck={false}
          />
        </FormRow>
        <FormRow name="Architecture">
          <div className={dialog.two}>
            <Select
              aria-label="Architecture"
              w={220}
              allowDeselect={false}
              value={choices.architecture}
              onChange={(architecture) => change({ architecture: architecture ?? '' })}
              data={[{ value: '', label: 'That of the system in it' }, ...ARCHITECTURES.map((value) => ({ value, label: value }))]}
            />
            <Checkbox
              checked={choices.addToIndex}
              onChange={(event) => change({ addToIndex: event.currentTarget.checked })}
              label="Add it to the index that is there"
            />
          </div>
        </FormRow>
        <FormRow name="Layer">
          <div>
            <SegmentedControl
              size="xs"
              aria-label="Compression of the layer"
              value={choices.compression}
              onChange={(compression) => change({ compression })}
              data={[
                { value: 'none', label: 'Not compressed' },
                { value: 'gzip', label: 'gzip' },
                { value: 'zstd', label: 'zstd' },
              ]}
            />
          </div>
        </FormRow>
        <details className={dialog.more}>
          <summary>Labels, annotations, signature</summary>
          <LabelRows kind="label" rows={choices.labels} onChange={(labels) => change({ labels })} />
          <LabelRows kind="annotation" rows={choices.annotations} onChange={(annotations) => change({ annotations })} />
          <FormRow name="Sign">
            <SignChoice value={choices.signing} isPushed={choices.to.transport === 'docker'} onChange={(signing) => change({ signing })} />
          </FormRow>
        </details>
        {input === null ? (
          <p className="dim">Say where it goes to see what will be done.</p>
        ) : plan.isError ? (
          <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />
        ) : shown === undefined ? (
          <p className="dim">Working it out…</p>
        ) : (
          <PackagePlan plan={shown} isFile={isFile} replaceAgreed={replace} />
        )}
        {start.isError && <ErrorNotice error={start.error} />}
      </DialogBody>
      <SubmitFooter
        word={choices.to.transport === 'docker' ? 'Package and push' : 'Package'}
        icon={PackageCheck}
        isReady={isReady}
        isStarting={start.isPending}
        onCancel={onClose}
      />
    </form>
  )
}
