import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Core, CoreDeps } from '#core/core-api'
import { createCore } from '#core/create-core'
import { silentLogger } from '#core/log/logger'
import { createHost } from '#core/process/create-host'
import type { Host } from '#core/process/host'
import type { Job } from '#shared/jobs/job'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { testImage } from '../images/cache.js'
import type { ImageName } from '../images/builders.js'

/** A core with folders of its own, and the few things every test of it does. */
export interface TestBench {
  readonly core: Core
  readonly host: Host
  /** For images and results; its name has a space. */
  readonly folder: string
  copy(name: ImageName, as?: string): Promise<string>
  /** Runs a job to its end, whatever that is. */
  run(request: JobRequestDraft): Promise<Job>
  /** As `run`; throws when it did not succeed. */
  succeed(request: JobRequestDraft): Promise<Job>
  close(): Promise<void>
}

export async function openBench(env: NodeJS.ProcessEnv = process.env, more: Pick<CoreDeps, 'asksUser'> = {}): Promise<TestBench> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright bench-'))
  const folder = path.join(root, 'images')
  await fs.mkdir(folder)
  const dirs = { config: `${root}/config`, state: `${root}/state`, cache: `${root}/cache`, runtime: `${root}/runtime` }
  const core = await createCore({ dirs, env, log: silentLogger, ...more })
  const run = (request: JobRequestDraft): Promise<Job> => core.jobs.wait(core.jobs.start(request).id)
  return {
    core,
    host: await createHost({ dirs, env, log: silentLogger }),
    folder,
    copy: async (name, as = `${name}.qcow2`) => {
      const target = path.join(folder, as)
      await fs.copyFile(await testImage(name), target)
      return target
    },
    run,
    succeed: async (request) => {
      const job = await run(request)
      if (job.state !== 'succeeded') throw new Error(`${job.title}: ${job.state} ${JSON.stringify(job.error, null, 2)}`)
      return job
    },
    close: async () => {
      await core.close()
      await fs.rm(root, { recursive: true, force: true })
    },
  }
}

/** SHA-256 of a file, lower-case hex. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

export { failureOf } from './failure-of.js'

export async function filesIn(folder: string): Promise<string[]> {
  return (await fs.readdir(folder)).toSorted()
}
