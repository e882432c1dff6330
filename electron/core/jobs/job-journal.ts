import fs from 'node:fs'
import { z } from 'zod'
import { JOB_STATES } from '#shared/jobs/job'

export const claimKindSchema = z.enum(['part-file', 'folder', 'backup', 'container', 'container-image', 'container-layers'])

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), at: z.string(), state: z.enum(JOB_STATES) }),
  z.object({ type: z.literal('claim'), at: z.string(), id: z.string(), kind: claimKindSchema, what: z.string() }),
  z.object({ type: z.literal('release'), at: z.string(), id: z.string() }),
])
export type JournalLine = z.infer<typeof lineSchema>

/** Something that a job announced before making it. */
export interface Claim {
  readonly id: string
  readonly kind: z.infer<typeof claimKindSchema>
  /** Absolute path, or the name of a container or image; digests of layers with a space between them. */
  readonly what: string
}

/** Appends a line and returns when it is on stable storage. Throws the system's error when it cannot be. */
export function appendJournal(file: string, line: JournalLine): void {
  const fd = fs.openSync(file, 'a+', 0o600)
  try {
    // A line that a crash tore off must not swallow the next one.
    const lead = endsWithNewline(fd) ? '' : '\n'
    fs.writeSync(fd, `${lead}${JSON.stringify(line)}\n`)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** All whole lines of a journal, oldest first; a torn line is left out. No journal is an empty one. */
export function readJournal(file: string): JournalLine[] {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => parseLine(line) ?? [])
}

/** What was announced and not yet released, oldest first. */
export function openClaims(lines: readonly JournalLine[]): Claim[] {
  const open = new Map<string, Claim>()
  for (const line of lines) {
    if (line.type === 'claim') open.set(line.id, { id: line.id, kind: line.kind, what: line.what })
    if (line.type === 'release') open.delete(line.id)
  }
  return [...open.values()]
}

function parseLine(line: string): JournalLine | undefined {
  if (line === '') return undefined
  try {
    return lineSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

function endsWithNewline(fd: number): boolean {
  const { size } = fs.fstatSync(fd)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  fs.readSync(fd, last, 0, 1, size - 1)
  return last[0] === 0x0a
}
