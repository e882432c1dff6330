import fs from 'node:fs'
import path from 'node:path'
import { findJobProcesses } from '../job-processes.js'
import { processStat } from '../../process/process-tree.js'
import type { Dirs } from '../../files/dirs.js'
import { type Convert, convertDefinition, convertRequest, makeRunner } from './job-fixture.js'

export const SLOW_SOURCE = Buffer.alloc(8 * 1024 * 1024, 'content ')

/** A conversion by the real tool that its own limit of bytes per second keeps at work; `begun` is called as soon as the tool was started. */
export function slowly(begun: (jobId: string) => void = () => {}): Convert['run'] {
  return async ({ source, output }, job) => {
    await job.step('write', async () => {
      job.claim('part-file', output)
      fs.writeFileSync(output, '')
      job.defer(() => (job.signal.aborted ? fs.rmSync(output, { force: true }) : undefined))
      const access = { read: [source], write: [output] }
      const args = ['convert', '-f', 'raw', '-O', 'raw', '-W', '-r', '4M', source, output]
      const run = job.host.run('qemu-img', args, { access, timeoutMs: 60_000 })
      begun(job.jobId)
      await run
    })
    return { path: output, bytes: fs.statSync(output).size, proofs: [] }
  }
}

/** States of the tool's processes of a job, as in `/proc/PID/stat`, without the sandbox around them. */
export function toolStates(jobId: string): string[] {
  return findJobProcesses(new Set([jobId])).flatMap(({ pid, name }) => (name === 'qemu-img' ? [processStat(pid)?.state ?? 'gone'] : []))
}

/** Runs in a process that the test kills: a conversion whose tool stands still, and one that waits for it. */
export async function pauseConversion({ dirs, folder }: { dirs: Dirs; folder: string }): Promise<void> {
  const source = path.join(folder, 'source.raw')
  fs.writeFileSync(source, SLOW_SOURCE)
  const { runner } = await makeRunner(dirs, convertDefinition(slowly(() => runner.pause([id, waiting.id]))), { maxJobs: () => 1 })
  const { id } = runner.start(convertRequest(source, path.join(folder, 'one.raw')))
  const waiting = runner.start(convertRequest(source, path.join(folder, 'two.raw')))
  const timer = setInterval(() => {
    if (toolStates(id)[0] !== 'T') return
    clearInterval(timer)
    process.send?.({ id, waiting: waiting.id })
  }, 20)
  await runner.wait(id)
}
