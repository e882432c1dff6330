import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import { checkOutput } from '#core/files/checks'
import { readText } from '#core/files/read-text'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import { DISK_BUSES, FIRMWARE_CHOICES, MACHINES, NETWORKS, problemOfExpression } from '#shared/boot-test/boot-test-request'
import { FAIL_RULE_IDS } from '#shared/boot-test/fail-table'
import { guestMetadataSchema, METADATA_SERVICE_IDS } from '#shared/boot-test/guest-metadata'
import { MACHINE_ARCHES } from '#shared/boot-test/machine-arch'
import { READY_SET_IDS } from '#shared/boot-test/ready-sets'
import { ENGINES, type JobInputDraft } from '#shared/jobs/job-requests'
import { AppError } from '#shared/errors/app-error'
import { findEntry } from '../boot-changes.js'
import { bootReportLines } from '../boot-test-report.js'
import { choiceOf, oneOf } from '../choice.js'
import { type Command, type CommandContext, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followBootTest } from '../follow-boot-test.js'
import { memoryOf } from '../memory-option.js'
import { outputFile } from '../output-file.js'
import { parseTarget } from '../target-format.js'
import { platformOf } from './retarget.js'

type Request = JobInputDraft<'test-boot'>

const DEFAULT_USER = 'diskwright'

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
  arch: { type: 'string', value: 'A', help: `Processor: ${MACHINE_ARCHES.join(', ')} (default: the one that the image is for)` },
  machine: { type: 'string', value: 'M', help: `${MACHINES.join(', ')}; virt is the one of aarch64, the others are of x86_64` },
  bus: { type: 'string', value: 'B', help: `Where the disk is: ${DISK_BUSES.join(', ')}; aarch64 has no sata and ide, x86_64 no usb` },
  memory: { type: 'string', value: 'SIZE', help: 'Memory of the machine: 512M, 4G (default: 2G)' },
  cpus: { type: 'string', value: 'N', help: 'Processors (default: 2)' },
  network: { type: 'string', value: 'N', help: `${NETWORKS.join(', ')} (default: none); user forwards SSH to a free port of 127.0.0.1` },
  tpm: { type: 'boolean', help: 'Give it a TPM 2.0 (swtpm)' },
  'no-kvm': { type: 'boolean', help: 'Emulate, though KVM works' },
  entry: { type: 'string', value: 'ID', help: 'Boot this entry, for this test alone' },
  append: { type: 'string', multiple: true, value: 'ARG', help: 'A kernel argument for this test alone' },
  metadata: {
    type: 'string',
    value: 'SERVICE',
    help: `Tell the guest who it is, as that platform does: ${METADATA_SERVICE_IDS.join(', ')}`,
  },
  hostname: { type: 'string', value: 'NAME', help: 'With --metadata: name of the guest' },
  'instance-id': { type: 'string', value: 'ID', help: 'With --metadata: id of the instance' },
  user: { type: 'string', value: 'NAME', help: 'With --metadata and --ssh: user of the guest (default: diskwright)' },
  'ssh-key': { type: 'string', multiple: true, value: 'FILE', help: 'With --metadata: a public key that may log in' },
  'user-data': { type: 'string', value: 'FILE', help: 'With --metadata: user data, for cloud-init or Ignition' },
  'cloud-init': { type: 'string', value: 'FILE', help: 'User data for cloud-init, on a NoCloud disk' },
  ignition: { type: 'string', value: 'FILE', help: 'Configuration for Ignition' },
  cdrom: { type: 'string', value: 'ISO', help: 'Put a disc in a drive beside the disk; it boots first' },
  'disk-first': { type: 'boolean', help: 'With --cdrom: the disk boots first' },
  stay: { type: 'boolean', help: 'Leave the machine on after the verdict, until Enter or until the guest switches itself off' },
  ssh: { type: 'boolean', help: 'Print the command that opens a shell in the guest; means --network user --stay' },
  keep: { type: 'string', value: 'OUT', help: 'Keep the disk of the machine as a new image once the test has passed' },
  'keep-to': { type: 'string', value: 'FORMAT[:SUB]', help: 'Format of the kept image (default: that of IMAGE)' },
  'keep-running': { type: 'boolean', help: 'With --keep: do not ask the guest to switch itself off first' },
  'replace-output': { type: 'boolean', help: 'With --keep: replace OUT if it exists' },
  engine: { type: 'string', value: 'E', help: `Engine that applies --append and --entry: ${ENGINES.join(', ')}` },
  'save-log': { type: 'string', value: 'FILE', help: 'Copy the serial log there' },
  screenshot: { type: 'string', value: 'FILE', help: 'Copy a PNG of the screen at the end there' },
  show: { type: 'boolean', help: 'Show the serial console on stderr' },
} as const satisfies OptionTable

export const testBootCommand: Command = {
  name: 'test-boot',
  summary: 'Boot an image in a throw-away machine and judge its serial console. Exit code 1 when it does not pass, or comes to no verdict',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: OPTIONS,
  examples: [
    'diskwright test-boot disk.qcow2',
    'diskwright test-boot disk.qcow2 --append console=ttyS0,115200n8 --ready multi-user --timeout 300 --show',
    'diskwright test-boot disk.qcow2 --platform aws --expect nvme0n1 --save-log boot.log',
    'diskwright test-boot disk.qcow2 --metadata aws --user-data cloud.yaml --ssh-key ~/.ssh/id_ed25519.pub --ssh',
    'diskwright test-boot disk.qcow2 --keep booted.qcow2',
    'diskwright test-boot fcos.qcow2 --ignition config.ign --ready ignition --network user',
  ],
  async run(input, context) {
    const request = await readRequest(input, context)
    const wanted = await readWanted(input, request)
    const told = { console: input.flag('show'), ssh: input.flag('ssh') ? (input.text('user') ?? DEFAULT_USER) : null }
    const { job, output } = await followBootTest(context, request, told)
    const { bootTest } = output
    if (!bootTest) throw new AppError('internal', { details: { message: 'the boot test has no result' } })
    context.print.result(job)
    for (const line of bootReportLines(bootTest)) context.print.line(line)
    const areCopied = await copyResults(wanted, bootTest, context)
    return bootTest.verdict === 'pass' && bootTest.unkept === undefined && areCopied ? EXIT.ok : EXIT.failed
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
  const metadata = await readMetadata(input)
  const cdrom = fileOf(input, 'cdrom')
  const keep = readKeep(input)
  const [cloudInit, ignition] = [fileOf(input, 'cloud-init'), fileOf(input, 'ignition')]
  return {
    source,
    append: [...input.texts('append')],
    machine,
    expect,
    ...(platform === undefined ? {} : { platform }),
    ...(engine === undefined ? {} : { engine }),
    ...(entry === undefined ? {} : { entry }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(cdrom === undefined ? {} : { cdrom: { path: cdrom.file, bootFirst: !input.flag('disk-first') } }),
    ...(keep === undefined ? {} : { keep }),
    ...(input.flag('stay') || input.flag('ssh') ? { stayOn: true } : {}),
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

async function readMetadata(input: CommandInput): Promise<Request['metadata']> {
  const service = choiceOf(input, 'metadata', METADATA_SERVICE_IDS)
  const [hostname, instanceId, user] = [input.text('hostname'), input.text('instance-id'), input.text('user')]
  const userData = fileOf(input, 'user-data')
  const keys = input.texts('ssh-key')
  const stray = [hostname && 'hostname', instanceId && 'instance-id', userData && 'user-data', keys.length > 0 && 'ssh-key'].find(Boolean)
  if (service === undefined) {
    if (stray) throw new UsageError(`--${stray} goes with --metadata`)
    return undefined
  }
  const metadata = {
    service,
    sshKeys: (await Promise.all(keys.map(readKey))).flat(),
    ...(hostname === undefined ? {} : { hostname }),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(user === undefined ? {} : { user }),
    ...(userData === undefined ? {} : { userData }),
  }
  const { error } = guestMetadataSchema.safeParse(metadata)
  const wrong = error?.issues[0]
  if (wrong) throw new UsageError(`--${METADATA_OPTIONS[String(wrong.path[0])] ?? 'metadata'}: ${wrong.message}`)
  return metadata
}

const METADATA_OPTIONS: Readonly<Record<string, string>> = {
  hostname: 'hostname',
  instanceId: 'instance-id',
  sshKeys: 'ssh-key',
  user: 'user',
}

/** Lines of a file of public keys. */
async function readKey(file: string): Promise<string[]> {
  const text = await readText(path.resolve(file))
  const keys = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  if (keys.some((key) => key.includes('PRIVATE KEY'))) throw new UsageError(`--ssh-key wants a public key; ${file} is a private one`)
  return keys
}

function readKeep(input: CommandInput): Request['keep'] {
  const output = input.text('keep')
  const stray = ['keep-to', 'keep-running', 'replace-output'].find((name) => input.text(name) !== undefined || input.flag(name))
  if (output === undefined) {
    if (stray !== undefined) throw new UsageError(`--${stray} goes with --keep`)
    return undefined
  }
  const to = input.text('keep-to')
  return {
    output: outputFile(output),
    replace: input.flag('replace-output'),
    guest: input.flag('keep-running') ? 'pause' : 'shut-down',
    ...(to === undefined ? {} : parseTarget(to)),
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
  const arch = choiceOf(input, 'arch', MACHINE_ARCHES)
  const machine = choiceOf(input, 'machine', MACHINES)
  const diskBus = choiceOf(input, 'bus', DISK_BUSES)
  const network = input.flag('ssh') ? 'user' : choiceOf(input, 'network', NETWORKS)
  const memory = input.text('memory')
  const cpus = count(input, 'cpus')
  return {
    ...(firmware === undefined ? {} : { firmware }),
    ...(arch === undefined ? {} : { arch }),
    ...(machine === undefined ? {} : { machine }),
    ...(diskBus === undefined ? {} : { diskBus }),
    ...(network === undefined ? {} : { network }),
    ...(memory === undefined ? {} : { memoryBytes: memoryOf(memory) }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(input.flag('tpm') ? { tpm: true } : {}),
    ...(input.flag('no-kvm') ? { accelerator: 'tcg' as const } : {}),
  }
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

/** Where copies of the results go. Refused before the machine starts, as any output: an image named by mistake is not written over. */
async function readWanted(input: CommandInput, { source, cdrom, keep }: Request): Promise<Wanted> {
  const sources = [source, ...(cdrom ? [cdrom.path] : []), ...(keep ? [keep.output] : [])]
  const place = async (name: string): Promise<string | undefined> => {
    const file = input.text(name)
    return file === undefined ? undefined : checkOutput({ target: path.resolve(file), sources, replace: true })
  }
  const wanted = { log: await place('save-log'), picture: await place('screenshot') }
  const named = [wanted.log, wanted.picture, keep?.output].filter((file) => file !== undefined)
  if (new Set(named).size < named.length) throw new UsageError('--save-log, --screenshot and --keep want a file each')
  return wanted
}

interface Wanted {
  readonly log: string | undefined
  readonly picture: string | undefined
}

/** The verdict counts, whether its copies arrive or not. */
async function copyResults({ log, picture }: Wanted, { serial, screenshot }: BootTestReport, { print }: CommandContext): Promise<boolean> {
  const copies = [[serial.path, log] as const, [screenshot, picture] as const]
  const done = copies.map(async ([from, to]) => {
    if (from === null || to === undefined) return true
    return copyFile(from, to).then(
      () => true,
      (thrown: Error) => {
        print.note(`diskwright: could not be written: ${thrown.message}`)
        return false
      },
    )
  })
  return (await Promise.all(done)).every(Boolean)
}
