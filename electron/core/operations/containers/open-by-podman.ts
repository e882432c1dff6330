import type { SignInStore } from '../../registry/sign-in-store.js'
import type { InspectedImage } from '../../tools/podman/inspect-image.js'
import type { JobContext } from '../job-context.js'
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
