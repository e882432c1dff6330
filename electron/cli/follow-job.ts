import { ENDED_STATES, type Job, type JobOutput } from '#shared/jobs/job'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { AppError } from '#shared/errors/app-error'
import { formatBytes, formatDuration, formatRate } from '#shared/text/bytes'
import type { CommandContext } from './command.js'
import { visible } from './print.js'

const CLEAR_LINE = '\r\u001b[K'

/**
 * Starts a job and shows how it goes, on stderr: a progress line on a terminal, JSON lines with `--json`. Returns what it
 * made; throws the job's error. Ctrl-C cancels it.
 */
export async function followJob(
  { core, print, signal }: CommandContext,
  request: JobRequestDraft,
  onStart: (job: Job) => void = () => {},
): Promise<{ job: Job; output: JobOutput }> {
  const started = core.jobs.start(request)
  const { id } = started
  onStart(started)
  const show = (job: Job) => job.id === id && showJob(job)
  let shown = ''
  const showJob = (job: Job) => {
    print.event('jobs.changed', { job })
    if (print.json || !print.stderr.isTTY) return
    const line = ENDED_STATES.has(job.state) ? '' : fit(progressLine(job), print.stderr.columns)
    if (line !== shown) print.stderr.write(CLEAR_LINE + line)
    shown = line
  }
  const stop = core.jobs.onChange(show)
  showJob(started)
  const cancel = () => core.jobs.cancel(id)
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  try {
    const job = await core.jobs.wait(id)
    if (job.error) throw AppError.fromData(job.error)
    if (!job.output) throw new AppError('internal', { details: { message: `job ${id} ended as ${job.state} without a result` } })
    return { job, output: job.output }
  } finally {
    stop()
    signal.removeEventListener('abort', cancel)
  }
}

/** One line about a running job: `Convert a.qcow2  42 %  Write the new image  118 MB/s  12 s left`. */
export function progressLine(job: Job): string {
  const step = job.steps.find((candidate) => candidate.state === 'running')
  return [
    job.title,
    job.state === 'running' ? (job.progress === null ? '…' : `${Math.floor(job.progress * 100)} %`) : job.state,
    job.message || step?.title,
    job.rate === null ? '' : formatRate(job.rate),
    job.secondsLeft === null ? '' : `${formatDuration(job.secondsLeft)} left`,
  ]
    .filter(Boolean)
    .map((part) => visible(part ?? ''))
    .join('  ')
}

/** What a job made, in lines for people. */
export function outputLines(output: JobOutput): string[] {
  return [
    `${output.path} (${formatBytes(output.bytes)} on disk)`,
    ...output.proofs.map((proof) => `  ${proof}`),
    ...(output.engine === undefined ? [] : [`  Written by the engine ${output.engine}`]),
    ...(output.backup === undefined ? [] : [`  The original is kept as ${output.backup}`]),
    ...(output.sha256 === undefined ? [] : [`  SHA-256 ${output.sha256}`]),
  ]
}

/** Terminals that do not know their size say 0. */
function fit(line: string, width: number | undefined): string {
  const columns = width || 80
  const characters = Array.from(line)
  return characters.length < columns ? line : `${characters.slice(0, columns - 2).join('')}…`
}
