import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Access } from '#shared/containers/container-requests'
import { AppError } from '#shared/errors/app-error'
import { parseAuthFile, withSignIn } from '../../registry/auth-file.js'
import type { RegistryCredential, SignInStore } from '../../registry/sign-in-store.js'
import type { JobContext } from '../job-context.js'

/** How podman and skopeo reach a registry, as their options say it. Paths are absolute. */
export interface ToolAccess {
  readonly authFile?: string
  readonly certDir?: string
  readonly plainHttp?: boolean
}

/** What the registry was told, for when it refuses that; nothing where there was no sign-in. */
export interface ToolSignIn {
  readonly user?: string
  readonly where?: string
}

/**
 * Gives podman and skopeo the sign-in that Diskwright has for a repository: in a file of its own that nobody else can read, and that goes away with the job. Where
 * there is none they look for one themselves.
 */
export async function toolAccess(
  ctx: JobContext,
  signIns: SignInStore,
  place: { readonly registry: string | null; readonly repository: string | null },
  access: Access,
): Promise<ToolAccess & { readonly signIn: ToolSignIn }> {
  const { registry, repository } = place
  const credential = registry === null || access.authFile !== undefined ? null : await signIns.find(registry, repository, undefined)
  const authFile = credential === null || registry === null ? access.authFile : await privateAuthFile(ctx, registry, credential)
  const signIn: ToolSignIn = credential !== null ? { user: credential.user } : authFile === undefined ? {} : { where: authFile }
  return {
    signIn,
    ...(authFile === undefined ? {} : { authFile }),
    ...(access.certDir === undefined ? {} : { certDir: access.certDir }),
    ...(access.plainHttp === undefined ? {} : { plainHttp: access.plainHttp }),
  }
}

/** Does what a tool does with that access: a sign-in that was refused is told as one. */
export async function asSignedIn<T>(signIn: ToolSignIn, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'sign-in-needed') throw thrown
    const { details, toolOutput, command, actions } = thrown.data
    throw new AppError('sign-in-needed', { details: { ...details, ...signIn }, toolOutput, command, actions, cause: thrown })
  }
}

async function privateAuthFile(ctx: JobContext, registry: string, credential: RegistryCredential): Promise<string> {
  // Below the runtime folder, which is in memory on most machines. One folder for each registry of a job.
  const folder = path.join(
    ctx.host.dirs.runtime,
    'sign-ins',
    `${ctx.jobId}-${createHash('sha256').update(registry).digest('hex').slice(0, 16)}`,
  )
  const release = ctx.claim('folder', folder)
  ctx.defer(async () => {
    await rm(folder, { recursive: true, force: true })
    release()
  })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'auth.json')
  await writeFile(file, JSON.stringify(withSignIn(parseAuthFile('', file), registry, credential)), { mode: 0o600 })
  return file
}
