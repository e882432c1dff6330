import fs from 'node:fs/promises'
import path from 'node:path'
import type { Access } from '#shared/containers/container-requests'
import type { FieldValues } from '#shared/clouds/field'
import { flagOf, textOf } from '#shared/clouds/read-values'
import { registryName } from '#shared/containers/docker-hub'
import { AppError } from '#shared/errors/app-error'
import type { SignInStore } from '../../registry/sign-in-store.js'
import type { CloudContext } from '../cloud-provider.js'

/** How a registry is reached, and who signs in there. */
export interface Reach {
  readonly access: Access
  readonly signIns: SignInStore
}

/**
 * How the values say that the registry is reached, for as long as `work` runs: a certificate lies in a private folder in the form of
 * containers-certs.d(5), and a user that was filled in signs in for this work alone.
 */
export async function withReach<T>(ctx: CloudContext, values: FieldValues, work: (reach: Reach) => Promise<T>): Promise<T> {
  const [authFile, ca] = [textOf(values, 'authFile'), textOf(values, 'ca')]
  const signIns = await signInsOf(ctx, values)
  const access: Access = {
    ...(authFile === '' ? {} : { authFile }),
    ...(flagOf(values, 'plainHttp') ? { plainHttp: true } : {}),
  }
  if (ca === '') return work({ access, signIns })
  await fs.mkdir(ctx.host.dirs.runtime, { recursive: true, mode: 0o700 })
  const certDir = await fs.mkdtemp(path.join(ctx.host.dirs.runtime, 'certs-'))
  try {
    await fs.copyFile(ca, path.join(certDir, 'ca.crt')).catch((cause: unknown) => {
      throw new AppError('file-not-readable', { details: { path: ca, reason: 'the certificate' }, cause })
    })
    return await work({ access: { ...access, certDir }, signIns })
  } finally {
    await fs.rm(certDir, { recursive: true, force: true })
  }
}

/** The secret is read anew each time: it may be another one after a sign-in. */
async function signInsOf({ secret, signIns }: CloudContext, values: FieldValues): Promise<SignInStore> {
  const [registry, user] = [textOf(values, 'registry'), textOf(values, 'user')]
  if (registry === '' || user === '') return signIns
  const credential = { user, secret: await secret(textOf(values, 'password')), isToken: false }
  return {
    ...signIns,
    find: (asked, repository, authFile) =>
      registryName(asked) === registryName(registry) ? Promise.resolve(credential) : signIns.find(asked, repository, authFile),
  }
}
