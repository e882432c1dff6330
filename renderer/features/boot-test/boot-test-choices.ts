import type { BootReport } from '#shared/boot/boot-entry'
import { checkArg, splitArgs } from '#shared/boot/kernel-args'
import {
  type BootMachine,
  bootMachineSchema,
  type DiskBus,
  type FirmwareChoice,
  type NETWORKS,
  problemOfExpression,
} from '#shared/boot-test/boot-test-request'
import { bootingEntry, usesSerialConsole } from '#shared/boot-test/booting-entry'
import type { FailRuleId } from '#shared/boot-test/fail-table'
import { ARCH_TRAITS, type MachineArch } from '#shared/boot-test/machine-arch'
import type { ReadySetId } from '#shared/boot-test/ready-sets'
import type { Edit } from '#shared/edits/edit'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { PlatformId } from '#shared/platforms/platform'
import { type FirstBootChoices, firstBootOf, NO_FIRST_BOOT, problemsOfFirstBoot } from './first-boot-choices.js'

const MIB = 1024 ** 2
const USUAL_RESTARTS = 3

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
  readonly accelerator: BootMachine['accelerator']
  /** Null: the processor that the image is for. */
  readonly arch: MachineArch | null
  /** Null: that of the platform. */
  readonly type: BootMachine['machine'] | null
  /** A model of qemu; empty for all that the accelerator has. */
  readonly cpu: string
  /** Null: as the platform has one. */
  readonly tpm: boolean | null
  /** Regular expressions of failures, one a line. */
  readonly fail: string
  /** Rows of the table of failures that do not count. */
  readonly ignore: readonly FailRuleId[]
  /** Empty: silence ends nothing. */
  readonly silenceSeconds: number | string
  /** What has to be seen before silence counts; empty for anything. */
  readonly silenceAfter: string
  readonly restarts: number | string
  readonly firstBoot: FirstBootChoices
  /** An ISO image beside the disk, absolute path. */
  readonly cdrom: string | null
  readonly bootCdrom: boolean
  readonly stayOn: boolean
}

/** What fits an image, with its edits applied, without anything being chosen. */
export function usualChoices(
  edits: readonly Edit[],
  boot: Pick<BootReport, 'entries'> | undefined,
  arch: MachineArch = 'x86_64',
): BootTestChoices {
  const isSilent = boot !== undefined && usesSerialConsole(boot, undefined, arch) === false
  return {
    platform: null,
    firmware: 'auto',
    memoryMib: 2048,
    cpus: 2,
    diskBus: null,
    network: 'none',
    entry: null,
    append: isSilent ? ARCH_TRAITS[arch].serialArg : '',
    ready: tellsArguments(edits, boot) ? ['login', 'cmdline'] : ['login'],
    patterns: '',
    timeoutSeconds: 600,
    accelerator: 'auto',
    arch: null,
    type: null,
    cpu: '',
    tpm: null,
    fail: '',
    ignore: [],
    silenceSeconds: '',
    silenceAfter: '',
    restarts: USUAL_RESTARTS,
    firstBoot: NO_FIRST_BOOT,
    cdrom: null,
    bootCdrom: true,
    stayOn: false,
  }
}

/** Another processor: what its machines do not have is left to it, and its serial port takes the place of the other one's. */
export function withArch(
  choices: BootTestChoices,
  arch: MachineArch | null,
  [before, after]: readonly [MachineArch, MachineArch],
): Partial<BootTestChoices> {
  const { machines, diskBuses, firmware, serialArg } = ARCH_TRAITS[after]
  return {
    arch,
    ...(choices.type && !machines.includes(choices.type) ? { type: null } : {}),
    ...(choices.diskBus !== null && !diskBuses.includes(choices.diskBus) ? { diskBus: null } : {}),
    ...(firmware.includes(choices.firmware) ? {} : { firmware: 'auto' }),
    ...(choices.append.trim() === ARCH_TRAITS[before].serialArg ? { append: serialArg } : {}),
  }
}

/** Arguments were edited, and the kernel writes them to its console: with `quiet` it keeps them to itself. */
function tellsArguments(edits: readonly Edit[], boot: Pick<BootReport, 'entries'> | undefined): boolean {
  const isEdited = edits.some(({ kind }) => kind === 'kernel-args')
  const args = (boot && bootingEntry(boot)?.args) ?? ['quiet']
  return isEdited && !args.includes('quiet')
}

type ChoiceField =
  | 'memory'
  | 'cpus'
  | 'cpu'
  | 'append'
  | 'ready'
  | 'patterns'
  | 'fail'
  | 'silence'
  | 'silenceAfter'
  | 'restarts'
  | 'timeout'
  | 'hostname'
  | 'user'
  | 'sshKeys'
export type ChoiceProblems = Partial<Record<ChoiceField, string>>

/** What keeps the test from being started, by field; empty when nothing does. */
export function problemsOf(choices: BootTestChoices): ChoiceProblems {
  const patterns = linesOf(choices.patterns)
  const append = problemOfArgs(choices.append)
  const pattern = problemOfPatterns(patterns)
  const fail = problemOfPatterns(linesOf(choices.fail))
  const after = problemOfPatterns(linesOf(choices.silenceAfter))
  return {
    ...(isWhole(choices.memoryMib, 64, 1024 ** 2) ? {} : { memory: 'At least 64 MiB' }),
    ...(isWhole(choices.cpus, 1, 64) ? {} : { cpus: '1 to 64' }),
    ...(append === null ? {} : { append }),
    ...(choices.ready.length + patterns.length > 0 ? {} : { ready: 'Say what the guest has to reach: without it the test never passes' }),
    ...(pattern === undefined ? {} : { patterns: pattern }),
    ...(fail === undefined ? {} : { fail }),
    ...(after === undefined ? {} : { silenceAfter: after }),
    ...(choices.silenceSeconds === '' || isWhole(choices.silenceSeconds, 1, 86_400) ? {} : { silence: '1 to 86400 seconds' }),
    ...(isWhole(choices.restarts, 0, 100) ? {} : { restarts: '0 to 100' }),
    ...(bootMachineSchema.shape.cpu.safeParse(choices.cpu.trim() || undefined).success ? {} : { cpu: 'Not the name of a model' }),
    ...problemsOfFirstBoot(choices),
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
      ...(choices.accelerator === 'auto' ? {} : { accelerator: choices.accelerator }),
      ...(choices.arch === null ? {} : { arch: choices.arch }),
      ...(choices.type === null ? {} : { machine: choices.type }),
      ...(choices.cpu.trim() === '' ? {} : { cpu: choices.cpu.trim() }),
      ...(choices.tpm === null ? {} : { tpm: choices.tpm }),
    },
    expect: {
      ready: [...choices.ready],
      patterns: linesOf(choices.patterns),
      timeoutSeconds: Number(choices.timeoutSeconds),
      ...(choices.fail.trim() === '' ? {} : { fail: linesOf(choices.fail) }),
      ...(choices.ignore.length === 0 ? {} : { ignore: [...choices.ignore] }),
      ...(choices.restarts === USUAL_RESTARTS ? {} : { restarts: Number(choices.restarts) }),
      ...(choices.silenceSeconds === '' ? {} : { silence: silenceOf(choices) }),
    },
    ...firstBootOf(choices),
    ...(choices.cdrom === null ? {} : { cdrom: { path: choices.cdrom, bootFirst: choices.bootCdrom } }),
    ...(choices.stayOn ? { stayOn: true } : {}),
  }
}

function silenceOf({ silenceSeconds, silenceAfter }: BootTestChoices) {
  const after = silenceAfter.trim()
  return { seconds: Number(silenceSeconds), ...(after === '' ? {} : { after }) }
}

function isWhole(value: number | string, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

function problemOfPatterns(lines: readonly string[]): string | undefined {
  return lines.map(problemOfPattern).find((problem) => problem !== null) ?? undefined
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
