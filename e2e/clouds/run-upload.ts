import fs from 'node:fs/promises'
import path from 'node:path'
import { createHost } from '#core/process/create-host'
import type { CloudContext, CloudProvider, ContainerWork, UploadRun } from '#core/clouds/cloud-provider'
import type { UploadJournal } from '#core/clouds/upload-journal'
import { createFileLogger } from '#core/log/file-logger'
import type { JobContext } from '#core/operations/job-context'
import type { SignInStore } from '#core/registry/sign-in-store'
import type { FieldValues } from '#shared/clouds/field'
import { withDefaults } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { UploadResult } from '#shared/clouds/upload-plan'
import type { UploadPhase } from '#shared/clouds/upload-request'
import { AppError, toAppError } from '#shared/errors/app-error'
import { openLinesJournal } from './lines-journal.js'
import { openTestSource } from './test-source.js'
import type { TestDisk } from './test-disk.js'

/** All that an upload is made of; plain data, so that another process can run it too. */
export interface UploadScene {
  /** Of this upload alone: journal, log, state. */
  readonly folder: string
  readonly values: FieldValues
  readonly facts: SourceFacts
  readonly disk: TestDisk
  /** The file that a payload `source` or `artifact` stands for; default: the disk itself. */
  readonly file?: string
  /** The whole environment that the provider sees. */
  readonly env: Readonly<Record<string, string>>
  /** What references such as `session:password` stand for. */
  readonly secrets?: Readonly<Record<string, string>>
}

/** Where an upload is broken off: when so many bytes were told, of any step or of one, when a step begins, or when the journal names so many things. */
export type BreakPoint = { readonly bytes: number; readonly of?: string } | { readonly step: string } | { readonly created: number }

export interface UploadOptions {
  readonly signIns?: SignInStore
  readonly signal?: AbortSignal
  /** What happens there; default: it is cancelled. */
  readonly breakAt?: BreakPoint
  readonly onBreak?: () => void
  /** Signs in again; without it nobody can be asked, and the error is thrown. */
  readonly signIn?: () => Promise<void> | void
  /** Told of every report of bytes. */
  readonly onBytes?: (done: number, total: number, step: string) => void
  /** The workbench for container images, for the provider that needs it. */
  readonly containers?: MakeContainers
}

export type MakeContainers = (ctx: JobContext, journal: UploadJournal) => ContainerWork

export interface Outcome {
  readonly result: UploadResult | null
  readonly error: AppError | null
  readonly steps: readonly string[]
  readonly skipped: readonly string[]
  readonly phases: readonly UploadPhase[]
  /** Per step, what was told of its bytes. */
  readonly bytes: Readonly<Record<string, readonly (readonly [done: number, total: number])[]>>
  readonly fractions: Readonly<Record<string, readonly number[]>>
  readonly signInsAsked: number
  /** Everything that was logged or said. */
  readonly lines: readonly string[]
}

const noSignIns: SignInStore = {
  find: async () => null,
  list: async () => [],
  keep: () => Promise.reject(new Error('nothing is kept in this test')),
  forget: async () => {},
}

export function journalFile(scene: Pick<UploadScene, 'folder'>): string {
  return path.join(scene.folder, 'journal.jsonl')
}

/** What a call that sends nothing gets, such as `preflight`. */
export async function cloudContext(scene: UploadScene, { signal, signIns = noSignIns }: UploadOptions = {}): Promise<CloudContext> {
  const folders = ['config', 'state', 'cache', 'runtime'].map((name) => [name, path.join(scene.folder, name)] as const)
  for (const [, folder] of folders) await fs.mkdir(folder, { recursive: true })
  const dirs = Object.fromEntries(folders) as { config: string; state: string; cache: string; runtime: string }
  const host = await createHost({ dirs, env: scene.env, log: createFileLogger(scene.folder) })
  return { host, signal, signIns, secret: async (reference) => secretOf(scene, reference) }
}

async function secretOf({ secrets = {}, env }: UploadScene, reference: string): Promise<string> {
  const [kind = '', ...rest] = reference.split(':')
  const name = rest.join(':')
  if (kind === 'file') return (await fs.readFile(name, 'utf8')).trim()
  const found = kind === 'env' ? env[name] : secrets[name]
  if (found === undefined) throw new AppError('sign-in-needed', { details: { reason: `${reference} is not there any more` } })
  return found
}

/** The values with the defaults of the form, as the product passes them on. */
export function fullValues(provider: CloudProvider, { values, facts }: Pick<UploadScene, 'values' | 'facts'>): FieldValues {
  return withDefaults(provider.form.fields(values, facts), values)
}

/** Runs `execute` over the journal of the scene: called again it goes on. Never throws for what the provider threw. */
export async function runUpload(provider: CloudProvider, scene: UploadScene, options: UploadOptions = {}): Promise<Outcome> {
  await fs.mkdir(scene.folder, { recursive: true })
  const stop = new AbortController()
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
  const record = { steps: [] as string[], skipped: [] as string[], phases: [] as UploadPhase[], lines: [] as string[], signInsAsked: 0 }
  const bytes: Record<string, [number, number][]> = {}
  const fractions: Record<string, number[]> = {}
  const breakOff = options.onBreak ?? (() => stop.abort())
  const breaksAt = (kind: 'bytes' | 'step' | 'created', reached: (point: never) => boolean): void => {
    const point = options.breakAt
    if (point !== undefined && kind in point && reached((point as Record<string, unknown>)[kind] as never)) breakOff()
  }
  const breakOf = options.breakAt !== undefined && 'bytes' in options.breakAt ? options.breakAt.of : undefined
  const journal = openLinesJournal(journalFile(scene))
  const values = fullValues(provider, scene)
  const ends: (() => Promise<void> | void)[] = []
  const run: UploadRun = {
    ...(await cloudContext(scene, { ...options, signal })),
    signal,
    values,
    facts: scene.facts,
    source: openTestSource(scene, journal),
    journal: {
      ...journal,
      created: async (draft) => {
        await journal.created(draft)
        breaksAt('created', (count: number) => journal.remotes().length >= count)
      },
    },
    step: async (id, work) => {
      record.steps.push(id)
      breaksAt('step', (name: string) => name === id)
      if (signal.aborted) throw new AppError('cancelled')
      return work({
        fraction: (value) => void (fractions[id] ??= []).push(value),
        bytes: (done, total) => {
          ;(bytes[id] ??= []).push([done, total])
          options.onBytes?.(done, total, id)
          breaksAt('bytes', (count: number) => done >= count && (breakOf === undefined || breakOf === id))
        },
      })
    },
    skip: (id) => void record.skipped.push(id),
    phase: (phase) => void record.phases.push(phase),
    message: (text) => void record.lines.push(text),
    log: (line) => void record.lines.push(line),
    pausePoint: async () => {
      if (signal.aborted) throw new AppError('cancelled')
    },
    signInNeeded: async (error) => {
      record.signInsAsked++
      if (options.signIn === undefined) throw AppError.fromData(error)
      await options.signIn()
    },
  }
  try {
    const containers = options.containers?.(jobOf(run, ends), run.journal)
    const result = await provider.execute(containers === undefined ? run : { ...run, containers })
    return { result, error: null, bytes, fractions, ...record }
  } catch (thrown) {
    return { result: null, error: toAppError(thrown), bytes, fractions, ...record }
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

/** The upload as the job that it is in the product. */
function jobOf(run: UploadRun, ends: (() => Promise<void> | void)[]): JobContext {
  return {
    ...run,
    jobId: 'upload',
    declares: () => true,
    commands: () => [],
    waitForUser: (error) => run.signInNeeded(error),
    defer: (end) => void ends.push(end),
    claim: () => () => {},
  }
}

/** Deletes what the journal of the scene names; by default all of it. What could not be deleted comes back. */
export async function cleanUp(provider: CloudProvider, scene: UploadScene, which: 'all' | 'temporary' = 'all'): Promise<readonly string[]> {
  const journal = openLinesJournal(journalFile(scene))
  const values = fullValues(provider, scene)
  const { left } = await provider.cleanUp(await cloudContext(scene), values, journal, (remote) => which === 'all' || !remote.keepOnSuccess)
  return left.map(({ label, reason }) => `${label}: ${reason}`)
}
