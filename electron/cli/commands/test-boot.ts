import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import { PHASE_TITLES } from '#shared/boot-test/boot-phases'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import { DISK_BUSES, FIRMWARE_CHOICES, MACHINES, NETWORKS, problemOfExpression } from '#shared/boot-test/boot-test-request'
import { FAIL_RULE_IDS } from '#shared/boot-test/fail-table'
import { READY_SET_IDS } from '#shared/boot-test/ready-sets'
import { SerialLines } from '#shared/boot-test/serial-lines'
import { ENGINES, type JobInputDraft } from '#shared/jobs/job-requests'
import { AppError } from '#shared/errors/app-error'
import { parseDiskSize } from '#shared/text/parse-size'
import { findEntry } from '../boot-changes.js'
import { choiceOf, oneOf } from '../choice.js'
import { type Command, type CommandContext, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob } from '../follow-job.js'
import { table, visible } from '../print.js'
import { platformOf } from './retarget.js'

type Request = JobInputDraft<'test-boot'>

const OPTIONS = {
  expect: { type: 'string', multiple: true, value: 'RE', help: 'A line of the console has to match this regular expression' },
  ready: { type: 'string', multiple: true, value: 'SET', help: `Has to be seen (default: login): ${READY_SET_IDS.join(', ')}` },
  fail: { type: 'string', multiple: true, value: 'RE', help: 'A line that matches ends the test as failed' },
  ignore: { type: 'string', multiple: true, value: 'RULE', help: `A rule of failures that does not count: ${FAIL_RULE_IDS.join(', ')}` },
  timeout: { type: 'string', value: 'SECONDS', help: 'Give up after so long (default: 600)' },
  silence: { type: 'string', value: 'SECONDS', help: 'Give up when the guest says nothing for so long' },
  'silence-after': { type: 'string', value: 'RE', help: 'Count silence only once a line matched' },
  platform: { type: 'string', value: 'P', help: 'Make the machine look like that platform, as far as qemu can' },
  firmware: { type: 'string', value: 'F', help: `${FIRMWARE_CHOICES.join(', ')} (default: what the image has)` },
  machine: { type: 'string', value: 'M', help: MACHINES.join(', ') },
  bus: { type: 'string', value: 'B', help: `Where the disk is: ${DISK_BUSES.join(', ')}` },
  memory: { type: 'string', value: 'SIZE', help: 'Memory of the machine: 512M, 4G (default: 2G)' },
  cpus: { type: 'string', value: 'N', help: 'Processors (default: 2)' },
  network: { type: 'string', value: 'N', help: `${NETWORKS.join(', ')} (default: none); user forwards SSH to a free port of 127.0.0.1` },
  tpm: { type: 'boolean', help: 'Give it a TPM 2.0 (swtpm)' },
  'no-kvm': { type: 'boolean', help: 'Emulate, though KVM works' },
  entry: { type: 'string', value: 'ID', help: 'Boot this entry, for this test alone' },
  append: { type: 'string', multiple: true, value: 'ARG', help: 'A kernel argument for this test alone' },
  'cloud-init': { type: 'string', value: 'FILE', help: 'User data for cloud-init, on a NoCloud disk' },
  ignition: { type: 'string', value: 'FILE', help: 'Configuration for Ignition' },
  engine: { type: 'string', value: 'E', help: `Engine that applies --append and --entry: ${ENGINES.join(', ')}` },
  'save-log': { type: 'string', value: 'FILE', help: 'Copy the serial log there' },
  screenshot: { type: 'string', value: 'FILE', help: 'Copy a PNG of the screen at the end there' },
  show: { type: 'boolean', help: 'Show the serial console on stderr' },
} as const satisfies OptionTable

export const testBootCommand: Command = {
  name: 'test-boot',
  summary: 'Boot an image in a throw-away machine and judge its serial console. Exit code 1 when it does not pass',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: OPTIONS,
  examples: [
    'diskwright test-boot disk.qcow2',
    'diskwright test-boot disk.qcow2 --append console=ttyS0,115200n8 --ready multi-user --timeout 300 --show',
    'diskwright test-boot disk.qcow2 --platform aws --expect nvme0n1 --save-log boot.log',
    'diskwright test-boot fcos.qcow2 --ignition config.ign --ready ignition --network user',
  ],
  async run(input, context) {
    const request = await readRequest(input, context)
    const { job, output } = await followConsole(input.flag('show'), context, request)
    const { bootTest } = output
    if (!bootTest) throw new AppError('internal', { details: { message: 'the boot test has no result' } })
    await copyResults(input, bootTest)
    context.print.result(job)
    for (const line of reportLines(bootTest)) context.print.line(line)
    return bootTest.verdict === 'pass' ? EXIT.ok : EXIT.failed
  },
}

async function readRequest(input: CommandInput, { core, signal }: CommandContext): Promise<Request> {
  const source = path.resolve(input.positionals[0] ?? '')
  const expect = readExpectations(input)
  const machine = readMachine(input)
  const platform = platformOf(input.text('platform'))?.id
  const engine = choiceOf(input, 'engine', ENGINES)
  const wanted = input.text('entry')
  const entry = wanted === undefined ? undefined : findEntry((await core.listBootEntries(source, signal)).entries, wanted).id
  const [cloudInit, ignition] = [fileOf(input, 'cloud-init'), fileOf(input, 'ignition')]
  return {
    source,
    append: [...input.texts('append')],
    machine,
    expect,
    ...(platform === undefined ? {} : { platform }),
    ...(engine === undefined ? {} : { engine }),
    ...(entry === undefined ? {} : { entry }),
    ...(cloudInit === undefined && ignition === undefined
      ? {}
      : {
          seed: {
            ...(cloudInit === undefined ? {} : { cloudInit: { userData: cloudInit } }),
            ...(ignition === undefined ? {} : { ignition }),
          },
        }),
  }
}

function readExpectations(input: CommandInput): NonNullable<Request['expect']> {
  const ready = input.texts('ready').map((word) => oneOf('ready', word, READY_SET_IDS))
  const ignore = input.texts('ignore').map((word) => oneOf('ignore', word, FAIL_RULE_IDS))
  const patterns = [...input.texts('expect')]
  const silence = count(input, 'silence')
  const after = input.text('silence-after')
  const timeoutSeconds = count(input, 'timeout')
  if (after !== undefined && silence === undefined) throw new UsageError('--silence-after goes with --silence')
  for (const name of ['expect', 'fail', 'silence-after'] as const) input.texts(name).forEach((text) => requireExpression(name, text))
  return {
    patterns,
    fail: [...input.texts('fail')],
    ignore,
    // Who says what to wait for waits for that.
    ...(ready.length > 0 || patterns.length > 0 ? { ready } : {}),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(silence === undefined ? {} : { silence: { seconds: silence, ...(after === undefined ? {} : { after }) } }),
  }
}

function readMachine(input: CommandInput): NonNullable<Request['machine']> {
  const firmware = choiceOf(input, 'firmware', FIRMWARE_CHOICES)
  const machine = choiceOf(input, 'machine', MACHINES)
  const diskBus = choiceOf(input, 'bus', DISK_BUSES)
  const network = choiceOf(input, 'network', NETWORKS)
  const memory = input.text('memory')
  const cpus = count(input, 'cpus')
  return {
    ...(firmware === undefined ? {} : { firmware }),
    ...(machine === undefined ? {} : { machine }),
    ...(diskBus === undefined ? {} : { diskBus }),
    ...(network === undefined ? {} : { network }),
    ...(memory === undefined ? {} : { memoryBytes: memoryOf(memory) }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(input.flag('tpm') ? { tpm: true } : {}),
    ...(input.flag('no-kvm') ? { accelerator: 'tcg' as const } : {}),
  }
}

function memoryOf(text: string): number {
  const bytes = parseDiskSize(text)
  if (bytes === undefined) throw new UsageError(`--memory wants a size such as 512M or 4G, not ${text}`)
  return bytes
}

function count(input: CommandInput, name: string): number | undefined {
  const text = input.text(name)
  if (text === undefined) return undefined
  const number = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || number <= 0) throw new UsageError(`--${name} wants a number above 0, not ${text}`)
  return number
}

function requireExpression(name: string, text: string): void {
  const reason = problemOfExpression(text)
  if (reason !== null) throw new UsageError(`--${name}: ${reason}`)
}

function fileOf(input: CommandInput, name: string): { file: string } | undefined {
  const file = input.text(name)
  return file === undefined ? undefined : { file: path.resolve(file) }
}

/** As `followJob`, with the console on stderr when it is wanted: as plain lines, so that no guest can play with the terminal. */
async function followConsole(show: boolean, context: CommandContext, request: Request) {
  const { core, print } = context
  if (!show) return followJob(context, { kind: 'test-boot', input: request })
  const decoder = new TextDecoder('utf-8')
  const lines = new SerialLines((line) => print.stderr.write(`${visible(line)}\n`))
  let stopWatching = (): void => {}
  // What is no terminal gets no progress line, which would run into the console.
  const quiet = { ...context, print: { ...print, stderr: { write: (data: string | Uint8Array) => print.stderr.write(data) } } }
  try {
    return await followJob(quiet, { kind: 'test-boot', input: request }, (job) => {
      stopWatching = core.bootTests.watch(job.id, (bytes) => lines.push(decoder.decode(bytes, { stream: true })))
    })
  } finally {
    stopWatching()
    lines.end()
  }
}

async function copyResults(input: CommandInput, { serial, screenshot }: BootTestReport): Promise<void> {
  const log = input.text('save-log')
  if (log !== undefined) await copyFile(serial.path, path.resolve(log))
  const picture = input.text('screenshot')
  if (picture !== undefined && screenshot !== null) await copyFile(screenshot, path.resolve(picture))
}

function reportLines(report: BootTestReport): string[] {
  const { verdict, reason, seconds, accelerator, firmware, machine, evidence, timeline, notes, serial } = report
  const head = { pass: 'PASS', fail: 'FAIL', timeout: 'TIME-OUT' }[verdict]
  const at = (time: number) => `${time.toFixed(1)} s`
  return [
    `${head} after ${at(seconds)}: ${visible(reason)}`,
    '',
    ...table(
      timeline.map(({ phase, seconds: time, line }) => [at(time), PHASE_TITLES[phase], visible(line).slice(0, 80)]),
      [0],
    ),
    '',
    ...evidence.map(({ kind, title, line, lineNumber }) => `${kind}: ${title} (line ${lineNumber})\n  ${visible(line)}`),
    '',
    `Machine: ${machine.type}, ${firmware.kind}, disk on ${machine.diskBus}, ${accelerator.used === 'kvm' ? 'KVM' : 'TCG'}`,
    `  ${visible(accelerator.reason)}`,
    ...notes.map((note) => `Note: ${visible(note)}`),
    `Serial log: ${serial.path}`,
  ].flatMap((line) => line.split('\n'))
}
