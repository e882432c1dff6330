import fs from 'node:fs/promises'
import path from 'node:path'
import type { Preparation } from '#shared/clouds/preparation'
import { convertImageInputSchema } from '#shared/jobs/convert-request'
import type { JobInput } from '#shared/jobs/job-requests'
import { artifact } from '#shared/platforms/artifacts'
import type { ImageSource } from '../../guest/source.js'
import { convertDiskImage, type ConvertSurroundings } from '../convert-image.js'
import { openOverlay, overlayBytes, readBack, resultBytes, stageEdits, writeToOverlay } from '../edit-overlay.js'
import { readSource } from '../inspect-image.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { nestSteps } from '../nested-steps.js'

type Convert = Extract<Preparation, { kind: 'convert' }>

/** Measured shares of the wall time of typical conversions. */
const CONVERT_STEPS = [
  { id: 'unpack', weight: 0.2 },
  { id: 'prepare', weight: 0.05 },
  { id: 'write', weight: 0.1 },
  { id: 'read-back', weight: 0.03 },
  { id: 'convert', weight: 0.5 },
  { id: 'compare', weight: 0.25 },
  { id: 'check', weight: 0.03 },
  { id: 'publish', weight: 0.04 },
]

/** The conversion that makes what is sent. `folder`: where its result goes. */
export function conversionOf(
  { facts, edits }: Pick<JobInput<'upload-image'>, 'facts' | 'edits'>,
  { artifact: id, format, subformat, machine }: Convert,
  folder: string,
): JobInput<'convert-image'> {
  const extension = id === null ? format : artifact(id).extension
  return convertImageInputSchema.parse({
    source: facts.path,
    output: path.join(folder, `${path.parse(facts.path).name.replaceAll('\n', ' ')}.${extension}`),
    format,
    ...(subformat === null ? {} : { subformat }),
    ...(id === null ? {} : { artifact: id, fitSize: true }),
    ...(machine === null ? {} : { machine }),
    edits,
    replace: true,
  })
}

/** Makes the file in a folder, which is made, and which its caller removes. Returns its path. Throws as `convertDiskImage`. */
export async function makeFile(
  ctx: JobContext,
  conversion: JobInput<'convert-image'>,
  around: ConvertSurroundings,
  progress: StepProgress,
): Promise<string> {
  await fs.mkdir(path.dirname(conversion.output), { recursive: true, mode: 0o700 })
  const { path: made } = await convertDiskImage(nestSteps(ctx, progress, CONVERT_STEPS), conversion, around)
  return made
}

/** Writes edits to an overlay in a folder that its caller removes. Null where all edits have their effect already. Throws what keeps one from being applied. */
export async function makeOverlay(
  ctx: JobContext,
  source: ImageSource,
  { edits, folder }: { readonly edits: JobInput<'upload-image'>['edits']; readonly folder: string },
  { engine }: Pick<ConvertSurroundings, 'engine'>,
): Promise<{ file: string; virtualBytes: number } | null> {
  await fs.rm(folder, { recursive: true, force: true })
  const { info } = await readSource(ctx.host, source)
  const staged = await stageEdits(ctx.host, { source, info }, edits, { idempotent: true })
  if (staged.changes === 0) return null
  const overlay = await openOverlay(ctx, source, overlayBytes(staged, info), folder)
  await writeToOverlay(ctx, overlay, staged, engine)
  await readBack(ctx, overlay, staged)
  return { file: overlay.source.node.path, virtualBytes: resultBytes(staged, info) }
}
