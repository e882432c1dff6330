import type { KeptMachine } from '#shared/boot-test/kept-machine'
import type { LiveMachine } from './boot-consoles.js'

/** What the user asks of a machine while it runs: to end, or to be kept. */
export class MachineWishes implements Pick<LiveMachine, 'release' | 'keep'> {
  /** Resolves when the user has asked for an end. */
  readonly asked: Promise<void>
  /** What is to become of its disk; null where it goes away with the test. */
  target: KeptMachine | null = null
  private staysOn = false
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

  readonly release = (): boolean => {
    if (this.staysOn) this.end()
    return this.staysOn
  }

  readonly keep = (target: KeptMachine): boolean => {
    this.target = target
    this.end()
    return true
  }
}
