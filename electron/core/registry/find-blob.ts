import { AppError } from '#shared/errors/app-error'
import type { PushableBlob } from './push-blob.js'
import type { RegistrySession } from './registry-session.js'

export const UPLOADS = 'blobs/uploads/'

/** Whether a repository has a blob. */
export async function hasBlob(session: RegistrySession, { digest, bytes }: Pick<PushableBlob, 'digest' | 'bytes'>): Promise<boolean> {
  const response = await session.request({ method: 'HEAD', path: `blobs/${digest}`, okStatuses: [200, 404] })
  await response.discard()
  const length = response.headers['content-length']
  return response.status === 200 && (length === undefined || Number(length) === bytes)
}

/** Whether the registry has the blob of another repository now, without a byte sent. */
export async function mount(session: RegistrySession, digest: string, from: string): Promise<boolean> {
  const path = `${UPLOADS}?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`
  // A registry that does not mount begins an upload, which it forgets again.
  const request = { method: 'POST', path, okStatuses: [201, 202, 400, 404, 405], scopes: [`repository:${from}:pull`] } as const
  const response = await session.request(request).catch((thrown: unknown) => {
    if (thrown instanceof AppError && ['registry-denied', 'sign-in-needed'].includes(thrown.code)) return null
    throw thrown
  })
  await response?.discard()
  return response?.status === 201
}
