import fs from 'node:fs'
import path from 'node:path'
import { type CommandRecord, commandRecordSchema } from '#shared/jobs/job'

/** Two files of half the limit make the ring: the older one goes when the newer one is full. */
const RING_HALF_BYTES = 8 * 1024 * 1024
const MAX_LINE_CHARS = 16 * 1024

/** Adds lines to a job's log; keeps the newest 8 to 16 MiB. `ringHalfBytes` is for tests. */
export function appendLogLines(folder: string, lines: readonly string[], ringHalfBytes = RING_HALF_BYTES): void {
  if (lines.length === 0) return
  const file = path.join(folder, 'log.txt')
  const text = lines.map((line) => `${line.slice(0, MAX_LINE_CHARS).replaceAll('\n', '\\n')}\n`).join('')
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size + Buffer.byteLength(text) > ringHalfBytes && size > 0) fs.renameSync(file, path.join(folder, 'log.old.txt'))
  fs.appendFileSync(file, text, { mode: 0o600 })
}

export function readLogLines(folder: string): string[] {
  return ['log.old.txt', 'log.txt'].flatMap((name) => {
    const text = readText(path.join(folder, name))
    return text === '' ? [] : text.replace(/\n$/, '').split('\n')
  })
}

/** Writes one state of the command with that number within its job; the last one written counts. */
export function appendCommand(folder: string, number: number, record: CommandRecord): void {
  fs.appendFileSync(path.join(folder, 'commands.jsonl'), `${JSON.stringify({ number, record })}\n`, { mode: 0o600 })
}

/** The commands of a job in the order in which they started; torn lines are left out. */
export function readCommands(folder: string): CommandRecord[] {
  const commands = new Map<number, CommandRecord>()
  for (const line of readText(path.join(folder, 'commands.jsonl')).split('\n')) {
    const entry = parseEntry(line)
    if (entry) commands.set(entry.number, entry.record)
  }
  return [...commands.entries()].sort(([one], [other]) => one - other).map(([, record]) => record)
}

function parseEntry(line: string): { number: number; record: CommandRecord } | undefined {
  try {
    const { number, record } = JSON.parse(line) as { number: number; record: unknown }
    return { number, record: commandRecordSchema.parse(record) }
  } catch {
    return undefined
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
