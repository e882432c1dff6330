import { once } from 'node:events'
import process from 'node:process'
import { describeError } from '#shared/errors/describe-error'
import type { Job, JobOutput } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { CommandContext } from './command.js'
import { followJob } from './follow-job.js'

/** As `followJob`; where the upload waits for the user, it says what for, and Enter lets it go on. */
export async function followUpload(
  context: CommandContext,
  input: JobInputDraft<'upload-image'>,
): Promise<{ job: Job; output: JobOutput }> {
  const { core, print, signal } = context
  let asked = false
  const ended = new AbortController()
  let id = ''
  const answer = async ({ attention }: Job): Promise<void> => {
    if (!attention) return
    const { title, detail, next } = describeError(attention)
    // Past the line that shows the progress.
    print.note('')
    print.note(`${title}. ${detail} ${next}`)
    print.note('Press Enter to go on.')
    await once(process.stdin.resume(), 'data', { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => {})
    process.stdin.pause()
    asked = false
    core.jobs.resume([id])
  }
  const stop = core.jobs.onChange((job) => {
    if (job.id !== id || !job.attention || asked || !process.stdin.isTTY) return
    asked = true
    void answer(job)
  })
  try {
    return await followJob(context, { kind: 'upload-image', input }, (job) => {
      id = job.id
    })
  } finally {
    ended.abort()
    stop()
  }
}
