import { ByteTail } from './byte-tail.js'

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
}

/** Serial consoles of the boot tests that run in this process, by job: for who looks on, in a window or on a terminal. */
export class BootConsoles {
  private readonly machines = new Map<string, LiveMachine>()
  private readonly histories = new Map<string, ByteTail>()
  private readonly listeners = new Map<string, Set<ConsoleListener>>()

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

  /** The machine of a job while it runs. */
  machine(jobId: string): LiveMachine | undefined {
    return this.machines.get(jobId)
  }

  open(jobId: string, machine: LiveMachine): void {
    this.machines.set(jobId, machine)
    this.histories.set(jobId, new ByteTail(HISTORY_BYTES))
  }

  tell(jobId: string, bytes: Buffer): void {
    this.histories.get(jobId)?.push(bytes)
    for (const listener of this.listeners.get(jobId) ?? []) listener(bytes)
  }

  close(jobId: string): void {
    this.machines.delete(jobId)
    this.histories.delete(jobId)
  }
}
