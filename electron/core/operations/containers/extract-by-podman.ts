import { AppError } from '#shared/errors/app-error'
import { showControl } from '#shared/text/visible'
import { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import type { InspectedImage } from '../../tools/podman/inspect-image.js'
import type { JobContext } from '../job-context.js'
import { limitsFor, SparseFile } from '../unpack/sparse-file.js'
import { readTar, type TarMember } from '../unpack/tar-reader.js'
import { imageForJob, type PullRequest } from './pull-for-job.js'
import { openStoredFiles, type StoredFiles } from './stored-files.js'

export interface PodmanImage {
  readonly image: InspectedImage
  readonly files: StoredFiles
}

/**
 * An image whose files podman gives out: one of local storage, or one that is pulled for it. With the job everything is removed again that was not there before. Throws
 * what `imageForJob` and `openStoredFiles` throw.
 */
export async function openByPodman(ctx: JobContext, signIns: SignInStore, request: PullRequest): Promise<PodmanImage> {
  const image = await imageForJob(ctx, signIns, request)
  const files = await openStoredFiles(ctx.host, {
    imageId: image.id,
    jobId: ctx.jobId,
    announce: (name) => ctx.claim('container', name),
  })
  ctx.defer(() => files.close())
  return { image, files }
}

export interface PodmanExtraction {
  /** In the image. */
  readonly path: string
  /** An empty file; blocks of zeros become holes in it. */
  readonly part: string
  /** On the disk of `part`, as the user knows it. */
  readonly folder: string
  /** Bytes written, of all. */
  readonly onBytes: (done: number, total: number) => void
}

/**
 * Writes one file of an image to `part`, as podman streams it: no second copy. Returns its length. Throws `guest-file-not-found`, `not-a-regular-file`, `no-space`,
 * `image-damaged`, `tool-failed`, `cancelled`.
 */
export async function extractByPodman(ctx: JobContext, files: StoredFiles, request: PodmanExtraction): Promise<{ bytes: number }> {
  const { path, part, folder, onBytes } = request
  const input = new ByteSource(files.at(path))
  try {
    for await (const member of readTar(input, path)) {
      if (member.kind !== 'file') throw new AppError('not-a-regular-file', { details: { path: showControl(path) } })
      const out = await SparseFile.open(part, await limitsFor(folder, member.storedBytes, member.sizeBytes))
      try {
        await copyMember(ctx, input, member, out, (done) => onBytes(done, member.sizeBytes))
        await out.finish(member.sizeBytes)
      } finally {
        await out.close()
      }
      await readToEnd(input)
      return { bytes: member.sizeBytes }
    }
    // An empty tar is no answer of podman: its failure is told when it has ended.
    await readToEnd(input)
    throw new AppError('guest-file-not-found', { details: { path } })
  } finally {
    await input.close()
  }
}

async function copyMember(
  ctx: JobContext,
  input: ByteSource,
  member: TarMember,
  out: SparseFile,
  onBytes: (done: number) => void,
): Promise<void> {
  for (const piece of member.pieces) {
    await out.moveTo(piece.offset)
    for (let left = piece.length; left > 0; ) {
      await ctx.pausePoint()
      const bytes = await input.some(left)
      if (bytes.length === 0) {
        await readToEnd(input)
        throw new AppError('image-damaged', { details: { path: member.name, reason: 'podman ended in the middle of it' } })
      }
      await out.write(bytes)
      left -= bytes.length
      onBytes(out.length)
    }
  }
}

/** By then podman has said whether all went well. */
async function readToEnd(input: ByteSource): Promise<void> {
  while ((await input.some()).length > 0);
}
