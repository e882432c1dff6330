import type { BootConsoles, ConsoleListener } from './operations/boot-test/boot-consoles.js'

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
}

export function createBootTestsApi(consoles: BootConsoles): BootTestsApi {
  return {
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
