import type { KeepingMachine, KeptMachine } from '#shared/boot-test/kept-machine'
import type { LiveMachine } from './boot-consoles.js'

/** What may be asked for once. */
class Wish {
  isResolved = false
  resolve: () => void = () => {}
  readonly promise = new Promise<void>((resolve) => {
    this.resolve = () => {
      this.isResolved = true
      resolve()
    }
  })
}

/** What the user asks of a machine: to end, to be kept, and not to be waited for. */
export class MachineWishes implements Pick<LiveMachine, 'release' | 'powerOff'> {
  /** How it stands with its being kept. */
  keeping: KeepingMachine | undefined
  private next = new Wish()
  private readonly cut = new Wish()
  private target: KeptMachine | null = null
  private mayEnd = false
  private isSettled = false

  /** Resolves when the user has asked for an end. */
  get asked(): Promise<void> {
    return this.next.promise
  }

  /** Resolves when the guest is not to be waited for. */
  get cutOff(): Promise<void> {
    return this.cut.promise
  }

  get isCutOff(): boolean {
    return this.cut.isResolved
  }

  /** The verdict is there, and the machine stays on. */
  stayOn(): void {
    this.mayEnd = true
  }

  /** What is to become of its disk; null where it goes away with the test. What is asked later is refused. */
  settle(): KeptMachine | null {
    this.isSettled = true
    return this.target
  }

  /** Its disk could not be kept as was asked: what is asked next counts. */
  reopen(): void {
    this.next = new Wish()
    this.target = null
    this.mayEnd = true
    this.isSettled = false
  }

  readonly release = (): boolean => {
    if (!this.mayEnd || this.isSettled) return false
    this.next.resolve()
    return true
  }

  /** False where it is too late, or another place was named before. */
  readonly keep = (target: KeptMachine): boolean => {
    if (this.isSettled || this.target !== null) return false
    this.target = target
    this.next.resolve()
    return true
  }

  readonly powerOff = (): boolean => {
    if (this.keeping?.stage !== 'closing' || this.keeping.guest !== 'shut-down') return false
    this.cut.resolve()
    return true
  }
}
