import fs from 'node:fs/promises'
import path from 'node:path'
import type { SerialPiece } from '#shared/boot-test/boot-test-calls'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import type { BootConsoles, ConsoleListener } from './operations/boot-test/boot-consoles.js'
import { SCREEN_FILE, SERIAL_FILE } from './operations/boot-test/boot-folders.js'
import { heldSerial, readSerial, withSerialFile } from './operations/boot-test/read-serial.js'

/** Machines of boot tests that run in this process, by the id of their job. */
export interface BootTestsApi {
  /** What the guest writes to its serial console, byte for byte: first the end of what it wrote before. Returns what ends it. */
  watch(jobId: string, listener: ConsoleListener): () => void
  /** What the user types on the serial console. False when the machine does not run. */
  send(jobId: string, text: string): boolean
  /** PNG of the graphical console; null when there is none. */
  screenshot(jobId: string): Promise<Buffer | null>
  /** Port of 127.0.0.1 that leads to SSH of the guest; null without a network. */
  sshPort(jobId: string): number | null
  /** Lines of the serial console of a test that runs or has ended. Throws `job-not-found`. */
  serial(jobId: string, from: number): Promise<SerialPiece>
  /** Absolute path of the serial log of a test. Throws `job-not-found`, `file-not-found` before there is one. */
  serialLog(jobId: string): Promise<string>
  /** PNG that was kept of the graphical console at the end; null when there is none. Throws `job-not-found`. */
  keptScreenshot(jobId: string): Promise<Buffer | null>
}

export interface BootTestsParts {
  readonly consoles: BootConsoles
  /** Throws `job-not-found`. */
  readonly job: (id: string) => Job
  /** Of the jobs: what is kept of one lies below it. */
  readonly folder: string
}

export function createBootTestsApi({ consoles, job, folder }: BootTestsParts): BootTestsApi {
  /** Only of a job that is known: its id becomes part of a path. */
  function kept(jobId: string, name: string): string {
    const { id, kind } = job(jobId)
    if (kind !== 'test-boot') throw new AppError('job-not-found', { details: { id } })
    return path.join(folder, id, name)
  }

  return {
    serial: async (jobId, from) => {
      const file = kept(jobId, SERIAL_FILE)
      const live = consoles.recent(jobId)
      if (live) return readSerial(heldSerial(live.bytes, live.end), from)
      // Before the machine is switched on there is nothing to read.
      if ((await fs.stat(file).catch(() => null)) === null) return { lines: [], pending: '', skipped: 0, next: 0 }
      return withSerialFile(file, (source) => readSerial(source, from))
    },
    serialLog: async (jobId) => {
      const file = kept(jobId, SERIAL_FILE)
      return withSerialFile(file, async () => file)
    },
    keptScreenshot: async (jobId) => fs.readFile(kept(jobId, SCREEN_FILE)).catch(() => null),
    watch: (jobId, listener) => consoles.watch(jobId, listener),
    send: (jobId, text) => {
      const machine = consoles.machine(jobId)
      machine?.write(text)
      return machine !== undefined
    },
    screenshot: async (jobId) => (await consoles.machine(jobId)?.screenshot()) ?? null,
    sshPort: (jobId) => consoles.machine(jobId)?.sshPort ?? null,
  }
}
