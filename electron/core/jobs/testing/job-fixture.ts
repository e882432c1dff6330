import { sampleJob } from '#shared/jobs/testing/sample-job'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Job } from '#shared/jobs/job'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { silentLogger } from '../../log/logger.js'
import { createHost } from '../../process/create-host.js'
import type { JobDefinition, JobDefinitions } from '../job-definition.js'
import { createJobRunner, type JobRunner, type JobRunnerDeps } from '../job-runner.js'
import { createJobStore, type JobStore, newJobId } from '../job-store.js'
import { createLockTable } from '../locks.js'
import { currentOwner } from '../process-owner.js'

/** Folders of a test below one temporary folder. */
export function makeFolders(): {
  root: string
  dirs: { config: string; state: string; cache: string; runtime: string }
  remove: () => void
} {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'dw-jobs-')))
  const at = (name: string) => path.join(root, name)
  return {
    root,
    dirs: { config: at('config'), state: at('state'), cache: at('cache'), runtime: at('runtime') },
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  }
}

export type Convert = JobDefinition<'convert-image'>

/** A conversion whose work the test gives. */
export function convertDefinition(run: Convert['run'], more: Partial<Convert> = {}): JobDefinitions {
  const unused = () => {
    throw new Error('not part of this test')
  }
  return {
    'convert-image': {
      title: (input) => `Convert ${path.basename(input.source)}`,
      steps: () => [
        { id: 'write', title: 'Write', weight: 3 },
        { id: 'verify', title: 'Verify', weight: 1 },
      ],
      locks: (input) => ({ reads: [input.source], writes: [input.output] }),
      run,
      ...more,
    },
    'save-image': { title: unused, steps: unused, locks: unused, run: unused },
    'extract-files': { title: unused, steps: unused, locks: unused, run: unused },
    'compare-images': { title: unused, steps: unused, locks: unused, run: unused },
    'unpack-image': { title: unused, steps: unused, locks: unused, run: unused },
    'test-boot': { title: unused, steps: unused, locks: unused, run: unused },
    'compact-image': { title: unused, steps: unused, locks: unused, run: unused },
    'snapshot-image': { title: unused, steps: unused, locks: unused, run: unused },
    'rebase-image': { title: unused, steps: unused, locks: unused, run: unused },
    'commit-image': { title: unused, steps: unused, locks: unused, run: unused },
    'repair-image': { title: unused, steps: unused, locks: unused, run: unused },
    'build-disk': { title: unused, steps: unused, locks: unused, run: unused },
    'copy-container': { title: unused, steps: unused, locks: unused, run: unused },
    'package-container': { title: unused, steps: unused, locks: unused, run: unused },
    'extract-container': { title: unused, steps: unused, locks: unused, run: unused },
    'upload-image': { title: unused, steps: unused, locks: unused, run: unused },
  }
}

export function convertRequest(source: string, output: string): JobRequestDraft {
  return { kind: 'convert-image', input: { source, output, format: 'raw', options: [], verify: true, replace: false } }
}

export async function makeRunner(
  dirs: ReturnType<typeof makeFolders>['dirs'],
  definitions: JobDefinitions,
  { keepJobs, ...more }: { keepJobs?: number } & Partial<Pick<JobRunnerDeps, 'now' | 'maxJobs' | 'disksOf' | 'asksUser'>> = {},
): Promise<{ runner: JobRunner; store: JobStore }> {
  const store = makeStore(dirs.state, keepJobs)
  const host = await createHost({ dirs, env: process.env, log: silentLogger })
  const locks = createLockTable(path.join(dirs.runtime, 'locks'))
  const runner = createJobRunner({
    host,
    store,
    locks,
    definitions,
    log: silentLogger,
    // As many at one time on every machine, whatever disk its temporary files are on.
    maxJobs: () => 2,
    disksOf: async () => [{ id: 'disk', rotational: false }],
    ...more,
  })
  return { runner, store }
}

export function makeStore(state: string, keepJobs = 200): JobStore {
  return createJobStore({ folder: path.join(state, 'jobs'), log: silentLogger, keepJobs: () => keepJobs })
}

/** A record as the runner makes it. */
export function jobRecord(change: Partial<Job> = {}): Job {
  const input = { source: '/tmp/a.raw', output: '/tmp/b.raw', format: 'raw' }
  const now = new Date().toISOString()
  return sampleJob({ id: newJobId(), title: 'Convert a.raw', input, state: 'running', createdAt: now, owner: currentOwner(), ...change })
}
