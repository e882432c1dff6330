import { type BootLive, stateAfter } from '#shared/boot-test/boot-live'
import type { BootJudge } from '#shared/boot-test/judge'
import { AppError } from '#shared/errors/app-error'
import type { QmpEvent } from '../../tools/qemu-system/qmp.js'
import { watchSilence } from './watch-silence.js'

/** A machine before its judge: the clock, what qemu tells of it, and the verdict when there is one. */
export class Trial {
  /** Resolves when the judge has decided. Throws what kept it from deciding. */
  readonly decided: Promise<void>
  judged: BootLive['judged'] = null
  state: BootLive['state'] = 'running'
  /** By itself, whether or not it was asked to. */
  guestSwitchedOff = false
  private begun = performance.now()
  private heardAt = performance.now()
  private hasEnded = false
  private resolve: () => void = () => {}
  private reject: (error: unknown) => void = () => {}
  private deadline: NodeJS.Timeout | undefined
  private readonly silence: ReturnType<typeof watchSilence>

  constructor(
    readonly judge: BootJudge,
    /** Where the machine writes to, for the words about it. */
    private readonly folder: string,
  ) {
    this.decided = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.decided.catch(() => {})
    this.silence = watchSilence(
      judge,
      () => this.heardAt,
      () => this.look(),
    )
  }

  /** The machine is switched on now. */
  begin(): void {
    this.begun = performance.now()
    this.heardAt = this.begun
  }

  /** Since the machine was switched on. */
  seconds(): number {
    return Math.round(performance.now() - this.begun) / 1000
  }

  /** How long the guest has said nothing. */
  get silentMs(): number {
    return performance.now() - this.heardAt
  }

  /** Time counts from now on: it is there, and its console is read. */
  startTimers(): void {
    const { timeoutSeconds } = this.judge.expect
    this.deadline = setTimeout(() => {
      this.judge.timedOut(timeoutSeconds)
      this.look()
    }, timeoutSeconds * 1000)
  }

  endTimers(): void {
    this.hasEnded = true
    clearTimeout(this.deadline)
    this.silence.end()
  }

  /** The guest has said something that was shown to the judge. */
  heard(): void {
    this.heardAt = performance.now()
    if (!this.hasEnded) this.silence.heard()
    this.look()
  }

  onEvent({ name, data }: QmpEvent): void {
    this.state = stateAfter(name) ?? this.state
    if (name === 'RESET' && data.guest === true) this.judge.restarted(this.seconds())
    if (name === 'SHUTDOWN' && data.guest === true) this.guestSwitchedOff = true
    if (name === 'BLOCK_IO_ERROR' && data.nospace === true) this.fail(new AppError('no-space', { details: { path: this.folder } }))
    this.look()
  }

  /** The machine has ended, and all that it said was shown to the judge. */
  over(error: AppError): void {
    if (this.guestSwitchedOff) this.judge.stopped('The guest switched itself off')
    this.look()
    this.fail(error)
  }

  /** The user keeps the machine before there is a verdict: there will be none. */
  keptEarly(): void {
    this.judge.keptEarly()
    this.look()
  }

  /** Whether there is a verdict by now. */
  look(): void {
    if (!this.judge.verdict) return
    this.judged ??= { ...this.judge.verdict, seconds: this.seconds() }
    this.endTimers()
    this.resolve()
  }

  /** There will be no verdict, unless there is one already. */
  fail(error: unknown): void {
    this.endTimers()
    this.reject(error)
  }
}
