import fs from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type Remote, type RemoteDraft, remoteSchema } from '#shared/clouds/upload-plan'
import { syncFolder } from '../files/sync.js'
import type { UploadJournal } from './upload-journal.js'

const FILE = 'journal.jsonl'
/** Facts that are only noted wait this long for others before they are written. */
const NOTE_DELAY_MS = 500

const lineSchema = z.union([
  z.object({ put: z.string(), value: z.unknown() }),
  z.object({ created: remoteSchema }),
  z.object({ forget: z.object({ kind: z.string(), id: z.string() }) }),
])
type Line = z.infer<typeof lineSchema>

export interface FileJournal extends UploadJournal {
  /** Writes what is left to write. */
  close(): Promise<void>
}

/** What the lines of a journal say, the last one of each thing. */
export interface JournalState {
  readonly values: Map<string, unknown>
  readonly remotes: Map<string, Remote>
}

/** Reads the journal in a folder; a line that a crash tore off is left out. No journal is an empty one. */
export function readUploadJournal(folder: string): JournalState {
  const state: JournalState = { values: new Map(), remotes: new Map() }
  for (const line of readText(path.join(folder, FILE)).split('\n')) {
    const parsed = parseLine(line)
    if (parsed !== null) apply(state, parsed)
  }
  return state
}

/** Opens the journal in a folder, which is made, for its owner alone. Throws the system's error when it cannot be written. */
export async function openFileJournal(folder: string): Promise<FileJournal> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const state = readUploadJournal(folder)
  const file = path.join(folder, FILE)
  const isTorn = !/(^|\n)$/.test(readText(file).slice(-1))
  const handle = await open(file, 'a', 0o600)
  await syncFolder(folder)
  let waiting: string[] = isTorn ? [''] : []
  let timer: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()
  let failure: unknown

  /** In the order in which it was said; what could not be written is thrown by the next call that waits. */
  function flush(sync: boolean): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const lines = waiting
    waiting = []
    const written = last.then(async () => {
      if (failure !== undefined) throw failure
      if (lines.length > 0) await handle.appendFile(lines.map((line) => `${line}\n`).join(''))
      if (sync) await handle.datasync()
    })
    last = written.catch((thrown: unknown) => {
      failure = thrown
    })
    return written
  }

  function say(line: Line): void {
    apply(state, line)
    waiting.push(JSON.stringify(line))
  }

  return {
    get: <T>(key: string) => state.values.get(key) as T | undefined,
    async put(key, value) {
      say({ put: key, value })
      await flush(true)
    },
    note(key, value) {
      say({ put: key, value })
      timer ??= setTimeout(() => void flush(false).catch(() => {}), NOTE_DELAY_MS)
    },
    sync: () => flush(true),
    async created(draft: RemoteDraft) {
      say({ created: remoteSchema.parse(draft) })
      await flush(true)
    },
    async forget(kind, id) {
      say({ forget: { kind, id } })
      await flush(true)
    },
    remotes: () => [...state.remotes.values()],
    async close() {
      try {
        await flush(true)
      } finally {
        await handle.close()
      }
    },
  }
}

function apply({ values, remotes }: JournalState, line: Line): void {
  if ('put' in line) values.set(line.put, line.value)
  else if ('created' in line) remotes.set(keyOf(line.created), line.created)
  else remotes.delete(keyOf(line.forget))
}

function keyOf({ kind, id }: Pick<Remote, 'kind' | 'id'>): string {
  return JSON.stringify([kind, id])
}

function parseLine(line: string): Line | null {
  if (line === '') return null
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return ''
    throw thrown
  }
}
