import type { Access } from '#shared/containers/container-requests'
import { orderTags } from '#shared/containers/tag-order'
import { AppError } from '#shared/errors/app-error'
import type { ContainerDeps } from './container-source.js'
import { openContainerSource } from './open-container-source.js'

/** Tags of a repository, newest version first. Throws as `ContainersApi.tags`. */
export async function listTags(deps: ContainerDeps, reference: string, access: Access): Promise<string[]> {
  const source = await openContainerSource(deps, reference, access)
  try {
    if (source.tags === null) throw new AppError('bad-input', { details: { reference, reason: 'only registries list tags' } })
    return orderTags(await source.tags())
  } finally {
    await source.close()
  }
}
