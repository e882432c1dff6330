import path from 'node:path'
import { describeEdit } from '#shared/edits/describe-edit'
import { AppError } from '#shared/errors/app-error'
import { conversionWarnings } from '#shared/images/conversion'
import { FORMATS } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import type { JobInput, OutputPlan } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { shellLine } from '#shared/text/shell-quote'
import { checkOutput } from '../files/checks.js'
import { readDiskSpace } from '../files/disk-space.js'
import { type ImageSource, openSource } from '../guest/source.js'
import type { Host } from '../process/host.js'
import { sidecarPaths } from './artifacts/sidecars.js'
import { type ConvertTarget, convertTarget, targetBytes } from './convert-target.js'
import { inspectImage } from './inspect-image.js'
import { allEdits, askedBytes, spaceNeed } from './prepare-convert.js'
import { convertCommand } from './write-request.js'

type Input = JobInput<'convert-image'>

/** What a conversion will do: steps, space, commands, warnings. Nothing is written. */
export async function planConvert(host: Host, given: Input): Promise<OutputPlan> {
  const target = convertTarget(given)
  const source = await openSource(given.source)
  const info = await inspectImage(host, given.source)
  const { input, subformat } = target
  const need = await spaceNeed(host, target, { source, virtualBytes: info.virtualBytes }, input.output)
  // A snapshot is copied first, in full.
  const copyBytes = input.snapshot === undefined ? 0 : source.onDiskBytes
  const { maxFileBytes } = await readDiskSpace(path.dirname(input.output))
  const fits = need.neededBytes + copyBytes <= need.freeBytes && (maxFileBytes === null || need.largestFileBytes <= maxFileBytes)
  const warnings = conversionWarnings(info, { format: input.format, subformat: subformat.id }, maxFileBytes ?? undefined)
  return {
    neededBytes: need.neededBytes + copyBytes,
    estimateBytes: need.estimateBytes,
    freeBytes: need.freeBytes,
    fits,
    commands: plannedCommands(target, source),
    // The growth that was asked for makes the size fit, and a package is no set of files.
    warnings: warnings.filter(({ code }) => code !== 'not-whole-mebibytes' || !input.fitSize).map(({ text }) => text),
    exists: await someExist(target, source),
    steps: describeSteps(target, info),
  }
}

/** Where our own writers make the result there is no command to copy. */
function plannedCommands({ input, subformat, packer }: ConvertTarget, source: ImageSource): string[] {
  if (packer !== null) return []
  const command = convertCommand({ node: source.node, format: input.format, subformat, options: input.options }, input.output)
  return [shellLine(['qemu-img', ...command])]
}

/** Whether the output or a file beside it is there. Throws for other reasons why it cannot be made. */
async function someExist({ input }: ConvertTarget, source: ImageSource): Promise<boolean> {
  const names = [input.output, ...sidecarPaths(input.output, input)]
  const found = await Promise.all(
    names.map((target) =>
      checkOutput({ target, sources: source.files, replace: false }).then(
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
export function describeSteps(target: ConvertTarget, info: Pick<ImageInfo, 'virtualBytes' | 'table'>): string[] {
  const { input, subformat, platform } = target
  const asked = askedBytes(target, info.virtualBytes)
  const bytes = targetBytes(target, asked)
  const growth = `Grow to ${formatBytes(bytes)}${info.table === 'gpt' ? ', the backup GPT moves to the end' : ''}`
  const edits = allEdits(target, info.virtualBytes)
  const made = `${FORMATS[input.format].label}, ${subformat.label.toLowerCase()}`
  return [
    ...(input.snapshot === undefined ? [] : [`Copy the snapshot ${input.snapshot}`]),
    ...edits.map((edit, at) => (at === input.edits.length ? growth : describeEdit(edit, []))),
    input.container === null ? `Convert to ${made}` : `Pack as ${CONTAINER_WORDS[input.container]}: ${made}`,
    ...(input.verify ? ['Compare with the source'] : []),
    platform === null ? 'Check the rules of the format' : `Check the rules of the format and of ${platform.name}`,
    ...(input.digests.length > 0
      ? [`Write ${input.digests.map((name) => name.toUpperCase().replace('SHA', 'SHA-')).join(' and ')} beside it`]
      : []),
    ...(input.report ? ['Write a report beside it'] : []),
  ]
}

const CONTAINER_WORDS = { ova: 'OVA', 'tar.gz': 'tar.gz', oci: '.oci archive', containerdisk: 'containerDisk' } as const
