import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { JobContext } from '../../operations/job-context.js'
import type { JobRunner } from '../job-runner.js'
import { type Convert, convertDefinition, makeFolders, makeRunner } from './job-fixture.js'

let folders: ReturnType<typeof makeFolders>
const open: JobRunner[] = []

/** Four files to work on and folders of its own for each test of the file that calls this; its runners are closed after it. */
export function benchForEachTest(): void {
  beforeEach(() => {
    folders = makeFolders()
    for (const name of ['a', 'b', 'c', 'd']) fs.writeFileSync(at(name), name)
    return async () => {
      for (const runner of open.splice(0)) await runner.close()
      folders.remove()
    }
  })
}

export const at = (name: string) => path.join(folders.root, name)
export const foldersOf = () => folders
export const OUTPUT: JobOutput = { path: '/out', bytes: 1, proofs: ['made'] }

export async function setup(run: Convert['run'], more: Partial<Convert> = {}, deps: Parameters<typeof makeRunner>[2] = {}) {
  const made = await makeRunner(folders.dirs, convertDefinition(run, more), deps)
  open.push(made.runner)
  const states: string[] = []
  made.runner.onChange((job) => job.state !== states.at(-1) && states.push(job.state))
  return { ...made, states }
}

/** Work that goes on until it is told to end, or cancelled. */
export function gate() {
  let pass = () => {}
  const opened = new Promise<void>((resolve) => {
    pass = resolve
  })
  const until = ({ signal }: JobContext) =>
    Promise.race([opened, new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new AppError('cancelled'))))])
  return { pass, until }
}

export async function running(runner: JobRunner, id: string): Promise<void> {
  await vi.waitFor(() => expect(runner.get(id).state).toBe('running'), { timeout: 20_000 })
}
