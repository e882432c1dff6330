import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { createJobStore } from '#core/jobs/job-store'
import { silentLogger } from '#core/log/logger'
import { ENDED_STATES, type Job } from '#shared/jobs/job'
import type { Scene } from './scene.js'

const REPO = fileURLToPath(new URL('../..', import.meta.url))

/** The command line program, built from the present source into a folder that every user can read. */
export interface Program {
  start(scene: Scene, args: readonly string[], how?: StartOptions): RunningProgram
  /** To its end. */
  run(scene: Scene, args: readonly string[], how?: StartOptions): Promise<Ending>
  remove(): Promise<void>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Put before the command line, such as `setpriv …`. */
  readonly prefix?: readonly string[]
  /** Load `kill-point.ts` first. */
  readonly killPoint?: boolean
}

export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningProgram {
  readonly pid: number
  readonly ended: Promise<Ending>
  /** The job's record as it is on disk. */
  record(): Job | undefined
  /** The record once `step` runs; undefined when the job has ended before that was seen. */
  runningStep(step: string): Promise<Job | undefined>
  /** SIGKILL to the program alone, as the kernel's OOM killer does. */
  kill(): Promise<Ending>
}

export async function buildProgram(): Promise<Program> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-program-'))
  await fs.chmod(root, 0o755)
  await fs.copyFile(path.join(REPO, 'package.json'), path.join(root, 'package.json'))
  const outDir = path.join(root, 'out/cli')
  const input = { diskwright: path.join(REPO, 'electron/cli/main.ts'), 'kill-point': path.join(REPO, 'e2e/faults/kill-point.ts') }
  await build({
    configFile: false,
    root: REPO,
    logLevel: 'error',
    build: { ssr: true, target: 'node20', outDir, emptyOutDir: true, rollupOptions: { input, output: { entryFileNames: '[name].js' } } },
    ssr: { noExternal: true },
  })

  function start(scene: Scene, args: readonly string[], how: StartOptions = {}): RunningProgram {
    const preload = how.killPoint ? ['--import', path.join(outDir, 'kill-point.js')] : []
    const [file, ...rest] = [...(how.prefix ?? []), process.execPath, ...preload, path.join(outDir, 'diskwright.js'), ...args] as [
      string,
      ...string[],
    ]
    const child = spawn(file, rest, { env: { ...scene.env, ...how.env }, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
    const store = createJobStore({ folder: path.join(scene.dirs.state, 'jobs'), log: silentLogger, keepJobs: () => 100 })
    const ended = endingOf(child)
    let alive = true
    void ended.then(() => {
      alive = false
    })
    const record = (): Job | undefined => store.list()[0]
    return {
      pid: child.pid ?? 0,
      ended,
      record,
      async runningStep(step) {
        for (;;) {
          const job = record()
          if (job?.steps.find((candidate) => candidate.id === step)?.state === 'running') return job
          if (!alive || (job && ENDED_STATES.has(job.state))) return undefined
          await sleep(1)
        }
      },
      async kill() {
        child.kill('SIGKILL')
        return ended
      },
    }
  }
  return {
    start,
    run: (scene, args, how) => start(scene, args, how).ended,
    remove: () => fs.rm(root, { recursive: true, force: true }),
  }
}

async function endingOf(child: ChildProcess): Promise<Ending> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (chunk: Buffer) => (texts[name] += chunk.toString('utf8')))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, ...texts }
}
