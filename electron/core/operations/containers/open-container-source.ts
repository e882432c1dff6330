import { stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Access } from '#shared/containers/container-requests'
import { type ContainerReference, parseReference, printReference } from '#shared/containers/reference'
import { errnoCode } from '../../files/sync.js'
import { openRegistry } from '../../registry/open-registry.js'
import type { RegistryDeps } from '../../registry/registry-session.js'
import type { ContainerSource } from './container-source.js'
import { dirSource } from './sources/dir-source.js'
import { dockerArchiveSource } from './sources/docker-archive-source.js'
import { layoutSource } from './sources/layout-source.js'
import { folderStore, type MemberStore } from './sources/member-store.js'
import { registrySource } from './sources/registry-source.js'
import { archiveStore } from './sources/unpacked-archive.js'

/**
 * Opens an image at its place, whatever the transport; the caller closes it. Archives and folders are read in place. Throws `bad-input`, `file-not-found`,
 * `container-not-found`, `container-invalid`, `container-unsupported`, and what `RegistrySession.request` throws.
 */
export async function openContainerSource(deps: RegistryDeps, reference: string, access: Access): Promise<ContainerSource> {
  const parsed = parseReference(reference)
  switch (parsed.transport) {
    case 'docker':
      return openRegistrySource(deps, parsed, access)
    case 'containers-storage':
      throw new AppError('container-unsupported', { details: { feature: 'Local container storage', reason: 'It cannot be read yet' } })
    case 'oci-archive':
      return closing(await archiveStore(deps, fileOf(parsed)), (store) => layoutSource(parsed, store))
    case 'docker-archive':
      return closing(await archiveStore(deps, fileOf(parsed)), (store) => dockerArchiveSource(parsed, store))
    case 'oci':
      return closing(folderStore(await folderOf(parsed)), (store) => layoutSource(parsed, store))
    case 'dir':
      return closing(folderStore(await folderOf(parsed)), (store) => dirSource(parsed, store))
  }
}

async function openRegistrySource(deps: RegistryDeps, reference: ContainerReference, access: Access): Promise<ContainerSource> {
  const { registry, repository } = reference
  if (registry === null || repository === null)
    throw new AppError('bad-input', { details: { reference: printReference(reference), reason: 'it names no registry' } })
  const session = await openRegistry(deps, { registry, repository, purpose: 'pull', access })
  return registrySource(reference, session)
}

async function closing(store: MemberStore, open: (store: MemberStore) => Promise<ContainerSource>): Promise<ContainerSource> {
  try {
    return await open(store)
  } catch (thrown) {
    await store.close()
    throw thrown
  }
}

function fileOf({ path: file }: ContainerReference): string {
  return path.resolve(file ?? '')
}

async function folderOf(reference: ContainerReference): Promise<string> {
  const folder = fileOf(reference)
  const stats = await stat(folder).catch((cause: unknown) => {
    throw new AppError(errnoCode(cause) === 'EACCES' ? 'file-not-readable' : 'file-not-found', { details: { path: folder }, cause })
  })
  if (!stats.isDirectory())
    throw new AppError('bad-input', { details: { reference: printReference(reference), reason: 'it is no folder' } })
  return folder
}
