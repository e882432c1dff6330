import { printReference, type ContainerReference } from '#shared/containers/reference'
import type { Access } from '#shared/containers/container-requests'
import type { ContainerPlatform } from '#shared/containers/container-report'
import { AppError } from '#shared/errors/app-error'
import type { SignInStore } from '../../registry/sign-in-store.js'
import { imageExists } from '../../tools/podman/image-exists.js'
import { type InspectedImage, inspectLocalImages } from '../../tools/podman/inspect-image.js'
import { pullImage } from '../../tools/podman/pull.js'
import { removeImage } from '../../tools/podman/remove-image.js'
import type { JobContext } from '../job-context.js'
import type { ContainerDeps } from './container-source.js'
import { diffIdsOf, whileLayersArrive } from './loose-layers.js'
import { openContainerSource } from './open-container-source.js'
import { requireStoredImage, storedName } from './storage-source.js'
import { asSignedIn, toolAccess } from './tool-access.js'

export interface PullRequest {
  readonly reference: ContainerReference
  readonly platform?: { readonly [K in keyof ContainerPlatform]?: ContainerPlatform[K] | undefined } | undefined
  readonly access: Access
  /** Where podman keeps blobs until they are unpacked; of this job. */
  readonly temporaryFolder: () => Promise<string>
}

/**
 * Has an image in podman's storage while the job lasts: one that is there already is left as it is, one that is not is pulled and removed again. Throws what
 * `pullImage` throws, `container-not-found`, `bad-input`.
 */
export async function imageForJob(ctx: JobContext, signIns: SignInStore, request: PullRequest): Promise<InspectedImage> {
  const { reference } = request
  if (reference.transport === 'containers-storage') return requireStoredImage(ctx.host, reference)
  if (reference.transport !== 'docker' || reference.registry === null) {
    throw new AppError('bad-input', {
      details: {
        reference: printReference(reference),
        reason: 'podman takes images of registries and of its own storage; name the registry',
      },
    })
  }
  const name = storedName(reference)
  const isPlain = request.platform === undefined || Object.values(request.platform).every((value) => value === undefined)
  // Without a platform what is there is what would be pulled. With one, another image may bear the same name.
  if (isPlain && (await imageExists(ctx.host, name))) return one(ctx, name)
  return one(ctx, await pull(ctx, signIns, request, name))
}

async function one({ host }: JobContext, name: string): Promise<InspectedImage> {
  const [image] = await inspectLocalImages(host, [name])
  if (!image) throw new AppError('container-not-found', { details: { reference: name, reason: 'podman lost it again' } })
  return image
}

/** Returns the id of the image. */
async function pull(ctx: JobContext, signIns: SignInStore, request: PullRequest, name: string): Promise<string> {
  const { reference, platform, access } = request
  const { registry, digest } = reference
  const wasThere = await imageExists(ctx.host, name)
  // A tag that is there already would be moved to what is pulled; a name with a digest is only one more name of the same image.
  if (wasThere && digest === null) {
    const reason =
      'there is an image of that name in local storage, and pulling would take its name from it; use the one that is there, or say the digest'
    throw new AppError('bad-input', { details: { reference: printReference(reference), reason } })
  }
  if (!wasThere) {
    const release = ctx.claim('container-image', name)
    // After a cancel the job's own host runs nothing any more.
    const cleaner = ctx.host.bind({ signal: new AbortController().signal })
    ctx.defer(async () => {
      if (await imageExists(cleaner, name)) await removeImage(cleaner, name)
      release()
    })
  }
  const diffIds = await diffIdsAt({ host: ctx.host, signIns }, request)
  const { signIn, ...reach } = await toolAccess(ctx, signIns, reference, access)
  ctx.message('podman fetches the image; it tells no figures')
  const folder = await request.temporaryFolder()
  return asSignedIn(signIn, () =>
    whileLayersArrive(ctx, diffIds, () =>
      pullImage(ctx.host, {
        image: name,
        registry,
        ...reach,
        platform: platform && { os: platform.os, architecture: platform.architecture, variant: platform.variant },
        temporaryFolder: folder,
        onLine: (line) => ctx.message(line),
      }),
    ),
  )
}

/** None where only podman can reach the image: then what a pull that breaks off leaves in its storage is not known. */
async function diffIdsAt(deps: ContainerDeps, { reference, platform, access }: PullRequest): Promise<readonly string[]> {
  try {
    const source = await openContainerSource(deps, printReference(reference), access)
    try {
      return await diffIdsOf(source, platform)
    } finally {
      await source.close()
    }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code !== 'cancelled') return []
    throw thrown
  }
}
