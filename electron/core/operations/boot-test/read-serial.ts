import fs from 'node:fs/promises'
import { SERIAL_PIECE, type SerialPiece } from '#shared/boot-test/boot-test-calls'
import { SerialLines } from '#shared/boot-test/serial-lines'
import { AppError } from '#shared/errors/app-error'

/** Bytes that a guest wrote, of which not all may still be there. */
export interface SerialSource {
  /** The first byte that is there. */
  readonly start: number
  /** Behind the last byte. */
  readonly end: number
  /** `length` bytes are there from `position` on. */
  read(position: number, length: number): Promise<Buffer>
}

const NEWLINE = 0x0a

/** The lines from a byte on: whole ones, so that a later call can go on with the next; of what is far behind only the end. */
export async function readSerial({ start, end, read }: SerialSource, from: number): Promise<SerialPiece> {
  // A position behind the end is one of another log: what is there is told from its beginning.
  const asked = from > end ? 0 : from
  const least = Math.max(start, end - SERIAL_PIECE)
  const isBehind = asked < least
  const position = isBehind ? least : asked
  const bytes = await read(position, end - position)
  const begin = isBehind ? bytes.indexOf(NEWLINE) + 1 : 0
  const last = bytes.lastIndexOf(NEWLINE) + 1
  // Without an end of line in so much, there is none to wait for.
  const isEndless = last <= begin && bytes.length - begin >= SERIAL_PIECE / 2
  const cut = isEndless ? bytes.length : Math.max(begin, last)
  const lines = linesOf(bytes.toString('utf8', begin, cut))
  return {
    lines,
    pending: linesOf(bytes.toString('utf8', cut)).join('\n'),
    skipped: isBehind ? position + begin - asked : 0,
    next: position + cut,
  }
}

function linesOf(text: string): string[] {
  const found: string[] = []
  const lines = new SerialLines((line) => found.push(line))
  lines.push(text)
  lines.end()
  return found
}

/** What is held of a console that is open. */
export function heldSerial(bytes: Buffer, end: number): SerialSource {
  const start = end - bytes.length
  return { start, end, read: async (position, length) => bytes.subarray(position - start, position - start + length) }
}

/** A serial log; throws `file-not-found` where the test ended before the guest could write. */
export async function withSerialFile<T>(file: string, work: (source: SerialSource) => Promise<T>): Promise<T> {
  const handle = await fs.open(file, 'r').catch(() => null)
  if (handle === null) throw new AppError('file-not-found', { details: { path: file } })
  try {
    const { size } = await handle.stat()
    return await work({
      start: 0,
      end: size,
      read: async (position, length) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
        return buffer.subarray(0, bytesRead)
      },
    })
  } finally {
    await handle.close()
  }
}
