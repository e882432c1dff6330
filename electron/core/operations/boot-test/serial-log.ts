import fs from 'node:fs/promises'
import { ByteTail } from './byte-tail.js'
import { SerialTimes } from './serial-times.js'

/** Of a long console the beginning is kept. */
export const HEAD_BYTES = 8 * 1024 * 1024
const TAIL_BYTES = 4 * 1024 * 1024

/** Beside the log: when its bytes came. */
export function timesFile(log: string): string {
  return `${log}.times`
}

/** What stands in a log where bytes were left out of it. */
export function leftOutLine(bytes: number): string {
  return `\r\n[ ${bytes} bytes left out here ]\r\n`
}

/**
 * The console of a test as a file: its beginning as it comes, and its end when it is closed; a guest that writes without end takes
 * neither the disk nor the memory. Calls have to wait for each other.
 */
export class SerialLog {
  /** All that the guest wrote. */
  bytes = 0
  /** When it came. */
  readonly times = new SerialTimes()
  private readonly tail = new ByteTail(TAIL_BYTES)

  private constructor(
    private readonly handle: fs.FileHandle,
    readonly path: string,
  ) {}

  static async open(path: string): Promise<SerialLog> {
    return new SerialLog(await fs.open(path, 'w', 0o600), path)
  }

  get leftOutBytes(): number {
    return this.tail.dropped
  }

  /** What is held in memory. */
  get heldBytes(): number {
    return this.tail.length
  }

  /** What came so many seconds after the machine was switched on. */
  async write(chunk: Buffer, seconds: number): Promise<void> {
    this.times.mark(this.bytes, seconds)
    const room = Math.max(0, HEAD_BYTES - this.bytes)
    this.bytes += chunk.length
    if (room > 0) await this.handle.write(chunk.subarray(0, room))
    if (chunk.length > room) this.tail.push(chunk.subarray(room))
  }

  async close(): Promise<void> {
    try {
      if (this.tail.dropped > 0) await this.handle.write(leftOutLine(this.tail.dropped))
      await this.handle.write(this.tail.bytes())
      await this.handle.sync()
      await fs.writeFile(timesFile(this.path), JSON.stringify(this.times.all()), { mode: 0o600 })
    } finally {
      await this.handle.close()
    }
  }
}
