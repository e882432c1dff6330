import fs from 'node:fs/promises'
import { RAW_PIECE, type RawPiece } from '#shared/boot-test/boot-test-calls'
import { type SerialSource, withSerialFile } from './read-serial.js'
import { HEAD_BYTES, leftOutLine, timesFile } from './serial-log.js'
import { type SerialTime, timesWithin } from './serial-times.js'

/** Of what is further behind only the end is told: more than a terminal keeps to scroll back in. */
const FARTHEST_BEHIND = 1024 * 1024
const NEWLINE = 0x0a

/** A piece of a console byte for byte, from a byte on; of what is far behind only the end, from the beginning of a line. */
export async function readRaw(source: SerialSource, from: number, times: readonly SerialTime[]): Promise<Omit<RawPiece, 'ended'>> {
  const { start, end, read } = source
  // A position behind the end is one of another log: what is there is told from its beginning.
  const asked = from > end ? 0 : from
  const least = Math.max(start, end - FARTHEST_BEHIND)
  const position = Math.max(asked, least)
  const piece = await read(position, Math.min(RAW_PIECE, end - position))
  const begin = position > asked ? piece.indexOf(NEWLINE) + 1 : 0
  const bytes = Uint8Array.from(piece.subarray(begin))
  const first = position + begin
  return { bytes, skipped: first - asked, next: first + bytes.length, times: timesWithin(times, first, first + bytes.length) }
}

/** The same of a log that was closed, by the places that its bytes had while it was written. Throws `file-not-found`. */
export async function readRawLog(file: string, leftOutBytes: number, from: number): Promise<RawPiece> {
  return withSerialFile(file, async (log) => {
    const source = leftOutBytes === 0 ? log : tailOf(log, leftOutBytes)
    const piece = await readRaw(source, from, await readTimes(file))
    return { ...piece, ended: piece.next >= source.end }
  })
}

/** What follows the place where bytes were left out. */
function tailOf({ end, read }: SerialSource, leftOutBytes: number): SerialSource {
  const shift = leftOutBytes - leftOutLine(leftOutBytes).length
  return { start: HEAD_BYTES + leftOutBytes, end: end + shift, read: (position, length) => read(position - shift, length) }
}

/** Logs of old versions have none; a console without them is still one. */
async function readTimes(log: string): Promise<readonly SerialTime[]> {
  try {
    const marks: unknown = JSON.parse(await fs.readFile(timesFile(log), 'utf8'))
    return Array.isArray(marks) ? marks.filter(isMark) : []
  } catch {
    return []
  }
}

function isMark(value: unknown): value is SerialTime {
  return Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && Number.isFinite(value[1])
}
