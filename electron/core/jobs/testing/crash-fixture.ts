import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPartFile, partPath } from '../../files/atomic-output.js'
import { spawnMarked } from '../../files/testing/run-child.js'
import { convertDefinition, convertRequest, makeRunner } from './job-fixture.js'
import type { Dirs } from '../../files/dirs.js'

/** Runs in a process that the test kills: a conversion that has written some of its part file and has a tool running. */
export async function startConversion({ dirs, source, target }: { dirs: Dirs; source: string; target: string }): Promise<void> {
  fs.writeFileSync(source, 'data')
  const definitions = convertDefinition(async (_input, job) => {
    job.claim('part-file', partPath(target, job.jobId))
    const { part } = await openPartFile(target, job.jobId)
    fs.writeFileSync(part, Buffer.alloc(4096, 1))
    // A tool that does not die with its parent, as one of a machine without setpriv would.
    const pid = spawnMarked(job.jobId)
    process.send?.({ id: job.jobId, pid })
    await sleep(60_000)
    return { path: target, bytes: 0, proofs: [] }
  })
  const { runner } = await makeRunner(dirs, definitions)
  await runner.wait(runner.start(convertRequest(source, target)).id)
}
