import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { build } from 'vite'
import type { z } from 'zod'
import type { Dirs } from '#core/files/dirs'
import { silentLogger } from '#core/log/logger'
import { createJobStore } from '#core/jobs/job-store'
import { type Job, jobSchema } from '#shared/jobs/job'
import { testImage } from '../images/cache.js'
import type { ImageName } from '../images/builders.js'

const REPO = fileURLToPath(new URL('../..', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly bytes: Buffer
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

export interface StartOptions {
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

/** The command line as users have it, with state folders of its own and a folder for images. */
export interface CommandLine {
  readonly dirs: Dirs
  readonly folder: string
  /** `resources/bin/diskwright` of the built program. */
  readonly bin: string
  readonly env: Readonly<Record<string, string>>
  start(args: readonly string[], options?: StartOptions): Started
  run(args: readonly string[], options?: StartOptions): Promise<Ended>
  /** The one document of a `--json` run that must succeed; it holds what the schema names and nothing else. */
  json<S extends z.ZodType>(schema: S, args: readonly string[]): Promise<z.output<S>>
  /** Runs a shell with `$DISKWRIGHT` in its environment. */
  shell(script: string, more?: Readonly<Record<string, string>>): Promise<Ended>
  copy(name: ImageName, as?: string): Promise<string>
  /** Waits until a job of another process is in this step. */
  untilStep(step: string): Promise<Job>
  close(): Promise<void>
}

/** Builds the program from the present source, into a tree that looks like a built checkout. */
export async function openCommandLine(): Promise<CommandLine> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright cli-'))
  const bin = path.join(root, 'app/resources/bin/diskwright')
  await fs.mkdir(path.dirname(bin), { recursive: true })
  await fs.copyFile(path.join(REPO, 'resources/bin/diskwright'), bin)
  await fs.copyFile(path.join(REPO, 'package.json'), path.join(root, 'app/package.json'))
  await build({
    configFile: path.join(REPO, 'electron/cli.vite.config.ts'),
    logLevel: 'error',
    build: { outDir: path.join(root, 'app/out/cli'), reportCompressedSize: false },
  })
  const folder = path.join(root, 'images')
  await fs.mkdir(folder)
  const dirs = { config: `${root}/config`, state: `${root}/state`, cache: `${root}/cache`, runtime: `${root}/run` }
  const { PATH = '', HOME = root } = process.env
  const env = {
    PATH,
    HOME,
    DISKWRIGHT: bin,
    DISKWRIGHT_CONFIG_DIR: dirs.config,
    DISKWRIGHT_STATE_DIR: dirs.state,
    DISKWRIGHT_CACHE_DIR: dirs.cache,
    DISKWRIGHT_RUNTIME_DIR: dirs.runtime,
  }
  const launch = (file: string, args: readonly string[], { env: more = {}, cwd = folder }: StartOptions): Started => {
    const child = spawn(file, args, { cwd, env: withoutUndefined({ ...env, ...more }), stdio: ['ignore', 'pipe', 'pipe'] })
    return { child, ended: endOf(child) }
  }
  const start = (args: readonly string[], options: StartOptions = {}): Started => launch(bin, args, options)
  const run = (args: readonly string[], options: StartOptions = {}): Promise<Ended> => start(args, options).ended
  const store = createJobStore({ folder: path.join(dirs.state, 'jobs'), log: silentLogger, keepJobs: () => 100 })
  return {
    dirs,
    folder,
    bin,
    env,
    start,
    run,
    async json(schema, args) {
      const { code, out, err } = await run(['--json', ...args])
      expect([code, err.includes('"event"') ? '' : err]).toEqual([0, ''])
      const document: unknown = JSON.parse(out)
      const parsed = schema.parse(document)
      expect(parsed).toEqual(document)
      return parsed
    },
    shell: (script, more = {}) => launch('bash', ['-c', script], { env: more }).ended,
    copy: async (name, as = `${name}.qcow2`) => {
      const target = path.join(folder, as)
      await fs.copyFile(await testImage(name), target)
      return target
    },
    untilStep: async (step) => {
      let found: Job | undefined
      await expect
        .poll(
          () => {
            found = store.list()[0]
            return found?.steps.find((candidate) => candidate.id === step)?.state
          },
          { interval: 10 },
        )
        .toBe('running')
      return jobSchema.parse(found)
    },
    close: () => fs.rm(root, { recursive: true, force: true }),
  }
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (chunk: Buffer) => void chunks[name].push(chunk))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  const bytes = Buffer.concat(chunks.stdout)
  return { code, signal, bytes, out: bytes.toString('utf8'), err: Buffer.concat(chunks.stderr).toString('utf8') }
}

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
