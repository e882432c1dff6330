import { SerialLines } from '#shared/boot-test/serial-lines'
import { sshArgs } from '#shared/boot-test/ssh-command'
import type { Job } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { shellLine } from '#shared/text/shell-quote'
import type { CommandContext } from './command.js'
import { followJob } from './follow-job.js'

/** What is told while the machine runs, on stderr. */
export interface BootTold {
  /** The serial console, as plain lines, so that no guest can play with the terminal. */
  readonly console: boolean
  /** How to reach SSH of the guest, for that user. */
  readonly ssh: string | null
}

type Started = ReturnType<typeof followJob>

/** As `followJob`. A machine that stays on after its verdict ends when a line comes on stdin. */
export async function followBootTest(context: CommandContext, request: JobInputDraft<'test-boot'>, told: BootTold): Started {
  const { core, print } = context
  const decoder = new TextDecoder('utf-8')
  const lines = new SerialLines((line) => print.note(line))
  const ends: (() => void)[] = []
  // What is no terminal gets no progress line, which would run into the console.
  const quiet = { ...context, print: { ...print, stderr: { write: (data: string | Uint8Array) => print.stderr.write(data) } } }
  const started = (job: Job): void => {
    if (told.console) ends.push(core.bootTests.watch(job.id, (bytes) => lines.push(decoder.decode(bytes, { stream: true }))))
    if (told.ssh !== null) ends.push(tellSsh(context, job.id, told.ssh))
    if (request.stayOn === true) ends.push(endOnLine(context, job.id))
  }
  try {
    return await followJob(told.console || told.ssh !== null ? quiet : context, { kind: 'test-boot', input: request }, started)
  } finally {
    for (const end of ends) end()
    lines.end()
  }
}

function tellSsh({ core, print }: CommandContext, id: string, user: string): () => void {
  let isTold = false
  return core.jobs.onChange((job) => {
    const port = job.id === id && !isTold ? core.bootTests.sshPort(id) : null
    if (port === null) return
    isTold = true
    print.note(`SSH: ${shellLine(['ssh', ...sshArgs(port, user)])}`)
  })
}

function endOnLine({ core, print }: CommandContext, id: string): () => void {
  let isTold = false
  const onLine = (): void => void core.bootTests.release(id)
  const stop = core.jobs.onChange((job) => {
    const judged = job.id === id && !isTold ? core.bootTests.live(id)?.judged : undefined
    if (!judged) return
    isTold = true
    print.note(`${judged.verdict === 'pass' ? 'Passed' : 'Not passed'}. The machine stays on: Enter ends it`)
    process.stdin.on('data', onLine)
  })
  return () => {
    stop()
    process.stdin.off('data', onLine)
    process.stdin.pause()
  }
}
