import { type BootPhase, PHASE_TITLES } from '#shared/boot-test/boot-phases'
import type { BootLive } from '#shared/boot-test/boot-live'
import type { BootPhaseMark, BootTestReport, BootVerdict } from '#shared/boot-test/boot-test-report'
import type { Job } from '#shared/jobs/job'
import { platform } from '#shared/platforms/platforms'
import { PLATFORM_IDS } from '#shared/platforms/platform'
import { formatBytes, formatDuration } from '#shared/text/bytes'
import type { Tone } from '../../components/badge.js'
import { isActive, STATE_WORDS } from '../jobs/job-words.js'

export const VERDICT_TONES = { pass: 'green', fail: 'red', timeout: 'amber', none: 'neutral' } as const satisfies Record<BootVerdict, Tone>

const VERDICT_WORDS = { pass: 'Passed in', fail: 'Failed after', timeout: 'Time-out after', none: 'No verdict after' } as const

/** `Passed in 6.7 s`. */
export function verdictWords({ verdict, seconds, kept }: Pick<BootTestReport, 'verdict' | 'seconds' | 'kept'>): string {
  const words = verdict === 'none' && kept !== undefined ? 'Kept without a verdict after' : VERDICT_WORDS[verdict]
  return `${words} ${formatDuration(seconds)}`
}

/** How it stands with a test: its verdict, which a machine that stays on can have already, else the state of its job. */
export function stateWords(job: Job, live: BootLive | null = null): { readonly tone: Tone; readonly words: string } {
  const report = job.output?.bootTest ?? live?.judged
  if (report) return { tone: VERDICT_TONES[report.verdict], words: verdictWords(report) }
  if (isActive(job)) return { tone: 'accent', words: STATE_WORDS[job.state] }
  return job.state === 'cancelled' ? { tone: 'neutral', words: 'Cancelled' } : { tone: 'red', words: 'Ended without a verdict' }
}

/** What an image can be told by: a test that came to no verdict tells nothing of it. */
export type KnownVerdict = Exclude<BootVerdict, 'none'>

/** When a test was begun: `14:32:05`, of another day with its date. */
export function begunWords(createdAt: string, now: number): string {
  const begun = new Date(createdAt)
  const isToday = begun.toDateString() === new Date(now).toDateString()
  return begun.toLocaleString('en-GB', isToday ? { timeStyle: 'medium' } : { dateStyle: 'short', timeStyle: 'short' })
}

/** `Boots: passed 14:32`; of another day with its date. */
export function badgeWords(verdict: KnownVerdict, endedAt: string, now: number): string {
  const end = new Date(endedAt)
  const isToday = end.toDateString() === new Date(now).toDateString()
  const time = end.toLocaleString('en-GB', isToday ? { timeStyle: 'short' } : { dateStyle: 'medium' })
  return `${{ pass: 'Boots: passed', fail: 'Boot test: failed', timeout: 'Boot test: time-out' }[verdict]} ${time}`
}

export const FIRMWARE_WORDS = { bios: 'BIOS', uefi: 'UEFI', 'uefi-secure': 'UEFI with secure boot' } as const

/** What it ran on, in one line. */
export function machineWords({ accelerator, firmware, machine }: BootTestReport): string {
  const known = PLATFORM_IDS.find((id) => id === machine.platform)
  return [
    accelerator.used === 'kvm' ? 'KVM' : 'TCG (emulated processor)',
    FIRMWARE_WORDS[firmware.kind],
    machine.type,
    machine.diskBus,
    formatBytes(machine.memoryBytes),
    machine.cpus === 1 ? '1 CPU' : `${machine.cpus} CPUs`,
    ...(machine.network === 'user' ? ['network'] : []),
    ...(machine.tpm ? ['TPM'] : []),
    ...(known === undefined ? [] : [`as on ${platform(known).name}`]),
  ].join(' · ')
}

const MACHINE_WORDS: Readonly<Record<BootLive['state'], { readonly tone: Tone; readonly words: string }>> = {
  running: { tone: 'accent', words: 'Machine runs' },
  paused: { tone: 'amber', words: 'Machine is paused' },
  suspended: { tone: 'amber', words: 'Guest sleeps' },
  panicked: { tone: 'red', words: 'Guest panicked' },
  'shut-down': { tone: 'neutral', words: 'Guest switched off' },
}

/** Of a machine that was closed in order to be kept there is only its disk. */
export function isSwitchedOn({ keeping }: Pick<BootLive, 'keeping'>): boolean {
  return keeping === undefined || keeping.stage === 'closing'
}

/** What qemu says of the machine. */
export function machineState(live: Pick<BootLive, 'state' | 'keeping'>): { readonly tone: Tone; readonly words: string } {
  return isSwitchedOn(live) ? MACHINE_WORDS[live.state] : { tone: 'neutral', words: 'Machine is off' }
}

export interface PhaseSpan {
  readonly phase: BootPhase
  readonly title: string
  /** Since the machine was switched on. */
  readonly from: number
  readonly seconds: number
  readonly line: string
}

/** How long each stage of the boot took: until the next began, the last one until the verdict. */
export function spansOf({ timeline, seconds }: { readonly timeline: readonly BootPhaseMark[]; readonly seconds: number }): PhaseSpan[] {
  return timeline.map(({ phase, seconds: from, line }, index) => {
    const to = timeline[index + 1]?.seconds ?? seconds
    return { phase, title: PHASE_TITLES[phase], from, seconds: Math.max(0, to - from), line }
  })
}
