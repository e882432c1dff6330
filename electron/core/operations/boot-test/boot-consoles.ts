import type { BootLive } from '#shared/boot-test/boot-live'
import type { KeptMachine } from '#shared/boot-test/kept-machine'
import { ByteTail } from './byte-tail.js'
import type { SerialTime } from './serial-times.js'

const HISTORY_BYTES = 256 * 1024

export type ConsoleListener = (bytes: Buffer) => void

/** The serial console of a machine that runs. */
export interface LiveMachine {
  /** What the user types. */
  write(text: string): void
  /** PNG of the graphical console; null where there is none. */
  screenshot(): Promise<Buffer | null>
  /** Where SSH of the guest is to be had on loopback; null without a network. */
  readonly sshPort: number | null
  /** How it stands with it. */
  live(): BootLive
  /** Absolute path of the socket that VNC of the graphical console listens on. */
  readonly screenSocket: string
  /** When its bytes came. */
  times(): readonly SerialTime[]
  /** Ends the time in which it stays on after the verdict, or lets its disk go that could not be kept; false when it does neither. */
  release(): boolean
  /** Does not wait any longer for the guest to switch itself off; false when it was not asked to. */
  powerOff(): boolean
  /** Ends it, and keeps its disk as a new image; false where it is too late. Throws what keeps a file from being made there, and goes on then. */
  keep(target: KeptMachine): Promise<boolean>
}

/** Serial consoles of the boot tests that run in this process, by job: for who looks on, in a window or on a terminal. */
export class BootConsoles {
  private readonly machines = new Map<string, LiveMachine>()
  private readonly runs = new Map<string, AbortController>()
  private readonly histories = new Map<string, ByteTail>()
  private readonly listeners = new Map<string, Set<ConsoleListener>>()
  private readonly waiting = new Map<string, Set<() => void>>()

  /** Tells what the guest of a job writes: first the end of what it wrote before. May be asked before the test begins. */
  watch(jobId: string, listener: ConsoleListener): () => void {
    const history = this.histories.get(jobId)
    if (history && history.length > 0) listener(history.bytes())
    const set = this.listeners.get(jobId) ?? new Set()
    this.listeners.set(jobId, set.add(listener))
    return () => {
      set.delete(listener)
      if (set.size === 0) this.listeners.delete(jobId)
    }
  }

  /** The end of what the guest wrote, and how much it wrote in all; undefined when the machine does not run here. */
  recent(jobId: string): { readonly bytes: Buffer; readonly end: number } | undefined {
    const history = this.histories.get(jobId)
    return history && { bytes: history.bytes(), end: history.dropped + history.length }
  }

  /** Bytes that the guest wrote so far; undefined when the machine does not run here. */
  written(jobId: string): number | undefined {
    const history = this.histories.get(jobId)
    return history && history.dropped + history.length
  }

  /** The machine of a job while it runs. */
  machine(jobId: string): LiveMachine | undefined {
    return this.machines.get(jobId)
  }

  /** Comes when the machine of a job goes; undefined when it does not run here. */
  gone(jobId: string): AbortSignal | undefined {
    return this.runs.get(jobId)?.signal
  }

  open(jobId: string, machine: LiveMachine): void {
    this.machines.set(jobId, machine)
    this.runs.set(jobId, new AbortController())
    this.histories.set(jobId, new ByteTail(HISTORY_BYTES))
    this.wake(jobId)
  }

  tell(jobId: string, bytes: Buffer): void {
    this.histories.get(jobId)?.push(bytes)
    for (const listener of this.listeners.get(jobId) ?? []) listener(bytes)
    this.wake(jobId)
  }

  /** Resolves when the machine of a job is there, says something or goes; by itself after this time. */
  changed(jobId: string, atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const set = this.waiting.get(jobId) ?? new Set()
      this.waiting.set(jobId, set)
      const done = (): void => {
        clearTimeout(timer)
        set.delete(done)
        if (set.size === 0 && this.waiting.get(jobId) === set) this.waiting.delete(jobId)
        resolve()
      }
      const timer = setTimeout(done, atMostMs)
      set.add(done)
    })
  }

  close(jobId: string): void {
    this.machines.delete(jobId)
    this.histories.delete(jobId)
    this.runs.get(jobId)?.abort()
    this.runs.delete(jobId)
    this.wake(jobId)
  }

  private wake(jobId: string): void {
    for (const done of this.waiting.get(jobId) ?? []) done()
  }
}
