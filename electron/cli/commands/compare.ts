import path from 'node:path'
import type { Comparison } from '#shared/images/comparison'
import { formatBytes } from '#shared/text/bytes'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob } from '../follow-job.js'
import { table, visible } from '../print.js'

const SHOWN = 20

export const compareCommand: Command = {
  name: 'compare',
  summary: 'Where two images differ, packed or not: places on the disk, and files. Exit code 1 when they do',
  positionals: 'IMAGE OTHER',
  counts: { min: 2, max: 2 },
  options: {
    'no-files': { type: 'boolean', help: 'Compare the disks alone' },
    member: { type: 'string', value: 'NAME', help: 'Which disk of IMAGE, where that is an archive of several' },
    'other-member': { type: 'string', value: 'NAME', help: 'Which disk of OTHER' },
    all: { type: 'boolean', help: `Show more than ${SHOWN} places and files` },
  },
  examples: [
    'diskwright compare before.qcow2 after.vmdk',
    'diskwright compare disk.raw.xz machine.ova --other-member disk-1.vmdk',
    'diskwright compare a.raw b.raw --no-files --json',
  ],
  async run(input, context) {
    const { print } = context
    const [left, right] = input.positionals.map((name) => path.resolve(name))
    const [leftMember, rightMember] = [input.text('member'), input.text('other-member')]
    const request = {
      left: left ?? '',
      right: right ?? '',
      ...(leftMember === undefined ? {} : { leftMember }),
      ...(rightMember === undefined ? {} : { rightMember }),
      files: !input.flag('no-files'),
    }
    const { output } = await followJob(context, { kind: 'compare-images', input: request })
    const { comparison } = output
    print.result(comparison)
    for (const line of output.proofs) print.line(line)
    if (comparison) for (const line of comparisonLines(comparison, input.flag('all') ? Number.POSITIVE_INFINITY : SHOWN)) print.line(line)
    return comparison?.identical ? EXIT.ok : EXIT.failed
  },
}

function comparisonLines({ left, right, ranges, rangeCount, files, fileCount, notCompared }: Comparison, limit: number): string[] {
  const sizes =
    left.virtualBytes === right.virtualBytes
      ? []
      : [`${visible(left.name)} has ${formatBytes(left.virtualBytes)}, ${visible(right.name)} ${formatBytes(right.virtualBytes)}`]
  const places = ranges
    .slice(0, limit)
    .map(({ start, length, partition }) => [partition === null ? '-' : String(partition), `byte ${start}`, formatBytes(length)])
  const changed = files
    .slice(0, limit)
    .map(({ partition, path: file, change, detail }) => [String(partition), change, visible(file), visible(detail)])
  return [
    ...sizes,
    ...(places.length === 0 ? [] : ['', ...table([['Partition', 'From', 'Length'], ...places])]),
    ...more(rangeCount - places.length, 'place', 'places'),
    ...(changed.length === 0 ? [] : ['', ...table([['Partition', 'Change', 'File', ''], ...changed])]),
    ...more(fileCount - changed.length, 'file', 'files'),
    ...notCompared.map(({ partition, reason }) => `Files of partition ${partition} were not compared: ${reason}`),
  ]
}

function more(count: number, one: string, many: string): string[] {
  return count > 0 ? [`… and ${count} more ${count === 1 ? one : many}`] : []
}
