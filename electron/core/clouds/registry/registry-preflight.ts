import { lstat } from 'node:fs/promises'
import type { FieldValues } from '#shared/clouds/field'
import { registryReference } from '#shared/clouds/forms/registry-reference'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { type ContainerReference, parseReference, printReference } from '#shared/containers/reference'
import { AppError, type ErrorCode, toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { openRegistry } from '../../registry/open-registry.js'
import { findManifest } from '../../registry/push-manifest.js'
import type { RegistrySession } from '../../registry/registry-session.js'
import type { CloudContext } from '../cloud-provider.js'
import { type Reach, withReach } from './registry-reach.js'

/** Whether the destination can be reached and written to, and what has its name already. */
export async function preflightRegistry(ctx: CloudContext, values: FieldValues): Promise<CheckRow[]> {
  const reference = parseReference(registryReference(values) ?? '')
  const replace = flagOf(values, 'overwrite') || flagOf(values, 'addToIndex')
  try {
    if (reference.transport === 'docker') return await withReach(ctx, values, (reach) => askRegistry(ctx, reference, { ...reach, replace }))
    if (reference.transport === 'containers-storage') return storageRows(ctx)
    return await fileRows(reference, replace)
  } catch (thrown) {
    return [rowOf(thrown, reference, values)]
  }
}

async function askRegistry(
  ctx: CloudContext,
  reference: ContainerReference,
  { access, signIns, replace }: Reach & { readonly replace: boolean },
): Promise<CheckRow[]> {
  const [registry, repository] = [reference.registry ?? '', reference.repository ?? '']
  const session = await openRegistry({ ...ctx, signIns }, { registry, repository, purpose: 'push', access })
  try {
    const there = await findManifest(session, reference.tag ?? 'latest')
    await requireWritable(session)
    const known = await signIns.find(registry, repository, access.authFile)
    const who = known === null ? 'nobody is signed in, and that is enough' : `signed in as ${known.user}`
    return [
      { code: 'credentials', title: 'Sign-in', state: 'ok', found: `${session.endpoint} answers; ${who}` },
      { code: 'permission', title: 'Permission', state: 'ok', found: `${repository} can be written to` },
      nameRow(printReference(reference), there === null ? null : there.digest, replace),
    ]
  } finally {
    await session.close()
  }
}

/** Begins to send a blob, which is what being allowed to means, and takes it back (OCI distribution specification 1.1, "Cancel a blob upload"). */
async function requireWritable(session: RegistrySession): Promise<void> {
  const begun = await session.request({ method: 'POST', path: 'blobs/uploads/', okStatuses: [202], headers: { 'content-length': '0' } })
  await begun.discard()
  const { location } = begun.headers
  if (location === undefined) return
  const path = new URL(location, begun.url).toString()
  await session
    .request({ method: 'DELETE', path, okStatuses: [200, 202, 204, 404, 405] })
    .then((response) => response.discard())
    // It is forgotten by itself after a while.
    .catch(() => {})
}

function nameRow(name: string, digest: string | null, replace: boolean): CheckRow {
  const row = { code: 'conflict', title: 'Name' } as const
  if (digest === null) return { ...row, state: 'ok', found: `${name} is free` }
  if (replace) return { ...row, state: 'warning', found: `${name} is there already (${digest}); the name will lead to the new image` }
  const fix = { kind: 'set', field: 'overwrite', value: true, label: 'Replace it' } as const
  return { ...row, state: 'error', found: `${name} is there already: ${digest}`, field: 'tag', fix }
}

function storageRows({ host }: CloudContext): CheckRow[] {
  const row = { code: 'tools', title: "podman's storage" } as const
  return host.has('skopeo')
    ? [{ ...row, state: 'ok', found: 'skopeo writes to it' }]
    : [{ ...row, state: 'error', found: 'skopeo is not installed', fix: { kind: 'command', command: 'apt-get install skopeo' } }]
}

async function fileRows(reference: ContainerReference, replace: boolean): Promise<CheckRow[]> {
  const file = reference.path ?? ''
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  )
  return [nameRow(file, isThere ? 'a file or folder of that name' : null, replace)]
}

/** Where it is mended; all others are about the address. */
const FIELDS: Partial<Record<ErrorCode, string>> = { 'registry-untrusted': 'ca', 'registry-denied': 'repository' }

function rowOf(thrown: unknown, { registry }: ContainerReference, values: FieldValues): CheckRow {
  const error = toAppError(thrown)
  if (error.code === 'cancelled') throw thrown instanceof AppError ? thrown : error
  const { title, detail, next } = describeError(error.data)
  const isSignIn = error.code === 'sign-in-needed' && registry !== null
  const hasPassword = textOf(values, 'password') !== ''
  return {
    code: error.code,
    title: isSignIn ? 'Sign-in' : 'At the registry',
    state: 'error',
    found: `${title}. ${detail} ${next}`,
    // Another sign-in of this machine is not looked at where a password was typed.
    ...(isSignIn && !hasPassword ? { fix: { kind: 'command', command: `diskwright containers login ${registry} -u USER` } } : {}),
    ...(registry === null ? {} : { field: isSignIn ? (hasPassword ? 'password' : 'user') : (FIELDS[error.code] ?? 'registry') }),
  }
}
