import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Core } from '#core/core-api'
import { DISK_FORMATS, type DiskFormat, FORMATS } from '#shared/images/formats'
import { finished, stepMs, timed } from './measure.js'

const run = promisify(execFile)
/** Starting a program in its sandbox costs 5 to 10 ms: with so much data that is a hundredth of a conversion, and the bound measures the work. */
export const DATA_MIB = 1024
const VIRTUAL = '2G'
const ROUNDS = 8
/** Of each pair. */
export const FORMAT_BOUND = 1.05
/** Sources in all formats, what is converted and what it is compared with. */
const ROOM_BYTES = 10 * 1024 ** 3
const MEMORY_FOLDER = '/dev/shm'

export interface FormatPair {
  readonly from: DiskFormat
  readonly to: DiskFormat
}

export interface PairResult extends FormatPair {
  readonly oursMs: number
  /** Checking the source and the free space, which takes the same time whatever the size of the data is. */
  readonly prepareMs: number
  readonly theirsMs: number
  /** How many programs the whole conversion started, proofs included. */
  readonly programs: number
}

/** All pairs, or those that are named as `qcow2-vmdk`. */
export function formatPairs(names: readonly string[]): FormatPair[] {
  const all = DISK_FORMATS.flatMap((from) => DISK_FORMATS.map((to) => ({ from, to })))
  const named = all.filter(({ from, to }) => names.includes(`${from}-${to}`))
  return named.length > 0 ? named : all
}

/**
 * A folder in memory where there is room, so that the disk, which is slow and as fast as its neighbours let it be, hides nothing of what a
 * conversion costs beside it; else one in `folder`.
 */
export async function formatFolder(folder: string): Promise<string> {
  const { bavail, bsize } = await fs.statfs(MEMORY_FOLDER).catch(() => ({ bavail: 0, bsize: 0 }))
  const fits = Math.min(bavail * bsize, os.freemem()) > ROOM_BYTES
  return fs.mkdtemp(path.join(fits ? MEMORY_FOLDER : folder, 'diskwright-formats-'))
}

/**
 * Converts a disk of 1 GiB of data from each format to each, by Diskwright and by qemu-img with its best flags, in turns; the best of
 * some rounds counts. Checking the source before is told apart; comparing, checking and flushing are not part of it: qemu-img does none of them.
 */
export async function* formatBench(core: Core, folder: string, pairs: readonly FormatPair[]): AsyncGenerator<PairResult> {
  const sources = await buildSources(folder, new Set(pairs.map(({ from }) => from)))
  for (const pair of pairs) yield { ...pair, ...(await measurePair(core, folder, sources.get(pair.from) ?? '', pair)) }
  for (const source of sources.values()) await fs.rm(source)
}

async function buildSources(folder: string, formats: ReadonlySet<DiskFormat>): Promise<ReadonlyMap<DiskFormat, string>> {
  const raw = path.join(folder, 'formats.raw')
  // Without a partition table noise is no disk that anybody would know.
  const fill = `dd if=/dev/urandom of="$1" bs=1M seek=1 count=${DATA_MIB} status=none && truncate -s ${VIRTUAL} "$1"`
  await run('sh', ['-c', `${fill} && echo ';' | sfdisk -q --no-reread --no-tell-kernel "$1"`, 'sh', raw])
  const made = new Map<DiskFormat, string>()
  for (const format of formats) {
    const file = path.join(folder, `from.${format}`)
    await run('qemu-img', ['convert', '-f', 'raw', '-O', FORMATS[format].driver, ...sizeOption(format), raw, file])
    made.set(format, file)
  }
  await fs.rm(raw)
  return made
}

async function measurePair(
  core: Core,
  folder: string,
  source: string,
  { from, to }: FormatPair,
): Promise<Omit<PairResult, keyof FormatPair>> {
  const output = path.join(folder, `to.${to}`)
  const ours: number[] = []
  const prepare: number[] = []
  const theirs: number[] = []
  let programs = 0
  const oursOnce = async (): Promise<void> => {
    const job = await finished(core, { kind: 'convert-image', input: { source, output, format: to } })
    ours.push(stepMs(job, ['convert']))
    prepare.push(stepMs(job, ['prepare']))
    programs = job.commands.length
  }
  const args = ['convert', '-m', '16', '-W', '-f', FORMATS[from].driver, '-O', FORMATS[to].driver, ...sizeOption(to), source, output]
  const theirsOnce = async (): Promise<void> => {
    theirs.push(await timed(() => run('qemu-img', args)))
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const once of round % 2 === 0 ? [oursOnce, theirsOnce] : [theirsOnce, oursOnce]) {
      await run('sync', ['-f', folder])
      await once()
      await fs.rm(output)
    }
  }
  return { oursMs: Math.min(...ours), prepareMs: Math.min(...prepare), theirsMs: Math.min(...theirs), programs }
}

/** Without it qemu rounds a VHD up to a geometry. */
function sizeOption(format: DiskFormat): string[] {
  return format === 'vhd' ? ['-o', 'force_size=on'] : []
}

/** How the pairs of one run stand to their bound, in words. */
export function formatSummary(results: readonly PairResult[]): { readonly line: string; readonly met: boolean } {
  const ratios = results.map(({ oursMs, theirsMs }) => oursMs / theirsMs)
  const within = ratios.filter((ratio) => ratio <= FORMAT_BOUND).length
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  const met = within === ratios.length
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} times, geometric mean ${mean.toFixed(3)}`
  return { met, line: `${met ? 'met   ' : 'MISSED'}  ${within} of ${ratios.length} pairs at most ${FORMAT_BOUND} times: ${range}` }
}

/** Ratios, ours to qemu-img's: a row for each source format, a column for each target. */
export function formatTable(results: readonly PairResult[]): string[] {
  const columns = DISK_FORMATS.filter((format) => results.some(({ to }) => to === format))
  const rows = DISK_FORMATS.filter((format) => results.some(({ from }) => from === format))
  const cell = (from: DiskFormat, to: DiskFormat): string => {
    const found = results.find((result) => result.from === from && result.to === to)
    return found ? (found.oursMs / found.theirsMs).toFixed(2) : ''
  }
  const lines = [['from \\ to', ...columns], ...rows.map((from) => [from, ...columns.map((to) => cell(from, to))])]
  return lines.map((line) => line.map((text, at) => (at === 0 ? text.padEnd(10) : text.padStart(7))).join(''))
}
