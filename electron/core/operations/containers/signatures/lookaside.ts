import { readdir, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { dockerScopes, repositoryName } from '#shared/containers/signature-policy'
import type { ContainerReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { openRegularFile } from '../../../files/identity.js'
import { createNetwork } from '../../../registry/network.js'
import { REGISTRY_LIMITS } from '../../../registry/registry-limits.js'
import type { Host } from '../../../process/host.js'

const MAX_SIGNATURES = 128
const MAX_SIGNATURE_BYTES = 1024 * 1024

const place = z.object({ lookaside: z.string().optional(), sigstore: z.string().optional() })
const fileSchema = z.object({ 'default-docker': place.nullish(), docker: z.record(z.string(), place).nullish() })

/** Signatures of GnuPG that `dir:` keeps beside an image. */
export async function dirSignatures(folder: string): Promise<Buffer[]> {
  return numbered((index) => readSmall(path.join(folder, `signature-${index}`)))
}

/**
 * Signatures of GnuPG for an image of a registry, which lie where registries.d says (containers-registries.d(5)). Throws `bad-input` for a configuration
 * that cannot be read, and what the network throws.
 */
export async function lookasideSignatures(host: Host, reference: ContainerReference, digest: string): Promise<Buffer[]> {
  const base = await lookasideOf(host.env, reference)
  // The name of the registry is no part of it (containers/image, docker/registries_d.go).
  const below = `${repositoryName(reference).split('/').slice(1).join('/')}@${digest.replace(':', '=')}`
  if (base.startsWith('file://')) {
    const folder = path.join(fileURLToPath(base), below)
    return numbered((index) => readSmall(path.join(folder, `signature-${index}`)))
  }
  if (!/^https?:\/\//.test(base))
    throw new AppError('bad-input', { details: { reason: `registries.d names ${base.slice(0, 200)} for signatures` } })
  const { host: name } = new URL(base)
  const { env, signal } = host
  const network = createNetwork({
    env,
    signal,
    limits: REGISTRY_LIMITS,
    pausePoint: undefined,
    registry: name,
    certDir: undefined,
    takesAnyCertificate: false,
  })
  try {
    return await numbered(async (index) => {
      const url = new URL(`${base.replace(/\/+$/, '')}/${below}/signature-${index}`)
      const answer = await network.send({ method: 'GET', url, headers: {} })
      if (answer.status === 200) return answer.bytes(MAX_SIGNATURE_BYTES)
      await answer.discard()
      if (answer.status === 404) return null
      throw new AppError('registry-failed', { details: { registry: name, status: answer.status } })
    })
  } finally {
    await network.close()
  }
}

/** Where signatures of a repository lie: of the most exact name that registries.d has, else the default. */
async function lookasideOf(env: NodeJS.ProcessEnv, reference: ContainerReference): Promise<string> {
  const home = env.HOME && path.isAbsolute(env.HOME) ? env.HOME : os.homedir()
  const files =
    (await configFiles(path.join(home, '.config/containers/registries.d'))) ?? (await configFiles('/etc/containers/registries.d')) ?? []
  const read = await Promise.all(files.map(readConfig))
  const scopes = Object.assign({}, ...read.map(({ docker }) => docker ?? {})) as Record<string, z.infer<typeof place>>
  for (const scope of dockerScopes(reference)) {
    const found = Object.hasOwn(scopes, scope) ? scopes[scope] : undefined
    const url = found?.lookaside ?? found?.sigstore
    if (url !== undefined) return url
  }
  const fallback = read.flatMap((config) => config['default-docker'] ?? [])[0]
  const own = process.getuid?.() === 0 ? '/var/lib/containers/sigstore' : path.join(home, '.local/share/containers/sigstore')
  return fallback?.lookaside ?? fallback?.sigstore ?? `file://${own}`
}

async function configFiles(folder: string): Promise<string[] | null> {
  const names = await readdir(folder).catch(() => null)
  return (
    names &&
    names
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => path.join(folder, name))
  )
}

async function readConfig(file: string): Promise<z.infer<typeof fileSchema>> {
  try {
    return fileSchema.parse(parse(await readFile(file, 'utf8')) ?? {})
  } catch (cause) {
    throw new AppError('bad-input', { details: { path: file, reason: 'it cannot be read as a file of registries.d' }, cause })
  }
}

async function numbered(read: (index: number) => Promise<Buffer | null>): Promise<Buffer[]> {
  const signatures: Buffer[] = []
  for (let index = 1; index <= MAX_SIGNATURES; index += 1) {
    const signature = await read(index)
    if (signature === null) break
    signatures.push(signature)
  }
  return signatures
}

async function readSmall(file: string): Promise<Buffer | null> {
  const opened = await openRegularFile(file).catch((thrown: unknown) => {
    if (thrown instanceof AppError && ['file-not-found', 'not-a-regular-file'].includes(thrown.code)) return null
    throw thrown
  })
  if (opened === null) return null
  try {
    const buffer = Buffer.alloc(Math.min(MAX_SIGNATURE_BYTES, Number(opened.stats.size)))
    const { bytesRead } = await opened.handle.read(buffer, 0, buffer.length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await opened.handle.close()
  }
}
