import type { BootReport } from '#shared/boot/boot-entry'
import { checkArg, splitArgs } from '#shared/boot/kernel-args'
import { type DiskBus, type FirmwareChoice, type NETWORKS, problemOfExpression } from '#shared/boot-test/boot-test-request'
import { bootingEntry, usesSerialConsole } from '#shared/boot-test/booting-entry'
import type { ReadySetId } from '#shared/boot-test/ready-sets'
import type { Edit } from '#shared/edits/edit'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { PlatformId } from '#shared/platforms/platform'

const MIB = 1024 ** 2
/** The first serial port, as fast as it goes: what the machine's console listens on. */
const SERIAL_CONSOLE = 'console=ttyS0,115200n8'

/** What the form of a boot test holds, as it was typed. */
export interface BootTestChoices {
  readonly platform: PlatformId | null
  readonly firmware: FirmwareChoice
  readonly memoryMib: number | string
  readonly cpus: number | string
  /** Null: that of the platform. */
  readonly diskBus: DiskBus | null
  readonly network: (typeof NETWORKS)[number]
  /** Null: the one that boots by itself. */
  readonly entry: string | null
  /** Kernel arguments for the test alone. */
  readonly append: string
  readonly ready: readonly ReadySetId[]
  /** Regular expressions, one a line. */
  readonly patterns: string
  readonly timeoutSeconds: number | string
}

/** What fits an image, with its edits applied, without anything being chosen. */
export function usualChoices(edits: readonly Edit[], boot: Pick<BootReport, 'entries'> | undefined): BootTestChoices {
  const isSilent = boot !== undefined && usesSerialConsole(boot) === false
  return {
    platform: null,
    firmware: 'auto',
    memoryMib: 2048,
    cpus: 2,
    diskBus: null,
    network: 'none',
    entry: null,
    append: isSilent ? SERIAL_CONSOLE : '',
    ready: tellsArguments(edits, boot) ? ['login', 'cmdline'] : ['login'],
    patterns: '',
    timeoutSeconds: 600,
  }
}

/** Arguments were edited, and the kernel writes them to its console: with `quiet` it keeps them to itself. */
function tellsArguments(edits: readonly Edit[], boot: Pick<BootReport, 'entries'> | undefined): boolean {
  const isEdited = edits.some(({ kind }) => kind === 'kernel-args')
  const args = (boot && bootingEntry(boot)?.args) ?? ['quiet']
  return isEdited && !args.includes('quiet')
}

export type ChoiceProblems = Partial<Record<'memory' | 'cpus' | 'append' | 'ready' | 'patterns' | 'timeout', string>>

/** What keeps the test from being started, by field; empty when nothing does. */
export function problemsOf(choices: BootTestChoices): ChoiceProblems {
  const patterns = linesOf(choices.patterns)
  const append = problemOfArgs(choices.append)
  const pattern = patterns.map(problemOfPattern).find((problem) => problem !== null)
  return {
    ...(isWhole(choices.memoryMib, 64, 1024 ** 2) ? {} : { memory: 'At least 64 MiB' }),
    ...(isWhole(choices.cpus, 1, 64) ? {} : { cpus: '1 to 64' }),
    ...(append === null ? {} : { append }),
    ...(choices.ready.length + patterns.length > 0 ? {} : { ready: 'Say what the guest has to reach: without it the test never passes' }),
    ...(pattern === undefined ? {} : { patterns: pattern }),
    ...(isWhole(choices.timeoutSeconds, 1, 86_400) ? {} : { timeout: '1 to 86400 seconds' }),
  }
}

type ChosenInput = Omit<JobInputDraft<'test-boot'>, 'source' | 'revision' | 'edits'>

/** The part of the request that the form is about; only of choices without problems. */
export function inputOf(choices: BootTestChoices): ChosenInput {
  return {
    ...(choices.platform === null ? {} : { platform: choices.platform }),
    ...(choices.entry === null ? {} : { entry: choices.entry }),
    append: splitArgs(choices.append),
    machine: {
      firmware: choices.firmware,
      memoryBytes: Number(choices.memoryMib) * MIB,
      cpus: Number(choices.cpus),
      ...(choices.diskBus === null ? {} : { diskBus: choices.diskBus }),
      network: choices.network,
    },
    expect: { ready: [...choices.ready], patterns: linesOf(choices.patterns), timeoutSeconds: Number(choices.timeoutSeconds) },
  }
}

function isWhole(value: number | string, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

function problemOfPattern(line: string): string | null {
  const problem = line.length > 1000 ? 'it is too long' : problemOfExpression(line)
  return problem === null ? null : `${line.slice(0, 60)}: ${problem}`
}

function problemOfArgs(text: string): string | null {
  try {
    for (const arg of splitArgs(text)) checkArg(arg)
    return null
  } catch (error) {
    return describeError(toAppError(error).data).detail
  }
}
