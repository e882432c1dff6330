import { Button, Select } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { MonitorPlay, RotateCw, SlidersHorizontal } from 'lucide-react'
import type { BootLive } from '#shared/boot-test/boot-live'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import type { ImageInfo } from '#shared/images/image-info'
import type { Job } from '#shared/jobs/job'
import { ENDED_STATES } from '#shared/jobs/job-states'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { AppError } from '#shared/errors/app-error'
import { useAppActions } from '../../components/app-actions.js'
import { Badge } from '../../components/badge.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { useNow } from '../../components/use-now.js'
import { useEdits } from '../edits/edit-store.js'
import { JobActions } from '../jobs/job-actions.js'
import { isActive } from '../jobs/job-words.js'
import { useShownJob } from '../jobs/shown-jobs.js'
import { useBootTestStore } from './boot-test-store.js'
import styles from './boot-test-tab.module.css'
import { begunWords, isSwitchedOn, machineWords, stateWords } from './boot-test-words.js'
import { isAbout, requestOf, testsOf } from './boot-tests.js'
import { ConsoleArea } from './console/console-area.js'
import { LivePanel } from './live-panel.js'
import { StaleNote } from './stale-note.js'
import { useLive } from './use-live.js'
import { VerdictPanel } from './verdict-panel.js'

/** The boot tests of an image: what runs, or what the last one found. */
export function BootTestTab({ info }: { readonly info: ImageInfo }) {
  const { path } = info
  const { bootTest } = useAppActions()
  const { data: jobs = [] } = useQuery(jobsQuery)
  const wanted = useBootTestStore((store) => store.shown[path])
  const tests = testsOf(jobs, path)
  const job = tests.find(({ id }) => id === wanted) ?? tests[0]
  if (job === undefined) {
    return (
      <div className="card">
        <EmptyState
          icon={MonitorPlay}
          title="Not booted yet"
          actions={
            <Button variant="filled" onClick={() => bootTest(path)}>
              Boot test…
            </Button>
          }
        >
          <p>The image, with what is staged, boots in a throw-away machine. The image itself is not written to.</p>
        </EmptyState>
      </div>
    )
  }
  return <BootTestRun key={job.id} info={info} job={job} tests={tests} />
}

function BootTestRun({ info, job, tests }: { readonly info: ImageInfo; readonly job: Job; readonly tests: readonly Job[] }) {
  const report = job.output?.bootTest
  const live = useLive(job)
  // It says here why it failed: a message would only cover it
  useShownJob(job.id)
  const { tone, words } = stateWords(job, live)
  // A machine that stays on is switched off: cancelling it would lose its verdict.
  const isJudged = live !== null && live.judged !== null
  return (
    <div className={styles.tab}>
      <header className={styles.header}>
        <span role="status">
          <Badge tone={tone}>{words}</Badge>
        </span>
        <p className={styles.facts}>{report ? machineWords(report) : isActive(job) ? job.message : ''}</p>
        <span className={styles.actions}>
          {tests.length > 1 && <TestSelect path={info.path} job={job} live={live} tests={tests} />}
          {isActive(job) && !isJudged && <JobActions job={job} />}
          {!isActive(job) && <Again info={info} job={job} />}
        </span>
      </header>
      <About info={info} job={job} />
      {job.error !== null && job.state !== 'cancelled' && <ErrorNotice error={AppError.fromData(job.error)} />}
      <div className={hasConsole(job) ? styles.columns : undefined}>
        {hasConsole(job) && (
          <ConsoleArea
            job={job}
            isLive={live !== null && isSwitchedOn(live)}
            evidence={report?.evidence ?? live?.evidence ?? []}
            sshPort={live?.sshPort ?? null}
          />
        )}
        {report ? <VerdictPanel job={job} report={report} /> : <LivePanel job={job} live={live} />}
      </div>
    </div>
  )
}

/** Of a machine that never was switched on there is nothing to see. */
function hasConsole({ state, steps }: Job): boolean {
  return !ENDED_STATES.has(state) || steps.find(({ id }) => id === 'boot')?.state !== 'waiting'
}

/** With what it was booted, and whether that is what would be booted now. */
function About({ info, job }: { readonly info: ImageInfo; readonly job: Job }) {
  const edits = useEdits(info.path)
  const started = useBootTestStore((store) => store.started)
  const request = requestOf(job)
  if (request === null) return null
  const isSame = isAbout(job, info, edits, started)
  const parts = [
    request.edits.length === 0 ? 'The image as it is on disk' : `The image with ${count(request.edits.length, 'staged edit')}`,
    ...(request.entry === undefined ? [] : ['another boot entry, for the test alone']),
    ...(request.append.length === 0 ? [] : [`for the test alone: ${request.append.join(' ')}`]),
  ]
  return (
    <>
      <p className="dim">{parts.join('; ')}. The image itself is not written to.</p>
      {!isSame && job.output?.bootTest && <StaleNote />}
    </>
  )
}

interface TestSelectProps {
  readonly path: string
  readonly job: Job
  readonly live: BootLive | null
  readonly tests: readonly Job[]
}

function TestSelect({ path, job, live, tests }: TestSelectProps) {
  const now = useNow(false)
  const { show } = useBootTestStore.getState()
  return (
    <Select
      aria-label="Which test is shown"
      size="xs"
      w={230}
      allowDeselect={false}
      value={job.id}
      onChange={(id) => id !== null && show(path, id)}
      data={tests.map((test) => ({
        value: test.id,
        label: `${begunWords(test.createdAt, now)} · ${stateWords(test, test.id === job.id ? live : null).words}`,
      }))}
    />
  )
}

/** The same test of the image and its edits as they are now. Of a test of another window its configuration of a first boot is not known. */
function Again({ info, job }: { readonly info: ImageInfo; readonly job: Job }) {
  const { path, revision } = info
  const { bootTest, reportFailure } = useAppActions()
  const { begin } = useBootTestStore.getState()
  const edits = useEdits(path)
  const asked = useBootTestStore((store) => store.started[job.id])
  const recorded = requestOf(job)
  const request = asked ?? (recorded !== null && isWhole(recorded) ? recorded : null)
  const start = useMutation({
    mutationFn: async (again: NonNullable<typeof request>) => {
      const { keep: _, ...rest } = again
      const input = { ...rest, source: path, revision, edits: [...edits] }
      const { id } = await call('jobs.start', { kind: 'test-boot', input })
      begin(id, input)
    },
    onError: reportFailure,
  })
  return (
    <>
      <Button size="xs" leftSection={<SlidersHorizontal size={14} aria-hidden />} onClick={() => bootTest(path)}>
        Another boot test…
      </Button>
      {request !== null && (
        <Button size="xs" leftSection={<RotateCw size={14} aria-hidden />} disabled={start.isPending} onClick={() => start.mutate(request)}>
          Run again
        </Button>
      )}
    </>
  )
}

/** Records leave out what can hold passwords. */
function isWhole({ seed, metadata }: BootTestInput): boolean {
  return seed === undefined && metadata?.userData === undefined
}
