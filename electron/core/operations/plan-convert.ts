import path from 'node:path'
import { describeEdit } from '#shared/edits/describe-edit'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { conversionWarnings } from '#shared/images/conversion'
import { FORMATS } from '#shared/images/formats'
import type { JobInput, OutputPlan } from '#shared/jobs/job-requests'
import { endingProblem } from '#shared/platforms/result-ending'
import { formatBytes } from '#shared/text/bytes'
import { shellLine } from '#shared/text/shell-quote'
import { checkOutput } from '../files/checks.js'
import { type DiskSpace, readDiskSpace } from '../files/disk-space.js'
import type { Host } from '../process/host.js'
import { sidecarPaths } from './artifacts/sidecars.js'
import { type ConvertTarget, convertTarget, targetBytes } from './convert-target.js'
import type { ImageSessions } from './image-sessions.js'
import type { SpaceNeed } from './output-space.js'
import { type PlanSource, readPlanSource } from './plan-source.js'
import { allEdits, askedBytes, convertNeed } from './prepare-convert.js'
import { convertCommand } from './write-request.js'

/** What a conversion will do: steps, space, commands, warnings. Nothing is written. */
export async function planConvert(host: Host, sessions: ImageSessions, given: JobInput<'convert-image'>): Promise<OutputPlan> {
  const target = convertTarget(given)
  const source = await readPlanSource(host, sessions, { path: given.source, member: given.member, snapshot: given.snapshot })
  const space = await readDiskSpace(path.dirname(given.output))
  const planned = await planResult(target, source, space)
  const { need } = planned
  const isFileTaken = space.maxFileBytes === null || need.largestFileBytes <= space.maxFileBytes
  const neededBytes = need.neededBytes + source.copyBytes
  return {
    neededBytes,
    estimateBytes: need.estimateBytes,
    freeBytes: need.freeBytes,
    fits: neededBytes <= need.freeBytes && isFileTaken,
    commands: planned.commands,
    warnings: planned.warnings,
    exists: planned.exists,
    steps: planned.steps,
  }
}

export interface PlannedResult {
  /** Of the result alone. */
  readonly need: SpaceNeed
  readonly commands: string[]
  readonly warnings: string[]
  readonly exists: boolean
  readonly steps: string[]
}

/** Throws why the output cannot be made, but for a file that is there. `words` says an edit in better words than its own. */
export async function planResult(
  target: ConvertTarget,
  source: PlanSource,
  space: DiskSpace,
  words: (edit: Edit) => string | undefined = () => undefined,
): Promise<PlannedResult> {
  return {
    need: convertNeed(target, source, space),
    commands: plannedCommands(target, source),
    warnings: plannedWarnings(target, source, space),
    exists: await someExist(target, source),
    steps: describeSteps(target, source, words),
  }
}

/** Where our own writers make the result, or a copy is read, there is no command to copy. */
function plannedCommands({ input, subformat, packer }: ConvertTarget, { source }: PlanSource): string[] {
  if (packer !== null || source === null || input.snapshot !== undefined) return []
  const command = convertCommand({ node: source.node, format: input.format, subformat, options: input.options }, input.output)
  return [shellLine(['qemu-img', ...command])]
}

function plannedWarnings({ input, subformat }: ConvertTarget, { info }: PlanSource, { maxFileBytes }: DiskSpace): string[] {
  const ending = endingProblem(input.output, input)
  const odd = ending === null ? [] : [ending]
  if (info === null) return odd
  return odd.concat(
    conversionWarnings(info, { format: input.format, subformat: subformat.id }, maxFileBytes ?? undefined)
      // The growth that was asked for makes the size fit, and a package of it is as long as its data.
      .filter(({ code }) => code !== 'not-whole-mebibytes' || !input.fitSize)
      .filter(({ code }) => code !== 'file-limit' || input.container === null)
      .filter(({ code }) => code !== 'snapshots-dropped' || input.snapshot === undefined)
      .map(({ text }) => text),
  )
}

/** Whether the output or a file beside it is there. Throws for other reasons why it cannot be made. */
async function someExist({ input }: ConvertTarget, { source, path: packed }: PlanSource): Promise<boolean> {
  const names = [input.output, ...sidecarPaths(input.output, input)]
  const found = await Promise.all(
    names.map((target) =>
      checkOutput({ target, sources: source?.files ?? [packed], replace: false }).then(
        () => false,
        (thrown: unknown) => {
          if (thrown instanceof AppError && thrown.code === 'output-exists') return true
          throw thrown
        },
      ),
    ),
  )
  return found.includes(true)
}

/** The steps of a conversion in words, in their order. */
function describeSteps(target: ConvertTarget, source: PlanSource, words: (edit: Edit) => string | undefined): string[] {
  const { input, subformat, platform } = target
  const bytes = targetBytes(target, askedBytes(target, source.virtualBytes))
  const growth = `Grow to ${formatBytes(bytes)}${source.info?.table === 'gpt' ? ', the backup GPT moves to the end' : ''}`
  const edits = allEdits(target, source.virtualBytes)
  const made = `${FORMATS[input.format].label}, ${subformat.label.toLowerCase()}`
  return [
    ...(source.packedAs === null ? [] : [`Read the disk in it (${source.packedAs}), unpacked where that is needed`]),
    ...(input.snapshot === undefined ? [] : [`Copy the snapshot ${input.snapshot}`]),
    // What a packed disk's size is, and so whether it grows, is only guessed.
    ...edits
      .slice(0, source.info === null ? input.edits.length : undefined)
      .map((edit, at) => (at === input.edits.length ? growth : (words(edit) ?? describeEdit(edit, [])))),
    input.container === null ? `Convert to ${made}` : `Pack as ${CONTAINER_WORDS[input.container]}: ${made}`,
    ...(input.verify ? ['Compare with the source'] : []),
    platform === null ? 'Check the rules of the format' : `Check the rules of the format and of ${platform.name}`,
    ...(input.digests.length > 0 ? [`Write ${input.digests.map((name) => DIGEST_WORDS[name]).join(' and ')} beside it`] : []),
    ...(input.report ? ['Write a report beside it'] : []),
  ]
}

const CONTAINER_WORDS = { ova: 'OVA', 'tar.gz': 'tar.gz', oci: '.oci archive', containerdisk: 'containerDisk' } as const
const DIGEST_WORDS = { sha256: 'SHA-256', sha512: 'SHA-512' } as const
