import { createHash } from 'node:crypto'
import { MAX_MANIFEST_BYTES } from '#shared/containers/manifest'
import { MANIFEST_ACCEPT } from '#shared/containers/media-types'
import { AppError } from '#shared/errors/app-error'
import { reasonOf } from './push-blob.js'
import type { RegistrySession } from './registry-session.js'

export interface FoundManifest {
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Buffer
}

/** What a tag or digest leads to; null when there is none. */
export async function findManifest(session: RegistrySession, name: string): Promise<FoundManifest | null> {
  const response = await session.request({
    method: 'GET',
    path: `manifests/${name}`,
    headers: { accept: MANIFEST_ACCEPT },
    okStatuses: [200, 404],
  })
  if (response.status === 404) {
    await response.discard()
    return null
  }
  const bytes = await response.bytes(MAX_MANIFEST_BYTES)
  const type = response.headers['content-type']?.split(';')[0]?.trim() ?? ''
  return { digest: sha256Of(bytes), mediaType: type, bytes }
}

/** Stores a manifest under a tag or its digest. Throws `registry-failed` with what the registry says against it. */
export async function putManifest(
  session: RegistrySession,
  name: string,
  manifest: { bytes: Uint8Array; mediaType: string },
): Promise<void> {
  const response = await session.request({
    method: 'PUT',
    path: `manifests/${name}`,
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
    bodyBytes: manifest.bytes.length,
    okStatuses: [200, 201, 202, 204, 400, 404, 405, 413, 415],
    repeatable: true,
  })
  if (response.status < 300) return response.discard()
  const text = (await response.bytes(64 * 1024)).toString('utf8')
  const reason = `It did not take the manifest: ${reasonOf(text, response.status)}`
  throw new AppError('registry-failed', { details: { registry: session.endpoint, status: response.status, reason } })
}

/** `sha256:` and hex. */
export function sha256Of(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
