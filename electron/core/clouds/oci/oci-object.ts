import { createHash } from 'node:crypto'
import { AppError, toAppError } from '#shared/errors/app-error'
import { pathOf } from '../transfer/service-call.js'
import { type OciClient } from './oci-client.js'
import { SERVICE } from './oci-config.js'
import { bucketPath, type ObjectPlace } from './oci-place.js'
import type { SentFile } from './sent-file.js'

/** A part that is stored, as a list of parts names it. */
export interface StoredPart {
  readonly partNumber: number
  readonly etag: string
  readonly md5: string
  readonly size: number
}

export interface PendingUpload {
  readonly object: string
  readonly uploadId: string
  readonly timeCreated?: string
}

export interface StoredObject {
  readonly bytes: number
  /** `opc-multipart-md5`, or `content-md5` of an object that was sent in one. */
  readonly md5: string | null
}

/** Bytes of what is sent. */
export interface FilePart {
  readonly file: SentFile
  readonly start: number
  readonly length: number
}

export interface PartToSend extends FilePart {
  /** Base64. */
  readonly md5: string
  readonly onRetry: (error: AppError, attempt: number) => void
}

/** Calls of Object Storage about one object. */
export function objectCalls(client: OciClient, place: ObjectPlace) {
  const { bucket, object } = place
  const subject = `The object ${object} in the bucket ${bucket}`
  const write = { service: 'objectstorage' as const, what: `write to the bucket ${bucket}`, subject }
  const uploads = bucketPath(place, 'u')
  const upload = bucketPath(place, 'u', object)
  return {
    async pending(): Promise<PendingUpload[]> {
      const about = { ...write, what: `list uploads of the bucket ${bucket}`, subject: `The bucket ${bucket}` }
      const all = await client.list<PendingUpload>({ ...about, path: uploads, query: { limit: 1000 } })
      return all.filter((one) => one.object === object)
    },
    async begin(metadata: Readonly<Record<string, string>>): Promise<string> {
      const json = { object, contentType: 'application/octet-stream', metadata }
      const request = { ...write, method: 'POST', path: uploads, json, headers: { 'if-none-match': '*' } } as const
      const { data } = await client.call<{ uploadId?: unknown }>(request)
      if (typeof data.uploadId === 'string') return data.uploadId
      throw new AppError('cloud-failed', { details: { service: SERVICE, reason: 'It began an upload without a name' } })
    },
    /** Null when that upload is not there any more: it was committed, or deleted by a rule of the bucket. */
    async parts(uploadId: string): Promise<StoredPart[] | null> {
      return orNull(client.list<StoredPart>({ ...write, path: upload, query: { uploadId, limit: 1000 } }))
    },
    async putPart(uploadId: string, number: number, part: PartToSend, signal: AbortSignal): Promise<string> {
      const stream = (): AsyncIterable<Uint8Array> => part.file.read(part.start, part.length, signal)
      const request = { ...write, method: 'PUT', path: upload, query: { uploadId, uploadPartNum: number } } as const
      const headers = { 'content-md5': part.md5, 'content-type': 'application/octet-stream' }
      const answer = await client.call({ ...request, stream, streamBytes: part.length, headers, signal, onRetry: part.onRetry })
      const { etag, 'opc-content-md5': stored = part.md5 } = answer.headers
      if (stored !== part.md5) throw mismatch(`part ${number} of ${object}`, part.md5, stored)
      return etag ?? ''
    },
    async commit(uploadId: string, parts: readonly { readonly partNum: number; readonly etag: string }[]): Promise<void> {
      const json = { partsToCommit: parts }
      await client.call({ ...write, method: 'POST', path: upload, query: { uploadId }, json, headers: { 'if-none-match': '*' } })
    },
    async abort(uploadId: string): Promise<void> {
      await orNull(client.call({ ...write, method: 'DELETE', path: upload, query: { uploadId } }))
    },
    async head(): Promise<StoredObject | null> {
      const request = { ...write, what: `read the bucket ${bucket}`, method: 'HEAD', path: bucketPath(place, 'o', object) } as const
      const answer = await orNull(client.call(request))
      if (answer === null) return null
      const { 'content-length': length, 'opc-multipart-md5': multipart, 'content-md5': md5 } = answer.headers
      return { bytes: Number(length), md5: multipart ?? md5 ?? null }
    },
    async remove(): Promise<void> {
      const request = {
        ...write,
        what: `delete from the bucket ${bucket}`,
        method: 'DELETE',
        path: bucketPath(place, 'o', object),
      } as const
      await orNull(client.call(request))
    },
    /** A link by which an import can read the object, good for three days. It is a secret. */
    async link(name: string): Promise<string> {
      const ends = new Date(Date.now() + LINK_MS).toISOString()
      const json = { name, objectName: object, accessType: 'ObjectRead', timeExpires: ends }
      const request = {
        ...write,
        what: `make pre-authenticated links in the bucket ${bucket}`,
        method: 'POST',
        path: bucketPath(place, 'p'),
        json,
      } as const
      const { data } = await client.call<{ accessUri?: unknown }>(request)
      if (typeof data.accessUri === 'string') return data.accessUri
      throw new AppError('cloud-failed', { details: { service: SERVICE, reason: 'It made a pre-authenticated link without an address' } })
    },
    async removeLinks(name: string): Promise<void> {
      const links = bucketPath(place, 'p')
      const about = { ...write, what: `list pre-authenticated links of the bucket ${bucket}` }
      const found = (await orNull(client.list<{ id: string; name: string }>({ ...about, path: links, query: { limit: 1000 } }))) ?? []
      for (const link of found.filter((one) => one.name === name)) {
        await orNull(client.call({ ...about, method: 'DELETE', path: `${links}${pathOf(link.id)}` }))
      }
    },
  }
}
export type ObjectCalls = ReturnType<typeof objectCalls>

const LINK_MS = 3 * 24 * 3600_000

/** Null for what is not there. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (thrown) {
    if (toAppError(thrown).code === 'cloud-not-found') return null
    throw thrown
  }
}

export function mismatch(what: string, ours: string, theirs: string): AppError {
  return new AppError('upload-mismatch', {
    details: { service: SERVICE, what, reason: `MD5 of ${what} is ${ours} here, and ${theirs} there` },
  })
}

/** MD5 of a part in base64, as `Content-MD5` has it. */
export async function partMd5(part: FilePart, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5')
  for await (const piece of part.file.read(part.start, part.length, signal)) hash.update(piece)
  return hash.digest('base64')
}

/** `opc-multipart-md5` of an object: MD5 of the MD5s of its parts, a hyphen, their number. Source: Object Storage API, CommitMultipartUpload. */
export function multipartMd5(md5s: readonly string[]): string {
  const hash = createHash('md5')
  for (const md5 of md5s) hash.update(Buffer.from(md5, 'base64'))
  return `${hash.digest('base64')}-${md5s.length}`
}
