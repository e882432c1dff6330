import path from 'node:path'
import { copyContainerInputSchema, packageContainerInputSchema } from '#shared/containers/container-requests'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { ContainerMade, ContainerWork } from '../../clouds/cloud-provider.js'
import type { UploadJournal } from '../../clouds/upload-journal.js'
import type { BlobMemory } from '../../registry/push-blob.js'
import { containerReferenceAt } from '../containers/container-file.js'
import { copyContainer } from '../containers/copy-container.js'
import { packageContainer } from '../containers/package-container.js'
import type { JobContext } from '../job-context.js'

/** What the workbench for container images does, for a provider of them. Its steps are steps of the upload. */
export function containerWork(ctx: JobContext, journal: UploadJournal): ContainerWork {
  const steady = neverBack(ctx)
  return {
    async package(input, signIns) {
      const { counted, sentBytes } = countSent(steady, 'send')
      const made = await packageContainer(counted, packageContainerInputSchema.parse(input), signIns, blobMemory(journal))
      return madeOf(made, sentBytes())
    },
    async copy(input, signIns) {
      const { counted, sentBytes } = countSent(steady, 'copy')
      const source = path.isAbsolute(input.source) ? await referenceOf(input.source) : input.source
      const made = await copyContainer(counted, copyContainerInputSchema.parse({ ...input, source }), signIns)
      return madeOf(made, sentBytes())
    },
  }
}

/** Addresses of uploads that were begun; they are worth nothing without the sign-in. */
function blobMemory(journal: UploadJournal): BlobMemory {
  const key = (digest: string): string => `registry.blob ${digest}`
  return {
    get: (digest) => journal.get<string | null>(key(digest)) ?? null,
    set: (digest, location) => journal.put(key(digest), location),
  }
}

async function referenceOf(file: string): Promise<string> {
  const reference = await containerReferenceAt(file)
  if (reference === null) throw new AppError('container-invalid', { details: { reason: `${file} holds no container image` } })
  return reference
}

/** A registry may lose what it had, and after a sign-in all begins anew; what was told to be done stays told. */
function neverBack(ctx: JobContext): JobContext {
  const farthest = new Map<string, number>()
  return {
    ...ctx,
    step: (id, work) =>
      ctx.step(id, (progress) =>
        work({
          ...progress,
          bytes(done, total) {
            farthest.set(id, Math.max(done, farthest.get(id) ?? 0))
            progress.bytes(farthest.get(id) ?? 0, total)
          },
        }),
      ),
  }
}

/** Counts what a step tells to have sent, from where it began: what was there before does not count. */
function countSent(ctx: JobContext, step: string): { readonly counted: JobContext; sentBytes(): number } {
  let first: number | null = null
  let last = 0
  const counted: JobContext = {
    ...ctx,
    step: (id, work) =>
      ctx.step(id, (progress) =>
        work(
          id !== step
            ? progress
            : {
                ...progress,
                bytes(done, total) {
                  first ??= done
                  last = Math.max(last, done)
                  progress.bytes(done, total)
                },
              },
        ),
      ),
  }
  return { counted, sentBytes: () => last - (first ?? 0) }
}

function madeOf({ container, proofs, bytes }: JobOutput, sentBytes: number): ContainerMade {
  return { reference: container?.reference ?? '', digest: container?.digest ?? '', bytes, sentBytes, proofs }
}
