import { toAppError } from '#shared/errors/app-error'
import type { Host } from '../process/host.js'
import { type ImageReading, openDisk, readSource } from './inspect-image.js'

const KEPT = 8

/**
 * The window asks for an image's facts and for its boot entries at once, and again whenever a tab is shown. As long as the files of
 * the image are the same (device, inode, size, times), one reading answers all of it; of an image that is being written to, none is kept.
 */
export class RecentReadings {
  private readonly readings = new Map<string, Promise<ImageReading>>()

  async read(host: Host, imagePath: string): Promise<ImageReading> {
    const source = await openDisk(imagePath)
    const key = `${source.path}\n${source.revision}`
    const known = this.readings.get(key)
    if (known) return this.join(known, host, imagePath)
    const reading = readSource(host, source)
    this.keep(key, reading)
    try {
      const result = await reading
      if (result.info.warnings.some((warning) => warning.code === 'image-in-use')) this.readings.delete(key)
      return result
    } catch (thrown) {
      this.readings.delete(key)
      throw thrown
    }
  }

  /** Who began the reading may have given up; who joined it has not. */
  private async join(known: Promise<ImageReading>, host: Host, imagePath: string): Promise<ImageReading> {
    try {
      return await known
    } catch (thrown) {
      if (host.signal?.aborted || toAppError(thrown).code !== 'cancelled') throw thrown
      return this.read(host, imagePath)
    }
  }

  private keep(key: string, reading: Promise<ImageReading>): void {
    this.readings.set(key, reading)
    const [oldest] = this.readings.keys()
    if (this.readings.size > KEPT && oldest !== undefined) this.readings.delete(oldest)
  }
}
