import path from 'node:path'
import { planResize, type ResizeWish } from '#shared/edits/plan-resize'
import { AppError } from '#shared/errors/app-error'
import { formatBytes } from '#shared/text/bytes'
import { parseDiskSize, wholeSectors } from '#shared/text/parse-size'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'

export const resizeCommand: Command = {
  name: 'resize',
  summary: 'Make the disk larger or smaller, with a partition and its file system',
  positionals: 'IMAGE',
  needs: '--size SIZE|--partition N -o OUT|--in-place',
  counts: { min: 1, max: 1 },
  options: {
    size: { type: 'string', value: 'SIZE', help: 'New virtual size: 20G, +5G, or min for the least' },
    partition: { type: 'string', value: 'N', help: "Which partition gets free space (default: the last one), 'none' to leave it free" },
    ...SAVE_OPTIONS,
  },
  examples: [
    'diskwright resize disk.qcow2 --size 20G --dry-run',
    'diskwright resize disk.qcow2 --size +5G --partition 3 -o larger.qcow2',
    'diskwright resize disk.qcow2 --size min -o small.qcow2',
    'diskwright resize disk.qcow2 --partition 2 --in-place',
  ],
  async run(input, context) {
    const { core, print, signal } = context
    const source = path.resolve(input.positionals[0] ?? '')
    const { size, partition } = resizeOptions(input)
    checkSaveOptions(input)
    const info = await core.inspect(source, signal)
    const plan = planResize(info, { size: typeof size === 'function' ? size(info.virtualBytes) : size, partition })
    if (!plan.ok) throw new AppError('resize-refused', { details: { reason: plan.reason } })
    if (plan.edits.length === 0) throw new AppError('resize-refused', { details: { reason: plan.notes.join(' ') } })
    print.line(`${info.name}: a disk of ${formatBytes(info.virtualBytes)}`)
    for (const note of plan.notes) print.line(`Note: ${note}`)
    print.line()
    return saveEdits(context, input, source, plan.edits)
  },
}

interface ResizeOptions {
  /** A function where the new size depends on the old one. */
  readonly size: ResizeWish['size'] | ((before: number) => number)
  readonly partition: ResizeWish['partition']
}

/** Throws `UsageError` for what is no size or no partition. */
export function resizeOptions(input: CommandInput): ResizeOptions {
  const [size, partition] = [input.text('size'), input.text('partition')]
  if (size === undefined && partition === undefined) throw new UsageError('say what is to be resized: --size SIZE, --partition N, or both')
  return { size: sizeOf(size), partition: partitionOf(partition) }
}

function sizeOf(text: string | undefined): ResizeOptions['size'] {
  if (text === undefined) return null
  if (text === 'min') return 'min'
  const bytes = parseDiskSize(text.replace(/^\+/, ''))
  if (bytes === undefined) throw new UsageError(`${text} is not a size: use 20G, +5G or min`)
  return text.startsWith('+') ? (before) => wholeSectors(before + bytes) : wholeSectors(bytes)
}

function partitionOf(text: string | undefined): ResizeWish['partition'] {
  if (text === undefined) return 'last'
  if (text === 'none') return null
  if (!/^\d{1,3}$/.test(text)) throw new UsageError(`${text} is not a partition: use its number, or none`)
  return Number(text)
}
