import path from 'node:path'
import type { ContainerOrigin, NewerReport } from '#shared/containers/container-report'
import type { Access } from '#shared/containers/container-requests'
import { parseReference, printReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { openRegularFile } from '../../files/identity.js'
import type { ContainerDeps } from './container-source.js'
import { chooseImage } from './choose-image.js'
import { openContainerSource } from './open-container-source.js'
import type { Origins } from './origins.js'

/** Whether the reference that a file was taken from leads to something else now. Throws `bad-input` without an origin, what `openRegularFile` throws, and what the source throws. */
export async function checkNewer(deps: ContainerDeps, origins: Origins, file: string, access: Access): Promise<NewerReport> {
  const { handle } = await openRegularFile(file)
  await handle.close()
  const origin = await origins.find(file)
  if (origin === null)
    throw new AppError('bad-input', {
      details: {
        path: file,
        reason: `it is not known where ${path.basename(file)} was taken from: that is told of files that Diskwright took out of an image on this machine, until they are moved or changed`,
      },
    })
  try {
    return await look(deps, origin, access)
  } catch (thrown) {
    if (thrown instanceof AppError && (thrown.code === 'container-not-found' || thrown.code === 'platform-not-found'))
      return { origin, state: 'gone', digest: null, createdAt: null }
    throw thrown
  }
}

async function look(deps: ContainerDeps, origin: ContainerOrigin, access: Access): Promise<NewerReport> {
  const reference = parseReference(origin.reference)
  // A digest never leads to anything else; the tag beside it, or the newest there is, does.
  const source = await openContainerSource(deps, printReference({ ...reference, digest: null }), access)
  try {
    const platform = origin.platform ?? undefined
    const { digest } = await source.manifest()
    if (digest === origin.digest) return { origin, state: 'same', digest, createdAt: null }
    const chosen = await chooseImage(source, { digest, platform })
    const state = chosen.digest === origin.imageDigest ? 'same' : 'newer'
    return { origin, state, digest, createdAt: chosen.config?.createdAt ?? null }
  } finally {
    await source.close()
  }
}
