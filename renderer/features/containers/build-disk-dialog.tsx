import { Modal, NumberInput, SegmentedControl, Select, Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { HardDriveDownload } from 'lucide-react'
import { useState } from 'react'
import { parseReference, shortReference } from '#shared/containers/reference'
import { DISK_FORMATS, type DiskFormat, FORMATS } from '#shared/images/formats'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, FormRow, SubmitFooter } from '../../components/form-row.js'
import { Note } from '../../components/note.js'
import { PlanCommands } from '../../components/plan-view.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { elideMiddle, visibleText } from '../../components/visible-text.js'
import { JobLog } from '../jobs/job-log.js'
import { JobRun } from '../jobs/job-run.js'
import { buildDiskQuery } from './container-queries.js'
import { useAccess } from './containers-store.js'
import dialog from './dialog-forms.module.css'

const GIB = 1024 ** 3

interface BuildDiskDialogProps {
  readonly reference: string
  readonly onClose: () => void
}

/** Makes a bootable disk of a bootable container; what stands in the way is said before anything runs. */
export function BuildDiskDialog({ reference, onClose }: BuildDiskDialogProps) {
  const access = useAccess(reference)
  const ability = useQuery(buildDiskQuery(reference, access))
  const [job, setJob] = useState<string | null>(null)
  const [format, setFormat] = useState<DiskFormat>('qcow2')
  const [size, setSize] = useState<number | null>(null)
  const [rootFilesystem, setRootFilesystem] = useState<'image' | 'xfs' | 'ext4' | 'btrfs'>('image')
  const [args, setArgs] = useState('')
  const name = shortReference(parseReference(reference))
  const problems = ability.data?.problems ?? []
  const start = useMutation({
    mutationFn: async () => {
      const output = await call('containers.chooseOutput', { suggested: `disk.${FORMATS[format].extensions[0] ?? format}` })
      if (output === null) return null
      const input: JobInputDraft<'build-disk'> = {
        reference,
        output: output.path,
        replace: output.replace,
        format,
        ...(size === null ? {} : { sizeBytes: size * GIB }),
        ...(rootFilesystem === 'image' ? {} : { rootFilesystem }),
        kernelArgs: args.split(/\s+/).filter((arg) => arg !== ''),
        ...(ability.data?.via ? { via: ability.data.via } : {}),
        access: access ?? {},
      }
      return call('jobs.start', { kind: 'build-disk', input })
    },
    onSuccess: (started) => started !== null && setJob(started.id),
  })

  return (
    <Modal
      opened
      onClose={onClose}
      title={`Make a disk of ${elideMiddle(visibleText(name), 56)}`}
      size={720}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {job !== null ? (
        <DialogBody>
          <JobRun id={job} onLeave={onClose} onAgain={() => setJob(null)} />
          <RunningLog id={job} />
        </DialogBody>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (!start.isPending) start.mutate()
          }}
        >
          <DialogBody>
            {ability.isPending && <SkeletonRows rows={2} />}
            {ability.isError && <ErrorNotice error={ability.error} onRetry={() => void ability.refetch()} />}
            {problems.length > 0 && (
              <Note tone="red" title="This machine cannot make it now">
                <ul className={dialog.problems}>
                  {problems.map((problem) => (
                    <li key={problem}>{visibleText(problem)}</li>
                  ))}
                </ul>
              </Note>
            )}
            {ability.data?.via && (
              <p className="dim">
                {ability.data.via === 'bootc'
                  ? 'The container installs itself: bootc install to-disk, run by podman.'
                  : 'bootc-image-builder makes it, run by podman.'}
              </p>
            )}
            <FormRow name="Format">
              <SegmentedControl
                aria-label="Format"
                value={format}
                onChange={(value) => setFormat(value)}
                data={DISK_FORMATS.map((id) => ({ value: id, label: FORMATS[id].label }))}
              />
            </FormRow>
            <FormRow name="Size">
              <NumberInput
                aria-label="Size of the disk"
                w={220}
                min={1}
                max={65_536}
                allowDecimal={false}
                suffix=" GiB"
                placeholder="What it needs, 10 GiB at least"
                value={size ?? ''}
                onChange={(value) => setSize(typeof value === 'number' && value > 0 ? value : null)}
              />
            </FormRow>
            <FormRow name="Root file system">
              <Select
                aria-label="Root file system"
                w={220}
                allowDeselect={false}
                value={rootFilesystem}
                onChange={(value) => value !== null && setRootFilesystem(value)}
                data={[
                  { value: 'image', label: 'As the image says' },
                  { value: 'xfs', label: 'XFS' },
                  { value: 'ext4', label: 'ext4' },
                  { value: 'btrfs', label: 'btrfs' },
                ]}
              />
            </FormRow>
            <FormRow name="Kernel arguments">
              <Textarea
                aria-label="Kernel arguments"
                classNames={{ input: 'mono' }}
                placeholder="console=ttyS0"
                rows={2}
                value={args}
                onChange={(event) => setArgs(event.currentTarget.value)}
                spellCheck={false}
              />
            </FormRow>
            {ability.data !== undefined && ability.data.commands.length > 0 && <PlanCommands commands={ability.data.commands} />}
            {start.isError && <ErrorNotice error={start.error} />}
          </DialogBody>
          <SubmitFooter
            word="Make the disk…"
            icon={HardDriveDownload}
            isReady={ability.data !== undefined && ability.data.via !== null && problems.length === 0}
            isStarting={start.isPending}
            onCancel={onClose}
          />
        </form>
      )}
    </Modal>
  )
}

/** It takes minutes, and what its tools say is all there is to see. */
function RunningLog({ id }: { readonly id: string }) {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const job = jobs.find((one) => one.id === id)
  return job === undefined ? null : <JobLog job={job} />
}
