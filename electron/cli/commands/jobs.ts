import { AppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { type CommandRecord, ENDED_STATES, type Job, type Leftover } from '#shared/jobs/job'
import { formatBytes, formatDuration } from '#shared/text/bytes'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { outputLines } from '../follow-job.js'
import { table } from '../print.js'

export const jobsListCommand: Command = {
  name: 'jobs list',
  summary: 'Jobs of the window and of the command line, with their batches and why they wait; what begins last comes first',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: {},
  examples: ['diskwright jobs list', 'diskwright jobs list --json'],
  async run(_input, { core, print }) {
    const jobs = core.jobs.list()
    print.result(jobs)
    const withBatch = jobs.some((job) => job.batch)
    const rows = jobs.map((job) => [
      job.id,
      stateWords(job),
      job.progress === null ? '' : `${Math.floor(job.progress * 100)} %`,
      seconds(job),
      ...(withBatch ? [job.batch ? `${job.batch.id} ${job.batch.index + 1}/${job.batch.count}` : ''] : []),
      job.title,
    ])
    const head = ['Job', 'State', 'Done', 'Took', ...(withBatch ? ['Batch'] : []), 'Title']
    if (jobs.length === 0) print.line('No jobs yet.')
    else for (const row of table([head, ...rows], [2, 3])) print.line(row)
    return EXIT.ok
  },
}

export const jobsShowCommand: Command = {
  name: 'jobs show',
  summary: 'Steps, commands, result and log of a job',
  positionals: 'JOB',
  counts: { min: 1, max: 1 },
  options: { log: { type: 'boolean', help: 'Show the log as well' } },
  examples: ['diskwright jobs show 20250131-142501-3fa9c0 --log'],
  async run(input, { core, print }) {
    const job = core.jobs.get(input.positionals[0] ?? '')
    const { lines, commands } = core.jobs.log(job.id)
    print.result({ ...job, commands, log: lines })
    print.line(`${job.title}: ${stateWords(job)}`)
    for (const row of table(facts(job))) print.line(row)
    print.line()
    const steps = job.steps.map((step) => [`  ${step.state}`, step.seconds === null ? '' : formatDuration(step.seconds), step.title])
    for (const row of table(steps, [1])) print.line(row)
    for (const line of job.output ? outputLines(job.output) : []) print.line(line)
    if (job.error) print.line(`${describeError(job.error).title}. ${describeError(job.error).detail}`)
    for (const command of commands) print.line(`$ ${command.line}  # ${describeEnd(command)}`)
    for (const line of input.flag('log') ? lines : []) print.line(line)
    return EXIT.ok
  },
}

export const jobsCancelCommand: Command = {
  name: 'jobs cancel',
  summary: 'Cancel a job, of whichever process, and wait for its clean-up',
  positionals: 'JOB',
  counts: { min: 1, max: 1 },
  options: {},
  examples: ['diskwright jobs cancel 20250131-142501-3fa9c0'],
  async run({ positionals: [id = ''] }, { core, print, signal }) {
    if (ENDED_STATES.has(core.jobs.get(id).state)) throw new AppError('bad-input', { details: { reason: `job ${id} has ended already` } })
    core.jobs.cancel(id)
    const job = await Promise.race([core.jobs.wait(id), whenAborted(signal)])
    print.result(job)
    print.line(`${job.title}: ${job.state}`)
    return job.state === 'cancelled' ? EXIT.ok : EXIT.failed
  },
}

export const jobsRecoverCommand: Command = {
  name: 'jobs recover',
  summary: 'Remove what crashed jobs left: part files, folders, processes, nbd devices',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: { 'dry-run': { type: 'boolean', help: 'Show it; remove nothing' } },
  examples: ['diskwright jobs recover --dry-run', 'diskwright jobs recover'],
  async run(input, { core, print }) {
    const found = await core.recovery.list()
    const failed = input.flag('dry-run') ? [] : await core.recovery.clean()
    print.result({ found, failed })
    for (const row of table(found.map(describeLeftover))) print.line(row)
    if (found.length === 0) print.line('Nothing was left behind.')
    for (const { what } of failed) print.note(`diskwright: could not be removed: ${what}`)
    return failed.length > 0 ? EXIT.failed : EXIT.ok
  },
}

function facts(job: Job): string[][] {
  return [
    ['  Job', job.id],
    ...(job.batch ? [['  Batch', `${job.batch.id}, ${job.batch.index + 1} of ${job.batch.count}: ${job.batch.title}`]] : []),
    ['  Created', job.createdAt],
    ...(job.endedAt === null ? [] : [['  Ended', job.endedAt]]),
    ...(job.startedAt === null ? [] : [['  Took', seconds(job)]]),
    ...(job.message === '' ? [] : [['  Now', job.message]]),
  ]
}

function describeEnd({ signal, exitCode, seconds: took }: CommandRecord): string {
  if (took === null) return 'runs'
  return `${signal === null ? `exit code ${exitCode ?? 'unknown'}` : `ended by ${signal}`}, ${formatDuration(took)}`
}

/** Ctrl-C ends the waiting; the job was asked to stop and goes on stopping. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new AppError('cancelled'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
}

function describeLeftover(leftover: Leftover): string[] {
  return [leftover.kind, leftover.bytes === null ? '' : formatBytes(leftover.bytes), leftover.what, leftover.jobTitle]
}

/** `queued: waiting for the disk`, `running: paused`. */
function stateWords({ state, paused, message }: Job): string {
  const why = paused && !ENDED_STATES.has(state) ? 'Paused' : state === 'queued' ? message : ''
  return why === '' ? state : `${state}: ${why.slice(0, 1).toLowerCase()}${why.slice(1)}`
}

function seconds(job: Job): string {
  if (job.startedAt === null) return ''
  const end = job.endedAt === null ? Date.now() : Date.parse(job.endedAt)
  return formatDuration((end - Date.parse(job.startedAt)) / 1000 - (job.pausedSeconds ?? 0))
}
