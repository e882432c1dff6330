import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type CommandRecord, ENDED_STATES, type Job, jobSchema } from '#shared/jobs/job'
import { byPositionLastFirst } from '#shared/jobs/job-order'
import { readJson, writeJsonDurably } from '../files/durable-json.js'
import { syncFolderSync } from '../files/sync.js'
import type { Logger } from '../log/logger.js'
import { appendJournal, type Claim, openClaims, readJournal } from './job-journal.js'
import { type JobWish, takeWishes, WISH_FILES, writeWish } from './job-wishes.js'
import { appendCommand, appendLogLines, readCommands, readLogLines } from './job-log.js'

export interface JobStoreDeps {
  /** Absolute path of the folder that holds one folder per job. */
  readonly folder: string
  readonly log: Logger
  /** Ended jobs to keep. */
  readonly keepJobs: () => number
  /** Takes secrets out of log lines. */
  readonly redact?: (text: string) => string
}

/**
 * Jobs on disk, `ID/{job.json, journal.jsonl, log.txt, commands.jsonl}`. The window, the CLI and bug reports read the same;
 * each job is written by the process that owns it, so that several processes can share the folder.
 */
export interface JobStore {
  readonly folder: string
  /** Writes a new job; returns the ids of the ended ones that had to make room. */
  create(job: Job): string[]
  /** Durable: for changes of state. */
  save(job: Job): void
  /** Lost by a crash: for progress that other processes can show. */
  saveProgress(job: Job): void
  /** All readable jobs, what begins last comes first. */
  list(): Job[]
  get(id: string): Job | undefined
  remove(id: string): void
  claim(id: string, claim: Claim): void
  release(id: string, claimId: string): void
  openClaims(id: string): Claim[]
  appendLog(id: string, lines: readonly string[]): void
  appendCommand(id: string, number: number, record: CommandRecord): void
  readLog(id: string): { lines: string[]; commands: CommandRecord[] }
  /** Asks the process that owns the job to cancel it. */
  requestCancel(id: string): void
  isCancelRequested(id: string): boolean
  /** Asks the process that owns the job to hold it, to let it go on, or to move it in its queue; the last word of each counts. */
  request(id: string, request: JobWish): void
  /** Takes what was asked for. */
  takeRequests(id: string): JobWish[]
}

const ID_PATTERN = /^\d{8}-\d{6}-[0-9a-f]{6}$/

/** `20250131-142501-3fa9c0`: sorts by time (UTC), fits in file names. */
export function newJobId(now = new Date()): string {
  const digits = now.toISOString().replaceAll(/[-:]/g, '')
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}-${randomBytes(3).toString('hex')}`
}

export function createJobStore({ folder, log, keepJobs, redact = (text) => text }: JobStoreDeps): JobStore {
  const cache = new Map<string, { readonly version: string; readonly job: Job }>()
  const complained = new Set<string>()
  const at = (id: string, name = '') => path.join(folder, id, name)
  const now = () => new Date().toISOString()

  function read(id: string): Job | undefined {
    if (!ID_PATTERN.test(id)) return undefined
    const cached = cache.get(id)
    // Ended records never change, so they cost no system call once they were read.
    if (cached && ENDED_STATES.has(cached.job.state) && fs.existsSync(at(id, 'job.json'))) return cached.job
    const version = ['job.json', 'progress.json'].map((name) => versionOf(at(id, name))).join(' ')
    if (cached?.version === version) return cached.job
    const job = readRecord(id)
    if (job) cache.set(id, { version, job })
    else cache.delete(id)
    return job
  }

  function readRecord(id: string): Job | undefined {
    const found = readJson(at(id, 'job.json'))
    if (found.state === 'missing') return undefined
    const parsed = found.state === 'ok' ? jobSchema.safeParse(found.value) : undefined
    if (!parsed?.success) {
      if (!complained.has(id)) log.warn('job.unreadable', { id, reason: found.state === 'damaged' ? found.reason : String(parsed?.error) })
      complained.add(id)
      return undefined
    }
    if (ENDED_STATES.has(parsed.data.state)) return parsed.data
    const live = readJson(at(id, 'progress.json'))
    const progress = live.state === 'ok' ? jobSchema.safeParse(live.value).data : undefined
    return progress && progress.state === parsed.data.state ? progress : parsed.data
  }

  function ids(): string[] {
    try {
      return fs.readdirSync(folder).filter((name) => ID_PATTERN.test(name))
    } catch {
      return []
    }
  }

  function list(): Job[] {
    const jobs = ids().flatMap((id) => read(id) ?? [])
    return jobs.sort(byPositionLastFirst)
  }

  function makeRoom(): string[] {
    const ended = list().filter((job) => ENDED_STATES.has(job.state))
    // The journal of a job that left something behind is what finds it again.
    const surplus = ended.slice(keepJobs()).filter((job) => store.openClaims(job.id).length === 0)
    for (const { id } of surplus) store.remove(id)
    return surplus.map((job) => job.id)
  }

  const store: JobStore = {
    folder,
    create(job) {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
      fs.mkdirSync(at(job.id), { mode: 0o700 })
      try {
        writeJsonDurably(at(job.id, 'job.json'), job)
        appendJournal(at(job.id, 'journal.jsonl'), { type: 'state', at: now(), state: job.state })
      } catch (error) {
        // On a full disk a folder without a record would stay for ever, seen by nobody.
        fs.rmSync(at(job.id), { recursive: true, force: true })
        throw error
      }
      syncFolderSync(at(job.id))
      syncFolderSync(folder)
      return makeRoom()
    },
    save(job) {
      appendJournal(at(job.id, 'journal.jsonl'), { type: 'state', at: now(), state: job.state })
      writeJsonDurably(at(job.id, 'job.json'), job)
      // Whole and newer than what was written on the way.
      fs.rmSync(at(job.id, 'progress.json'), { force: true })
      if (!ENDED_STATES.has(job.state)) return
      for (const name of ['cancel-requested', ...WISH_FILES]) fs.rmSync(at(job.id, name), { force: true })
    },
    saveProgress(job) {
      const temporary = at(job.id, '.progress.tmp')
      fs.writeFileSync(temporary, JSON.stringify(job), { mode: 0o600 })
      fs.renameSync(temporary, at(job.id, 'progress.json'))
    },
    list,
    get: read,
    remove(id) {
      if (!ID_PATTERN.test(id)) return
      cache.delete(id)
      fs.rmSync(at(id), { recursive: true, force: true })
    },
    claim: (id, claim) => appendJournal(at(id, 'journal.jsonl'), { type: 'claim', at: now(), ...claim }),
    release: (id, claimId) => appendJournal(at(id, 'journal.jsonl'), { type: 'release', at: now(), id: claimId }),
    openClaims: (id) => openClaims(readJournal(at(id, 'journal.jsonl'))),
    appendLog: (id, lines) => appendLogLines(at(id), lines.map(redact)),
    appendCommand: (id, number, record) => appendCommand(at(id), number, record),
    readLog: (id) => ({ lines: readLogLines(at(id)), commands: readCommands(at(id)) }),
    requestCancel: (id) => fs.writeFileSync(at(id, 'cancel-requested'), ''),
    request: (id, wish) => writeWish(at(id), wish),
    takeRequests: (id) => takeWishes(at(id)),
    isCancelRequested: (id) => fs.existsSync(at(id, 'cancel-requested')),
  }
  return store
}

function versionOf(file: string): string {
  try {
    const { ino, mtimeNs } = fs.statSync(file, { bigint: true })
    return `${ino}:${mtimeNs}`
  } catch {
    // Missing, or on a network home that is gone for the moment: looked at again the next time.
    return '-'
  }
}
