import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { parsePolicy, type PolicyRequirement, type SignaturePolicy } from '#shared/containers/signature-policy'
import { errnoCode } from '../../../files/sync.js'

type Keyed = Extract<PolicyRequirement, { type: 'signedBy' | 'sigstoreSigned' }>

/** The policy of the user, else that of the machine (containers-policy.json(5)); null where there is none. Throws `container-refused` for one that cannot be read. */
export async function readPolicy(env: NodeJS.ProcessEnv): Promise<{ readonly file: string; readonly policy: SignaturePolicy } | null> {
  const home = env.HOME && path.isAbsolute(env.HOME) ? env.HOME : os.homedir()
  for (const file of [path.join(home, '.config/containers/policy.json'), '/etc/containers/policy.json']) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errnoCode(cause))) return null
      throw new AppError('container-refused', {
        details: { policy: file, reason: `The policy cannot be read: ${errnoCode(cause)}` },
        cause,
      })
    })
    if (text !== null) return { file, policy: parsePolicy(text, file) }
  }
  return null
}

/** The keys that a requirement names. Throws `file-not-readable`. */
export async function keysOf(requirement: Keyed): Promise<Buffer[]> {
  const files = [requirement.keyPath ?? [], requirement.keyPaths ?? []].flat()
  const datas = [requirement.keyData ?? [], 'keyDatas' in requirement ? (requirement.keyDatas ?? []) : []].flat()
  const read = files.map((file) =>
    readFile(file).catch((cause: unknown) => {
      throw new AppError('file-not-readable', { details: { path: file, reason: `the key ${file} of the policy cannot be read` }, cause })
    }),
  )
  return [...(await Promise.all(read)), ...datas.map((data) => Buffer.from(data, 'base64'))]
}
