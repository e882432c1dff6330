import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { toAppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import type { Concurrency } from '../transfer/parallel.js'
import type { S3Access, S3Work } from './s3-client.js'

/** What it takes to ask in the name of an upload. */
export interface Asking {
  readonly run: UploadRun
  readonly access: S3Access
  /** Does it again once the user has signed in again. */
  readonly through: <T>(work: () => Promise<T>) => Promise<T>
}

export interface Sending extends Asking {
  readonly concurrency: Concurrency
  readonly usualPart: number
  /** Told of each part that is there, also of those that were before. */
  readonly onBytes: (bytes: number, wasSent: boolean) => void
}

export interface HeadAsking extends Pick<Asking, 'access' | 'through'> {
  readonly signal?: AbortSignal | undefined
}

export interface ObjectHead {
  readonly bytes: number
  readonly etag: string
  readonly mark: string
  readonly sha256: string
}

/** What is stored under a name; null when there is nothing. */
export async function headObject(
  { access, through, signal }: HeadAsking,
  where: { readonly bucket: string; readonly key: string },
): Promise<ObjectHead | null> {
  try {
    const head = await through(() =>
      access.askPatiently(signal === undefined ? { what: where.key } : { what: where.key, signal }, (client, options) =>
        client.send(new HeadObjectCommand(place(where)), options),
      ),
    )
    const { [MARK]: mark = '', sha256 = '' } = head.Metadata ?? {}
    return { bytes: head.ContentLength ?? -1, etag: plainEtag(head.ETag), mark, sha256 }
  } catch (thrown) {
    if (toAppError(thrown).code === 'cloud-not-found') return null
    throw thrown
  }
}

/** Name of the metadata that tells our objects from those of others. */
export const MARK = 'diskwright-upload'

export function patiently<T>({ access, through, run }: Asking, what: string, work: S3Work<T>): Promise<T> {
  return through(() => access.askPatiently({ what, signal: run.signal }, work))
}

export function place({ bucket, key }: { readonly bucket: string; readonly key: string }): { Bucket: string; Key: string } {
  return { Bucket: bucket, Key: key }
}

export function plainEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '')
}
