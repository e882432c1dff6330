import type { KeptMachine } from '#shared/boot-test/kept-machine'
import type { LiveMachine } from './boot-consoles.js'

/** What the user asks of a machine while it runs: to end, or to be kept. */
export class MachineWishes implements Pick<LiveMachine, 'release'> {
  /** Resolves when the user has asked for an end. */
  readonly asked: Promise<void>
  private target: KeptMachine | null = null
  private staysOn = false
  private isSettled = false
  private end: () => void = () => {}

  constructor() {
    this.asked = new Promise((resolve) => {
      this.end = resolve
    })
  }

  /** The verdict is there, and the machine stays on. */
  stayOn(): void {
    this.staysOn = true
  }

  /** What is to become of its disk; null where it goes away with the test. What is asked later is refused. */
  settle(): KeptMachine | null {
    this.isSettled = true
    return this.target
  }

  readonly release = (): boolean => {
    if (!this.staysOn || this.isSettled) return false
    this.end()
    return true
  }

  /** False where it is too late, or another place was named before. */
  readonly keep = (target: KeptMachine): boolean => {
    if (this.isSettled || this.target !== null) return false
    this.target = target
    this.end()
    return true
  }
}
