import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Core } from '#core/core-api'
import type { JobInputDraft } from './measure.js'
import { finished, stepMs, timed } from './measure.js'
import type { Ratio } from './report.js'

const run = promisify(execFile)
const DATA_MIB = 384
const ROUNDS = 3

interface Contest {
  readonly what: string
  readonly input: Partial<JobInputDraft<'convert-image'>> & Pick<JobInputDraft<'convert-image'>, 'format'>
  readonly extension: string
  readonly command: string
  /** Shell script: source, output, a folder for what comes in between. */
  readonly script: string
}

const CONTESTS: readonly Contest[] = [
  {
    what: 'stream-optimized VMDK',
    input: { format: 'vmdk', subformat: 'streamOptimized' },
    extension: 'vmdk',
    command: 'qemu-img convert -m 16 -W -O vmdk -o subformat=streamOptimized',
    script: 'qemu-img convert -m 16 -W -t unsafe -f raw -O vmdk -o subformat=streamOptimized "$1" "$2"',
  },
  {
    what: 'OVA',
    input: { format: 'vmdk', subformat: 'streamOptimized', container: 'ova', platform: 'vmware' },
    extension: 'ova',
    command: 'qemu-img convert -m 16 -W -O vmdk -o subformat=streamOptimized, and tar',
    script:
      'qemu-img convert -m 16 -W -t unsafe -f raw -O vmdk -o subformat=streamOptimized "$1" "$3/d.vmdk" && tar -C "$3" --format=ustar -cf "$2" d.vmdk',
  },
  {
    what: "Google's tar.gz",
    input: { format: 'raw', subformat: 'sparse', container: 'tar.gz' },
    extension: 'tar.gz',
    command: 'tar -S --format=oldgnu and gzip, of a raw disk that is there already',
    script: 'tar -C "$(dirname "$1")" -S --format=oldgnu -cf - "$(basename "$1")" | gzip > "$2"',
  },
]

/** Our own streaming writers against what people use, on part of a root file system in a disk with as much again of nothing. */
export async function* streamBench(core: Core, folder: string): AsyncGenerator<Ratio> {
  const source = path.join(folder, 'stream.raw')
  // Behind an empty MiB, for it is to be a disk and not an archive. head(1) takes its fill and goes: tar's SIGPIPE is no failure here.
  await run('sh', [
    '-c',
    'truncate -s 1M "$1"; tar -C /usr -cf - lib 2>/dev/null | head -c "$2" >> "$1"; truncate -s 1G "$1"',
    'sh',
    source,
    `${DATA_MIB * 1024 ** 2}`,
  ])
  for (const contest of CONTESTS) yield await contestOnce(core, folder, source, contest)
  await fs.rm(source)
}

async function contestOnce(core: Core, folder: string, source: string, contest: Contest): Promise<Ratio> {
  const output = path.join(folder, `stream.${contest.extension}`)
  const [ours, theirs]: [number[], number[]] = [[], []]
  const sizes = { ours: 0, theirs: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    await run('sync', ['-f', folder])
    const job = await finished(core, { kind: 'convert-image', input: { source, output, verify: false, ...contest.input } })
    ours.push(stepMs(job, ['convert']))
    sizes.ours = (await fs.stat(output)).size
    await fs.rm(output)
    await run('sync', ['-f', folder])
    theirs.push(await timed(() => run('sh', ['-ec', contest.script, 'sh', source, output, folder])))
    sizes.theirs = (await fs.stat(output)).size
    await fs.rm(output)
    await fs.rm(path.join(folder, 'd.vmdk'), { force: true })
  }
  const side = (label: string, times: readonly number[], bytes: number): Ratio['ours'] => {
    const ms = Math.min(...times)
    const rate = (DATA_MIB * 1024 ** 2) / 1000 / ms
    return { label: `${label}: ${rate.toFixed(0)} MB/s, ${(bytes / 1024 ** 2).toFixed(0)} MiB, best of ${ROUNDS}`, ms }
  }
  return {
    what: `write ${DATA_MIB} MiB of data as ${contest.what}`,
    ours: side('Diskwright', ours, sizes.ours),
    theirs: side(contest.command, theirs, sizes.theirs),
    kind: 'at-most',
    bound: 1.05,
  }
}
