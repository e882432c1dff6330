import { Button, Checkbox, Radio } from '@mantine/core'
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { HardDrive, PackageOpen } from 'lucide-react'
import { useState } from 'react'
import type { SourceReport } from '#shared/jobs/convert-request'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { FormRow } from '../../components/form-row.js'
import { GuestText } from '../../components/guest-text.js'
import { NamedRadioGroup } from '../../components/named-radio-group.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { JobRun } from '../jobs/job-run.js'
import { ResultPlaceRow, useResultPlace } from '../jobs/result-place.js'
import { useOpenedResult } from '../jobs/use-opened-result.js'
import styles from './unpack-panel.module.css'
import { extensionOf, manifestWords, type SourceDisk, suffixOf } from './unpack-words.js'

const sourceQuery = (path: string) => queryOptions({ queryKey: ['source', path], queryFn: () => call('sources.probe', { path }) })

/** What a packed file holds, and the way to open it: one of its disks is unpacked beside it and opened in its place. */
export function UnpackPanel({ path }: { readonly path: string }) {
  const report = useQuery(sourceQuery(path))
  const [job, setJob] = useState<string | null>(null)
  useOpenedResult(path, job)
  return (
    <section className={styles.panel} aria-label="Unpack">
      {report.isPending && <SkeletonRows rows={3} />}
      {report.isError && <ErrorNotice error={report.error} onRetry={() => void report.refetch()} />}
      {report.data !== undefined &&
        (job === null ? (
          <UnpackForm report={report.data} onStarted={setJob} />
        ) : (
          <JobRun id={job} onLeave={() => {}} onAgain={() => setJob(null)} />
        ))}
    </section>
  )
}

function UnpackForm({ report, onStarted }: { readonly report: SourceReport; readonly onStarted: (id: string) => void }) {
  const [member, setMember] = useState(report.disks[0]?.member ?? null)
  const [ignoreManifest, setIgnoreManifest] = useState(false)
  const disk = report.disks.find((one) => one.member === member)
  const at = useResultPlace({ source: report.path, suffix: suffixOf(report, disk), extension: extensionOf(disk) })
  const { place } = at
  const start = useMutation({
    mutationFn: (to: { path: string; replace: boolean }) =>
      call('jobs.start', {
        kind: 'unpack-image',
        input: { source: report.path, ...(member === null ? {} : { member }), output: to.path, replace: to.replace, ignoreManifest },
      }),
    onSuccess: (started) => onStarted(started.id),
  })
  const words = manifestWords(report)
  const differs = report.manifest?.state === 'differs'
  const hasNothing = report.disks.length === 0 && report.notes.every(({ text }) => !text.startsWith('Only unpacking'))

  return (
    <>
      <FormRow name="Disks">
        <DiskList disks={report.disks} label={report.label} member={member} onChoose={setMember} />
      </FormRow>
      {(words !== null || report.notes.length > 0) && (
        <FormRow name="Notes">
          <ul className={styles.notes}>
            {words !== null && <li>{visibleText(words)}</li>}
            {report.notes.map(({ text }) => (
              <li key={text}>{visibleText(text)}</li>
            ))}
          </ul>
        </FormRow>
      )}
      {differs && (
        <Checkbox
          label="Unpack it although its manifest differs"
          checked={ignoreManifest}
          onChange={(event) => setIgnoreManifest(event.currentTarget.checked)}
        />
      )}
      <ResultPlaceRow label="Unpacked image" at={at} failure={start.error} />
      <div className={styles.actions}>
        <Button
          variant="filled"
          leftSection={<PackageOpen size={16} aria-hidden />}
          disabled={place === null || hasNothing || (differs && !ignoreManifest)}
          loading={start.isPending}
          onClick={() => place !== null && start.mutate(place)}
        >
          Unpack and open
        </Button>
      </div>
    </>
  )
}

interface DiskListProps {
  readonly disks: readonly SourceDisk[]
  /** What the file around them is. */
  readonly label: string
  readonly member: string | null
  readonly onChoose: (member: string) => void
}

function DiskList({ disks, label, member, onChoose }: DiskListProps) {
  if (disks.length === 0) return <p className="dim">No disk is known in this {visibleText(label)} file yet.</p>
  const rows = disks.map((disk) => (
    <div key={disk.member} className={styles.disk}>
      {disks.length > 1 ? (
        <Radio value={disk.member ?? ''} aria-label={visibleText(disk.member ?? '')} />
      ) : (
        <HardDrive size={16} aria-hidden />
      )}
      <span className={styles.name}>
        <GuestText text={disk.member ?? 'The whole file'} />
      </span>
      <span className="dim">{visibleText(disk.label ?? 'only unpacking tells what it is')}</span>
      {disk.virtualBytes !== null && (
        <span className={styles.size} title={formatExactBytes(disk.virtualBytes)}>
          {formatBytes(disk.virtualBytes)}
        </span>
      )}
    </div>
  ))
  if (disks.length === 1) return <div className={styles.disks}>{rows}</div>
  return (
    <NamedRadioGroup name="Disk" value={member ?? ''} onChange={onChoose} className={styles.disks ?? ''}>
      {rows}
    </NamedRadioGroup>
  )
}
