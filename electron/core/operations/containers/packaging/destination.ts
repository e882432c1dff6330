import path from 'node:path'
import { lstat, readdir } from 'node:fs/promises'
import { type ContainerReference, parseReference, printReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { checkOutput, outputExists } from '../../../files/checks.js'
import { containerReferenceAt } from '../container-file.js'

/** Where an image goes. */
export type Destination =
  | {
      readonly kind: 'registry'
      readonly reference: ContainerReference
      readonly registry: string
      readonly repository: string
      readonly tag: string
    }
  | { readonly kind: 'storage'; readonly reference: ContainerReference }
  | { readonly kind: 'files'; readonly reference: ContainerReference; readonly target: string; readonly isFolder: boolean }

/**
 * A destination as it is written to: a registry with its tag, podman's storage, or a file or folder by its absolute path. Throws `bad-input` for one
 * that nothing can be written to.
 */
export function readDestination(text: string): Destination {
  const parsed = parseReference(text)
  const { transport, registry, repository } = parsed
  const wrong = (reason: string): AppError => new AppError('bad-input', { details: { reference: text, reason } })
  if (parsed.digest !== null) throw wrong('a digest is what comes out; give a tag to write to')
  if (transport === 'docker') {
    if (registry === null || repository === null) throw wrong('it does not say which registry, such as registry.example/team/name:tag')
    const tag = parsed.tag ?? 'latest'
    return { kind: 'registry', reference: { ...parsed, tag }, registry, repository, tag }
  }
  if (transport === 'containers-storage') {
    // As podman names what is built here.
    return { kind: 'storage', reference: { ...parsed, registry: registry ?? 'localhost', tag: parsed.tag ?? 'latest' } }
  }
  const target = path.resolve(parsed.path ?? '')
  if (target.includes(':')) throw wrong('a colon in the path would be read as the end of it')
  return { kind: 'files', reference: { ...parsed, path: target }, target, isFolder: transport === 'oci' || transport === 'dir' }
}

/**
 * Whether something is at a destination of files already. Throws `output-exists` where it may not be replaced, `output-is-source`, `bad-input`, and
 * `not-a-regular-file` for a folder that holds no image: such a one is never replaced.
 */
export async function checkFiles(
  { target, isFolder, reference }: Extract<Destination, { kind: 'files' }>,
  { sources, replace }: { readonly sources: readonly string[]; readonly replace: boolean },
): Promise<boolean> {
  const present = await lstat(target).catch(() => null)
  if (!isFolder || present === null) {
    await checkOutput({ target, sources, replace })
    return present !== null
  }
  const isEmpty = present.isDirectory() && (await readdir(target)).length === 0
  if (isEmpty) return false
  if (!replace) throw outputExists(target)
  const held = present.isDirectory() ? await containerReferenceAt(target) : null
  if (held === null || !held.startsWith(`${reference.transport}:`)) {
    const reason = `it is no folder with an image of ${reference.transport}:`
    throw new AppError('not-a-regular-file', { details: { path: target, reason }, actions: [{ kind: 'choose-output' }] })
  }
  return true
}

/** As podman and people write it. */
export function nameOf({ reference }: Destination): string {
  return printReference(reference)
}
