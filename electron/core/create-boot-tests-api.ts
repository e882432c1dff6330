import fs from 'node:fs/promises'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import path from 'node:path'
import type { BootLive } from '#shared/boot-test/boot-live'
import type { RawPiece, SerialPiece } from '#shared/boot-test/boot-test-calls'
import { type KeptMachine, type KeptMachineDraft, keptMachineSchema } from '#shared/boot-test/kept-machine'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { ENDED_STATES } from '#shared/jobs/job-states'
import type { Host } from './process/host.js'
import { type SshPlace, startSshTerminal } from './tools/ssh/ssh-terminal.js'
import type { BootConsoles, ConsoleListener } from './operations/boot-test/boot-consoles.js'
import { SCREEN_FILE, SERIAL_FILE } from './operations/boot-test/boot-folders.js'
import { readRaw, readRawLog } from './operations/boot-test/read-raw.js'
import { heldSerial, readSerial, withSerialFile } from './operations/boot-test/read-serial.js'

/** Machines of boot tests that run in this process, by the id of their job. */
export interface BootTestsApi {
  /** What the guest writes to its serial console, byte for byte: first the end of what it wrote before. Returns what ends it. */
  watch(jobId: string, listener: ConsoleListener): () => void
  /** What the user types on the serial console. False when the machine does not run. */
  send(jobId: string, text: string): boolean
  /** How it stands with the machine; null when it does not run. */
  live(jobId: string): BootLive | null
  /** Ends the time in which a machine stays on after its verdict, or lets its disk go that could not be kept; false when it does neither. */
  release(jobId: string): boolean
  /** Does not wait any longer for a guest that was asked to switch itself off; false when none is waited for. */
  powerOff(jobId: string): boolean
  /**
   * Ends a test that runs, whatever it has found so far, and keeps its disk; or names another place where that could not be written. False
   * when it does not run, or was asked before. Throws
   * `bad-input`, `output-exists`, `output-is-source`, `folder-not-writable` …; the machine runs on then.
   */
  keep(jobId: string, target: KeptMachineDraft): Promise<boolean>
  /** VNC of the graphical console (RFC 6143). Throws `tool-failed` when the machine does not run. */
  openScreen(jobId: string): Promise<net.Socket>
  /** SSH of the guest in a terminal. Throws `tool-failed` when the machine has no network or does not run, `tool-missing`. */
  openSsh(jobId: string, place: Omit<SshPlace, 'port' | 'gone'>): Promise<Duplex>
  /** The serial console of a test from a byte on, byte for byte; waits for some seconds where nothing has come yet. Throws `job-not-found`. */
  raw(jobId: string, from: number): Promise<RawPiece>
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

/** Who asks again soon loses nothing; who has gone is not waited for long. */
const WAIT_MS = 5000

export interface BootTestsParts {
  readonly host: Host
  readonly consoles: BootConsoles
  /** Throws `job-not-found`. */
  readonly job: (id: string) => Job
  /** Of the jobs: what is kept of one lies below it. */
  readonly folder: string
}

export function createBootTestsApi({ host, consoles, job, folder }: BootTestsParts): BootTestsApi {
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
    raw: async (jobId, from) => {
      const file = kept(jobId, SERIAL_FILE)
      const isBehind = () => from < (consoles.written(jobId) ?? 0)
      if (!ENDED_STATES.has(job(jobId).state) && !isBehind()) await consoles.changed(jobId, WAIT_MS)
      const live = consoles.recent(jobId)
      if (live) {
        const times = consoles.machine(jobId)?.times() ?? []
        return { ...(await readRaw(heldSerial(live.bytes, live.end), from, times)), ended: false }
      }
      const { state, output } = job(jobId)
      const nothing: RawPiece = { bytes: new Uint8Array(), skipped: 0, next: from, ended: ENDED_STATES.has(state), times: [] }
      if (!nothing.ended || (await fs.stat(file).catch(() => null)) === null) return nothing
      return readRawLog(file, output?.bootTest?.serial.leftOutBytes ?? 0, from)
    },
    live: (jobId) => consoles.machine(jobId)?.live() ?? null,
    powerOff: (jobId) => consoles.machine(jobId)?.powerOff() ?? false,
    release: (jobId) => consoles.machine(jobId)?.release() ?? false,
    keep: async (jobId, target) => (await consoles.machine(jobId)?.keep(parseKept(target))) ?? false,
    openSsh: async (jobId, place) => {
      const port = consoles.machine(jobId)?.sshPort ?? null
      const gone = consoles.gone(jobId)
      if (port === null || gone === undefined) throw noMachine()
      return startSshTerminal(host, { ...place, port, gone })
    },
    openScreen: async (jobId) => {
      const socket = consoles.machine(jobId)?.screenSocket
      if (socket === undefined) throw noMachine()
      return connect(socket)
    },
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

function parseKept(target: KeptMachineDraft): KeptMachine {
  const parsed = keptMachineSchema.safeParse(target)
  if (parsed.success) return parsed.data
  throw new AppError('bad-input', { details: { reason: parsed.error.issues.map(({ message }) => message).join('; ') } })
}

function noMachine(): AppError {
  return new AppError('tool-failed', { details: { tool: 'qemu', problem: 'the machine does not run any more' } })
}

function connect(file: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(file)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => {})
      socket.pause()
      resolve(socket)
    })
    socket.once('error', () => reject(noMachine()))
  })
}
