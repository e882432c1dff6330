import path from 'node:path'
import { describeWarning } from '#shared/images/describe-warning'
import type { ImageInfo } from '#shared/images/image-info'
import { formatBytes } from '#shared/text/bytes'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { table } from '../print.js'

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Format, sizes, partitions, file systems, system and warnings of an image',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: {},
  examples: ['diskwright inspect disk.qcow2', 'diskwright inspect --json disk.vmdk'],
  async run({ positionals: [image = ''] }, { core, print, signal }) {
    const info = await core.inspect(path.resolve(image), signal)
    core.recents.add(info)
    print.result(info)
    for (const line of describeImage(info)) print.line(line)
    return EXIT.ok
  },
}

/** An image in lines for people. */
export function describeImage(info: ImageInfo): string[] {
  const facts = [
    ['Image', info.path],
    ['Format', `${info.format} ${info.variant}`.trim()],
    ['Virtual size', formatBytes(info.virtualBytes)],
    ['On disk', formatBytes(info.onDiskBytes)],
    ['System', info.osName ?? 'not recognized'],
    ['Firmware', info.firmware],
    ...(info.ignitionPlatform === null ? [] : [['Ignition platform', info.ignitionPlatform]]),
    ...info.backingChain.map((backing) => ['Backing file', `${backing.path} (${backing.format})`]),
    ...info.extents.map((extent) => ['Extent', extent]),
    ['Table', info.table],
  ]
  const partitions = info.partitions.map((partition) => [
    String(partition.number),
    formatBytes(partition.sizeBytes),
    partition.isEsp ? `${partition.typeName} (ESP)` : partition.typeName,
    partition.filesystem?.type ?? '-',
    partition.filesystem?.label ?? '-',
    partition.filesystem?.uuid ?? '-',
  ])
  return [
    ...table(facts),
    ...(partitions.length === 0 ? [] : ['', ...table([['No', 'Size', 'Type', 'File system', 'Label', 'UUID'], ...partitions], [0, 1])]),
    ...(info.warnings.length === 0 ? [] : ['', ...info.warnings.flatMap(warningLines)]),
  ]
}

function warningLines(warning: ImageInfo['warnings'][number]): string[] {
  const { title, detail } = describeWarning(warning)
  return [`Warning: ${title}`, `  ${detail}`]
}
