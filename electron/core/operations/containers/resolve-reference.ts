import { stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { resolveShortName } from '#shared/containers/registries-conf'
import {
  type ContainerReference,
  isShortName,
  parseReference,
  printReference,
  shortReference,
  TRANSPORTS,
} from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { readRegistriesConf } from '../../registry/read-registries-conf.js'
import { containerReferenceAt } from './container-file.js'

export interface Resolved {
  readonly references: string[]
  readonly notes: string[]
}

/**
 * What a pasted text means: a reference with its transport, a name at a registry, a short name as podman looks it up (containers-registries.conf(5)), or the path
 * of a file or folder that is an image. No network. Throws `bad-input`, `file-not-found`.
 */
export async function resolveText(env: NodeJS.ProcessEnv, text: string): Promise<Resolved> {
  const trimmed = text.trim()
  if (TRANSPORTS.some((name) => trimmed.startsWith(`${name}:`))) return named(env, parseReference(trimmed))
  const file = pathOf(env, trimmed)
  if (file !== null) {
    const found = await containerReferenceAt(file)
    if (found !== null) return { references: [found], notes: [`${path.basename(file)} is ${found.slice(0, found.indexOf(':'))}`] }
    if (isPath(trimmed)) throw await noImage(file)
  }
  return named(env, parseReference(trimmed))
}

/** The references that a name may stand for, the most likely first. Throws `bad-input`. */
export async function fullNames(env: NodeJS.ProcessEnv, reference: ContainerReference): Promise<ContainerReference[]> {
  const found = resolveShortName(reference, await readRegistriesConf(env))
  if (found.length > 0) return found
  const name = shortReference(reference)
  throw new AppError('bad-input', {
    details: {
      reference: name,
      reason: `it names no registry, and registries.conf of this machine lists none to look at; write it in full, as in docker.io/${name}`,
    },
  })
}

async function named(env: NodeJS.ProcessEnv, reference: ContainerReference): Promise<Resolved> {
  if (reference.path !== null) return { references: [printReference({ ...reference, path: path.resolve(reference.path) })], notes: [] }
  if (!isShortName(reference)) return { references: [printReference(reference)], notes: [] }
  const references = (await fullNames(env, reference)).map(printReference)
  return {
    references,
    notes: [`It names no registry: ${references.length === 1 ? 'registries.conf knows it' : 'registries.conf lists several to look at'}`],
  }
}

function isPath(text: string): boolean {
  return /^(?:\.{0,2}\/|~\/|file:\/\/)/.test(text)
}

/** What the text would be as a path; null where it cannot be one. */
function pathOf(env: NodeJS.ProcessEnv, text: string): string | null {
  if (text === '' || text.includes('\0')) return null
  if (text.startsWith('file://')) return URL.canParse(text) && new URL(text).host === '' ? fileURLToPath(text) : null
  return path.resolve(text.replace(/^~(?=\/)/, env.HOME ?? os.homedir()))
}

async function noImage(file: string): Promise<AppError> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return new AppError('file-not-found', { details: { path: file } })
  const reason = 'it is no container image: neither an OCI layout, nor an archive of one, nor one of docker, nor a folder that `dir:` names'
  return new AppError('bad-input', { details: { path: file, reason } })
}
