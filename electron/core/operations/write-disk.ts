import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { BlockNode } from '#shared/images/block-node'
import { FORMATS } from '#shared/images/formats'
import type { DigestName } from '#shared/jobs/convert-request'
import { convertImage } from '../tools/qemu-img/convert.js'
import type { Packed } from './artifacts/packer.js'
import type { JobContext, StepProgress } from './job-context.js'
import { convertCommand, type WriteRequest } from './write-request.js'

/** What stands in the part file, not yet proven. */
export interface WrittenDisk {
  /** As it is read back; null where only unpacking shows it. */
  readonly disk: BlockNode | null
  readonly compare: Packed['compare'] | undefined
  readonly digests: Readonly<Partial<Record<DigestName, string>>>
  readonly proofs: readonly string[]
}

/** Writes the disk to its part file: by our own writer where the result needs one, else by qemu-img. */
export async function writeDisk(
  ctx: JobContext,
  request: WriteRequest,
  part: { readonly file: string; readonly folder: string | undefined },
  progress: StepProgress,
): Promise<WrittenDisk> {
  if (request.packing) return pack(ctx, request, request.packing, part.file, progress)
  await convertImage(
    ctx.host,
    {
      args: convertCommand(request, part.file),
      access: { read: request.files, write: [part.folder ?? part.file] },
      path: request.output,
    },
    (fraction) => progress.bytes(fraction * request.virtualBytes, request.virtualBytes),
  )
  const disk: BlockNode = {
    driver: FORMATS[request.format].driver,
    path: part.file,
    ...(request.format === 'qcow2' ? { backing: null } : {}),
  }
  return { disk, compare: undefined, digests: {}, proofs: [] }
}

async function pack(
  ctx: JobContext,
  request: WriteRequest,
  { packer, input, info, workFolder }: NonNullable<WriteRequest['packing']>,
  part: string,
  progress: StepProgress,
): Promise<WrittenDisk> {
  const workDir = await workFolder()
  const packed = await packer({
    ctx,
    source: { node: request.node, files: request.files, virtualBytes: request.virtualBytes, info },
    input,
    part,
    name: request.output.slice(request.output.lastIndexOf('/') + 1),
    workDir,
    progress,
  })
  // What is compared by unpacking may still lie there, and so may what it is compared with.
  const isRead = packed.compare !== undefined || request.files.some((file) => path.dirname(file) === workDir)
  if (!isRead) await rm(workDir, { recursive: true, force: true })
  return { disk: packed.disk, compare: packed.compare, digests: packed.digests, proofs: packed.proofs }
}
