import { stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Access } from '#shared/containers/container-requests'
import { type ContainerReference, isShortName, parseReference, printReference } from '#shared/containers/reference'
import { errnoCode } from '../../files/sync.js'
import { openRegistry } from '../../registry/open-registry.js'
import type { ContainerDeps, ContainerSource } from './container-source.js'
import { fullNames } from './resolve-reference.js'
import { dirSource } from './sources/dir-source.js'
import { dockerArchiveSource } from './sources/docker-archive-source.js'
import { layoutSource } from './sources/layout-source.js'
import { folderStore, type MemberStore } from './sources/member-store.js'
import { registrySource } from './sources/registry-source.js'
import { archiveStore } from './sources/unpacked-archive.js'
import { openStorageSource } from './storage-source.js'

/** Answers after which a short name is looked for at the next registry. */
const ELSEWHERE: ReadonlySet<string> = new Set(['container-not-found', 'sign-in-needed', 'registry-denied'])

/**
 * Opens an image at its place, whatever the transport; the caller closes it. Archives and folders are read in place. Throws `bad-input`, `file-not-found`,
 * `container-not-found`, `container-invalid`, `container-unsupported`, and what `RegistrySession.request` throws.
 */
export async function openContainerSource(deps: ContainerDeps, reference: string, access: Access): Promise<ContainerSource> {
  const parsed = parseReference(reference)
  switch (parsed.transport) {
    case 'docker':
      return openRegistrySource(deps, parsed, access)
    case 'containers-storage':
      return openStorageSource(deps, parsed)
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

/** A short name may be at several registries: the first one that has it. */
async function openRegistrySource(deps: ContainerDeps, reference: ContainerReference, access: Access): Promise<ContainerSource> {
  if (!isShortName(reference)) return openFullName(deps, reference, access)
  const names = await fullNames(deps.host.env, reference)
  for (const name of names) {
    const source = await openFullName(deps, name, access)
    if (name === names.at(-1)) return source
    try {
      await source.manifest()
      return source
    } catch (thrown) {
      await source.close()
      if (!(thrown instanceof AppError) || !ELSEWHERE.has(thrown.code)) throw thrown
    }
  }
  throw new AppError('container-not-found', { details: { reference: printReference(reference) } })
}

async function openFullName(deps: ContainerDeps, reference: ContainerReference, access: Access): Promise<ContainerSource> {
  const { registry, repository } = reference
  if (registry === null || repository === null)
    throw new AppError('bad-input', { details: { reference: printReference(reference), reason: 'it names no registry' } })
  return registrySource(reference, await openRegistry(deps, { registry, repository, purpose: 'pull', access }))
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
