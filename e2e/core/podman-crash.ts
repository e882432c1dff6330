import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dirs } from '#core/files/dirs'
import { convertDefinition, convertRequest, makeRunner } from '#core/jobs/testing/job-fixture'
import { openByPodman } from '#core/operations/containers/open-by-podman'
import { parseReference } from '#shared/containers/reference'

/** Runs in a process that the test kills: a job that reads an image of local storage and does not come to its end. */
export async function readForEver({ dirs, folder, reference }: { dirs: Dirs; folder: string; reference: string }): Promise<void> {
  const unused = () => Promise.reject(new Error('not part of this test'))
  const definitions = convertDefinition(async (_input, ctx) => {
    await openByPodman(
      ctx,
      { find: async () => null, list: unused, keep: unused, forget: unused },
      {
        reference: parseReference(reference),
        access: { plainHttp: true },
        temporaryFolder: async () => folder,
      },
    )
    process.send?.({ id: ctx.jobId })
    await sleep(600_000)
    throw new Error('nobody killed it')
  })
  const { runner } = await makeRunner(dirs, definitions)
  await runner.wait(runner.start(convertRequest(path.join(folder, 'a'), path.join(folder, 'b'))).id)
}
