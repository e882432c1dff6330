import fs from 'node:fs/promises'
import { ByteTail } from './byte-tail.js'

const HEAD_BYTES = 8 * 1024 * 1024
const TAIL_BYTES = 4 * 1024 * 1024

/**
 * The console of a test as a file: its beginning as it comes, and its end when it is closed; a guest that writes without end takes
 * neither the disk nor the memory. Calls have to wait for each other.
 */
export class SerialLog {
  /** All that the guest wrote. */
  bytes = 0
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

  async write(chunk: Buffer): Promise<void> {
    const room = Math.max(0, HEAD_BYTES - this.bytes)
    this.bytes += chunk.length
    if (room > 0) await this.handle.write(chunk.subarray(0, room))
    if (chunk.length > room) this.tail.push(chunk.subarray(room))
  }

  async close(): Promise<void> {
    try {
      if (this.tail.dropped > 0) await this.handle.write(`\r\n[ ${this.tail.dropped} bytes left out here ]\r\n`)
      await this.handle.write(this.tail.bytes())
      await this.handle.sync()
    } finally {
      await this.handle.close()
    }
  }
}
