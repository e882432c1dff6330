import path from 'node:path'
import type { DiskReport } from '#shared/images/disk-report'
import { imageFormat } from '#shared/images/formats'
import type { ChangeTarget } from '#shared/jobs/disk-requests'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { type Command, type CommandContext, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { followJob, outputLines } from '../follow-job.js'
import { outputFile } from '../output-file.js'

const COPY_OPTIONS = {
  output: { type: 'string', short: 'o', value: 'OUT', help: 'Leave IMAGE as it is and make OUT' },
  replace: { type: 'boolean', help: 'Replace OUT if it exists' },
  'dry-run': { type: 'boolean', help: 'Show what is there and what would be done; write nothing' },
} as const satisfies OptionTable

const TARGET_OPTIONS = {
  output: COPY_OPTIONS.output,
  'in-place': { type: 'boolean', help: 'Replace IMAGE; the original stays as IMAGE.backup-DATE' },
  'no-backup': { type: 'boolean', help: 'With --in-place: remove the original once the result is verified' },
  replace: COPY_OPTIONS.replace,
  'dry-run': COPY_OPTIONS['dry-run'],
} as const satisfies OptionTable

function imageOf(input: CommandInput): string {
  return path.resolve(input.positionals[0] ?? '')
}

/** Throws `UsageError`. A dry run needs no place. */
function targetOf(input: CommandInput): ChangeTarget {
  const output = input.text('output')
  const inPlace = input.flag('in-place')
  const keepBackup = !input.flag('no-backup')
  if (inPlace && output !== undefined) throw new UsageError('-o OUT and --in-place do not go together')
  if (!inPlace && !keepBackup) throw new UsageError('--no-backup goes with --in-place only')
  if (inPlace && input.flag('replace')) throw new UsageError('--replace goes with -o OUT only')
  if (output !== undefined) return { mode: 'new-file', output: outputFile(output), replace: input.flag('replace') }
  if (!inPlace && !input.flag('dry-run')) throw new UsageError('say where the result goes: -o OUT or --in-place')
  return { mode: 'in-place', keepBackup }
}

async function runOrTell(context: CommandContext, input: CommandInput, request: JobRequestDraft, words: string): Promise<ExitCode> {
  const { core, print, signal } = context
  if (input.flag('dry-run')) {
    const report = await core.diskReport(imageOf(input), signal)
    print.result({ request, report })
    for (const line of [...reportLines(report), '', `Would ${words}. Nothing was written.`]) print.line(line)
    return EXIT.ok
  }
  const { job, output } = await followJob(context, request)
  print.result(job)
  for (const line of outputLines(output)) print.line(line)
  return EXIT.ok
}

function reportLines(report: DiskReport): string[] {
  const chain = report.chain.map(({ path: file, format, onDiskBytes }, depth) => {
    const role = depth === 0 ? '' : 'backing file '
    return `${'  '.repeat(depth)}${role}${file} (${imageFormat(format).label}, ${formatBytes(onDiskBytes)} on disk)`
  })
  const { verdict, corruptions, leaks } = report.check
  const check = { clean: 'no errors', unchecked: 'the format has nothing to check' }
  return [
    ...chain,
    `Check: ${verdict === 'clean' || verdict === 'unchecked' ? check[verdict] : `${corruptions} damaged places, ${leaks} leaked clusters`}`,
    ...report.overlays.map((overlay) => `Its overlay: ${overlay}`),
    ...report.holders.map((holder) => `Open in: ${holder}`),
    ...snapshotLines(report),
  ]
}

function snapshotLines({ snapshots }: DiskReport): string[] {
  if (snapshots.length === 0) return ['No internal snapshots']
  return snapshots.map(({ id, name, createdAt, stateBytes }) =>
    [`Snapshot ${id}`, name, createdAt, ...(stateBytes > 0 ? [`with ${formatBytes(stateBytes)} of memory`] : [])].join('  '),
  )
}

const diskShowCommand: Command = {
  name: 'disk show',
  summary: 'The file that a disk is in: backing files, overlays, internal snapshots, what its check says',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: {},
  examples: ['diskwright disk show disk.qcow2', 'diskwright disk show disk.qcow2 --json'],
  async run(input, { core, print, signal }) {
    const report = await core.diskReport(imageOf(input), signal)
    print.result(report)
    for (const line of reportLines(report)) print.line(line)
    return EXIT.ok
  },
}

const diskSnapshotsCommand: Command = {
  name: 'disk snapshots',
  summary: 'List the internal snapshots of a qcow2',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: {},
  examples: ['diskwright disk snapshots disk.qcow2'],
  async run(input, { core, print, signal }) {
    const report = await core.diskReport(imageOf(input), signal)
    print.result(report.snapshots)
    for (const line of snapshotLines(report)) print.line(line)
    return EXIT.ok
  },
}

const diskSnapshotCommand: Command = {
  name: 'disk snapshot',
  summary: 'Create, apply or delete an internal snapshot of a qcow2',
  positionals: 'IMAGE',
  needs: '(--create NAME | --apply ID | --delete ID) (-o OUT | --in-place)',
  counts: { min: 1, max: 1 },
  options: {
    create: { type: 'string', value: 'NAME', help: 'Keep the present state under this name' },
    apply: { type: 'string', value: 'ID', help: 'Go back to this snapshot (its id, or a name that only one has)' },
    delete: { type: 'string', value: 'ID', help: 'Delete this snapshot' },
    'drop-present': { type: 'boolean', help: 'With --apply: do not keep the present state as a snapshot first' },
    ...TARGET_OPTIONS,
  },
  examples: [
    'diskwright disk snapshot disk.qcow2 --create before-upgrade --in-place',
    'diskwright disk snapshot disk.qcow2 --apply 1 -o older.qcow2',
  ],
  async run(input, context) {
    const { action, words } = snapshotAction(input)
    return runOrTell(context, input, { kind: 'snapshot-image', input: { source: imageOf(input), action, target: targetOf(input) } }, words)
  },
}

type SnapshotAction = Extract<JobRequestDraft, { kind: 'snapshot-image' }>['input']['action']

/** Throws `UsageError`. */
function snapshotAction(input: CommandInput): { action: SnapshotAction; words: string } {
  const given = (['create', 'apply', 'delete'] as const).filter((name) => input.text(name) !== undefined)
  const [what] = given
  if (what === undefined || given.length > 1) throw new UsageError('say one of --create NAME, --apply ID, --delete ID')
  const word = input.text(what) ?? ''
  if (word === '') throw new UsageError(`--${what} wants a name`)
  if (input.flag('drop-present') && what !== 'apply') throw new UsageError('--drop-present goes with --apply only')
  if (what === 'create') return { action: { do: what, name: word }, words: `create the snapshot ${word}` }
  if (what === 'delete') return { action: { do: what, snapshot: word }, words: `delete the snapshot ${word}` }
  return { action: { do: what, snapshot: word, keepPresent: !input.flag('drop-present') }, words: `go back to the snapshot ${word}` }
}

const diskCompactCommand: Command = {
  name: 'disk compact',
  summary: 'Make an image smaller by what its file systems do not use; the content of all files is compared',
  positionals: 'IMAGE',
  needs: '(-o OUT | --in-place)',
  counts: { min: 1, max: 1 },
  options: {
    compress: { type: 'boolean', help: 'Compress it (qcow2)' },
    'cluster-size': { type: 'string', value: 'SIZE', help: 'Give a qcow2 clusters of this size: 64K, 2M …' },
    'no-trim': { type: 'boolean', help: 'Start no Linux kernel: only zeros are left out' },
    ...TARGET_OPTIONS,
  },
  examples: ['diskwright disk compact disk.qcow2 --in-place', 'diskwright disk compact disk.qcow2 -o small.qcow2 --compress'],
  async run(input, context) {
    const size = input.text('cluster-size')
    const request = {
      source: imageOf(input),
      target: targetOf(input),
      trim: !input.flag('no-trim'),
      options: size === undefined ? [] : [`cluster_size=${size}`],
      ...(input.flag('compress') ? { subformat: 'compressed' } : {}),
    }
    return runOrTell(context, input, { kind: 'compact-image', input: request }, 'compact it')
  },
}

const diskRebaseCommand: Command = {
  name: 'disk rebase',
  summary: 'Give an overlay another backing file; what it holds stays the same',
  positionals: 'IMAGE',
  needs: '--backing FILE (-o OUT | --in-place)',
  counts: { min: 1, max: 1 },
  options: {
    backing: { type: 'string', value: 'FILE', help: 'The new backing file, in the same folder' },
    unsafe: { type: 'boolean', help: 'Only change the name in the header; refused unless the content is the same' },
    ...TARGET_OPTIONS,
  },
  examples: ['diskwright disk rebase overlay.qcow2 --backing newer-base.qcow2 --in-place'],
  async run(input, context) {
    const backing = input.text('backing')
    if (backing === undefined) throw new UsageError("say which: --backing FILE ('diskwright disk flatten' takes it away)")
    const mode = input.flag('unsafe') ? 'unsafe' : 'safe'
    const request = { source: imageOf(input), backing: path.resolve(backing), mode, target: targetOf(input) } as const
    return runOrTell(context, input, { kind: 'rebase-image', input: request }, `give it the backing file ${backing}`)
  },
}

const diskFlattenCommand: Command = {
  name: 'disk flatten',
  summary: 'Copy into an overlay what it shows of its backing files, so that it needs them no more',
  positionals: 'IMAGE',
  needs: '(-o OUT | --in-place)',
  counts: { min: 1, max: 1 },
  options: TARGET_OPTIONS,
  examples: ['diskwright disk flatten overlay.qcow2 -o alone.qcow2'],
  async run(input, context) {
    const request = { source: imageOf(input), backing: null, target: targetOf(input) }
    return runOrTell(context, input, { kind: 'rebase-image', input: request }, 'make it stand on its own')
  },
}

const diskCommitCommand: Command = {
  name: 'disk commit',
  summary: 'Write what an overlay holds into its backing file, which stays as FILE.backup-DATE',
  positionals: 'IMAGE',
  needs: '--into FILE',
  counts: { min: 1, max: 1 },
  options: {
    into: { type: 'string', value: 'FILE', help: 'The backing file of IMAGE: it is changed' },
    'no-backup': { type: 'boolean', help: 'Remove what the backing file was, once the result is verified' },
    'remove-overlay': { type: 'boolean', help: 'Remove IMAGE once its backing file holds the same' },
    'dry-run': COPY_OPTIONS['dry-run'],
  },
  examples: ['diskwright disk commit overlay.qcow2 --into base.qcow2'],
  async run(input, context) {
    const into = input.text('into')
    if (into === undefined) throw new UsageError('name the backing file that is changed: --into FILE')
    const request = {
      source: imageOf(input),
      into: path.resolve(into),
      keepBackup: !input.flag('no-backup'),
      removeOverlay: input.flag('remove-overlay'),
    }
    return runOrTell(context, input, { kind: 'commit-image', input: request }, `write what it holds into ${into}`)
  },
}

const diskRepairCommand: Command = {
  name: 'disk repair',
  summary: 'Repair a copy of a damaged image (qcow2, QED, Parallels, VHDX); the image itself stays as it is',
  positionals: 'IMAGE',
  needs: '-o OUT',
  counts: { min: 1, max: 1 },
  options: { leaks: { type: 'boolean', help: 'Only give back clusters that nothing uses' }, ...COPY_OPTIONS },
  examples: ['diskwright disk repair broken.qcow2 -o repaired.qcow2'],
  async run(input, context) {
    const output = input.text('output')
    if (output === undefined && !input.flag('dry-run')) throw new UsageError('say what to make: -o OUT')
    const what = input.flag('leaks') ? 'leaks' : 'all'
    const request = {
      source: imageOf(input),
      output: output === undefined ? '' : outputFile(output),
      replace: input.flag('replace'),
      what,
    } as const
    return runOrTell(context, input, { kind: 'repair-image', input: request }, 'repair a copy of it')
  },
}

export const diskCommands: readonly Command[] = [
  diskShowCommand,
  diskCompactCommand,
  diskSnapshotsCommand,
  diskSnapshotCommand,
  diskRebaseCommand,
  diskFlattenCommand,
  diskCommitCommand,
  diskRepairCommand,
]
