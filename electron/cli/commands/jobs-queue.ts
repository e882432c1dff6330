import { setTimeout as sleep } from 'node:timers/promises'
import type { Core } from '#core/core-api'
import { AppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { retriable } from '#shared/jobs/batch-progress'
import { ENDED_STATES, type Job } from '#shared/jobs/job'
import { byPosition } from '#shared/jobs/job-order'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { visible } from '../print.js'

/** How long another process may take to do what it was asked to. */
const HEARD_WITHIN_MS = 10_000
const LOOK_MS = 100

const WHICH = { all: { type: 'boolean', help: 'All jobs that have not ended' } } as const

export const jobsPauseCommand: Command = {
  name: 'jobs pause',
  summary: 'Hold jobs that wait and let those that run stand still, of whichever process; JOB may be a batch',
  positionals: 'JOB…',
  counts: { min: 0, max: 1000 },
  options: WHICH,
  examples: ['diskwright jobs pause 20250131-142501-3fa9c0', 'diskwright jobs pause --all'],
  run: (input, { core, print }) => setPaused(input, core, print, true),
}

export const jobsResumeCommand: Command = {
  name: 'jobs resume',
  summary: 'Let paused jobs go on; JOB may be a batch',
  positionals: 'JOB…',
  counts: { min: 0, max: 1000 },
  options: WHICH,
  examples: ['diskwright jobs resume 20250131-142501-3fa9c0', 'diskwright jobs resume --all'],
  run: (input, { core, print }) => setPaused(input, core, print, false),
}

export const jobsMoveCommand: Command = {
  name: 'jobs move',
  summary: 'Change when a queued job begins',
  positionals: 'JOB',
  counts: { min: 1, max: 1 },
  options: {
    before: { type: 'string', value: 'JOB', help: 'Before this one' },
    first: { type: 'boolean', help: 'Before all others that wait' },
    last: { type: 'boolean', help: 'After all others that wait' },
  },
  examples: ['diskwright jobs move 20250131-142501-3fa9c0 --first'],
  async run(input, { core, print }) {
    const [id = ''] = input.positionals
    const job = core.jobs.get(id)
    const before = placeOf(input, core, job)
    if (before !== id) core.jobs.move(id, before)
    await heard(core, () => {
      const queue = queueOf(core, core.jobs.get(id))
      const place = queue.findIndex((other) => other.id === id)
      return place < 0 || (queue[place + 1]?.id ?? null) === before || before === id
    })
    const queue = queueOf(core, job)
    print.result(queue)
    for (const [index, other] of queue.entries()) print.line(`${index + 1}. ${other.id}  ${visible(other.title)}`)
    return EXIT.ok
  },
}

export const jobsRetryCommand: Command = {
  name: 'jobs retry',
  summary: 'Run a job again, or all of a batch that did not succeed, and wait for the end',
  positionals: 'JOB',
  counts: { min: 1, max: 1 },
  options: {},
  examples: ['diskwright jobs retry 20250131-142501-3fa9c0'],
  async run({ positionals: [id = ''] }, { core, print, signal }) {
    const batch = core.jobs.list().filter((job) => job.batch?.id === id)
    if (batch.length > 0 && retriable(batch).length === 0)
      throw new AppError('bad-input', { details: { reason: `nothing of batch ${id} is left to run again` } })
    if (batch.length === 0 && !ENDED_STATES.has(core.jobs.get(id).state))
      throw new AppError('bad-input', { details: { reason: `job ${id} has not ended yet` } })
    const started = batch.length > 0 ? core.jobs.retryFailed(id) : [core.jobs.retry(id)]
    const cancel = () => started.forEach((job) => core.jobs.cancel(job.id))
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    const ended = await Promise.all(started.map((job) => core.jobs.wait(job.id)))
    signal.removeEventListener('abort', cancel)
    print.result(ended)
    for (const job of ended) {
      print.line(`${visible(job.title)}: ${job.state}`)
      if (job.error) print.line(`  ${describeError(job.error).title}. ${describeError(job.error).detail}`)
    }
    if (signal.aborted) return EXIT.cancelled
    return ended.every((job) => job.state === 'succeeded') ? EXIT.ok : EXIT.failed
  },
}

async function setPaused(input: CommandInput, core: Core, print: Parameters<Command['run']>[1]['print'], paused: boolean) {
  const jobs = namedJobs(input, core)
  const ids = jobs.map((job) => job.id)
  if (paused) core.jobs.pause(ids)
  else core.jobs.resume(ids)
  await heard(core, () => ids.every((id) => isDone(core.jobs.get(id), paused)))
  const after = ids.map((id) => core.jobs.get(id))
  print.result(after)
  for (const job of after) print.line(`${visible(job.title)}: ${job.paused ? 'paused' : job.state}`)
  if (after.length === 0) print.line('No job waits or runs.')
  return after.every((job) => isDone(job, paused)) ? EXIT.ok : EXIT.failed
}

function isDone(job: Job, paused: boolean): boolean {
  return ENDED_STATES.has(job.state) || job.state === 'cancelling' || (job.paused ?? false) === paused
}

/** The jobs that were named, by themselves or by their batch, or all; only those that have not ended. */
function namedJobs(input: CommandInput, core: Core): Job[] {
  const active = core.jobs.list().filter((job) => !ENDED_STATES.has(job.state))
  if (input.flag('all')) return active
  if (input.positionals.length === 0) throw new UsageError('give a job, a batch, or --all')
  return input.positionals.flatMap((id) => {
    const batch = active.filter((job) => job.batch?.id === id)
    if (batch.length > 0) return batch
    const job = core.jobs.get(id)
    if (ENDED_STATES.has(job.state)) throw new AppError('bad-input', { details: { reason: `job ${id} has ended already` } })
    return [job]
  })
}

function placeOf(input: CommandInput, core: Core, job: Job): string | null {
  const before = input.text('before')
  const chosen = [before !== undefined, input.flag('first'), input.flag('last')].filter(Boolean).length
  if (chosen !== 1) throw new UsageError('give one of --before, --first, --last')
  if (before !== undefined) return core.jobs.get(before).id
  return input.flag('last') ? null : (queueOf(core, job)[0]?.id ?? null)
}

/** What waits in the process of a job, in the order in which it will begin. */
function queueOf(core: Core, { owner }: Job): Job[] {
  return core.jobs
    .list()
    .filter((job) => job.state === 'queued' && job.owner?.pid === owner?.pid)
    .sort(byPosition)
}

/** Another process looks for what it is asked a few times a second. */
async function heard(core: Core, done: () => boolean): Promise<void> {
  const until = performance.now() + HEARD_WITHIN_MS
  while (!done()) {
    if (performance.now() > until) {
      core.log.warn('jobs.not-heard', {})
      return
    }
    await sleep(LOOK_MS)
  }
}
