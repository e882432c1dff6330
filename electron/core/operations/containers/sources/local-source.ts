import { AppError } from '#shared/errors/app-error'
import { MAX_MANIFEST_BYTES, sniffManifestType } from '#shared/containers/manifest'
import { type ContainerReference, printReference } from '#shared/containers/reference'
import type { ContainerSource, ManifestBytes } from '../container-source.js'
import type { MemberStore, StoredFile } from './member-store.js'
import { digestOf, requireDigest, verifiedBlob } from './verified-blob.js'

/** How one kind of folder or archive keeps an image. */
export interface LocalPlace {
  readonly store: MemberStore
  /** What the reference leads to. */
  readonly root: ManifestBytes
  /** Null where it is not there. */
  findBlob(digest: string): Promise<StoredFile | null>
  findManifest(digest: string): Promise<StoredFile | null>
}

/** An image in files of this machine. */
export function localSource(reference: ContainerReference, { store, root, findBlob, findManifest }: LocalPlace): ContainerSource {
  const required = async (digest: string): Promise<StoredFile> => {
    const file = await findBlob(digest)
    if (file === null) throw missing(reference, `It holds no blob ${digest}`)
    return file
  }
  return {
    reference,
    mirror: null,
    plainHttp: false,
    async manifest(digest) {
      const wanted = digest ?? reference.digest
      if (wanted === null || wanted === root.digest) return root
      const file = await findManifest(wanted)
      if (file === null) throw missing(reference, `It holds no manifest ${wanted}`)
      const bytes = await readWhole(file, MAX_MANIFEST_BYTES, 'The manifest')
      requireDigest(bytes, wanted)
      return manifestBytes(bytes)
    },
    async *blob(blob, options) {
      yield* verifiedBlob(blob, (await required(blob.digest)).stream(options))
    },
    readBlobAt: async ({ digest }, offset, length, signal) => {
      if (signal?.aborted) throw new AppError('cancelled')
      return (await required(digest)).readAt(offset, length)
    },
    tags: null,
    close: () => store.close(),
  }
}

/** Throws `container-invalid` where it is no manifest. */
export function manifestBytes(bytes: Buffer): ManifestBytes {
  return { digest: digestOf(bytes), mediaType: sniffManifestType(bytes.toString('utf8')), bytes }
}

/** Throws `container-invalid` above `maxBytes`. */
export async function readWhole(file: StoredFile, maxBytes: number, what: string): Promise<Buffer> {
  if (file.bytes > maxBytes) throw new AppError('container-invalid', { details: { reason: `${what} is larger than ${maxBytes} bytes` } })
  return file.readAt(0, file.bytes)
}

export function missing(reference: ContainerReference, reason: string): AppError {
  return new AppError('container-not-found', { details: { reference: printReference(reference), reason } })
}

/** Several images are there, and the reference names none of them. */
export function severalImages(reference: ContainerReference, names: readonly string[]): AppError {
  const listed = names.slice(0, 20).join(', ')
  const place = printReference({ ...reference, repository: null, tag: null, digest: null })
  return new AppError('bad-input', {
    details: {
      reference: printReference(reference),
      reason: `it holds several images; say which, as in ${place}:${names[0] ?? 'NAME'}. There are: ${listed}`,
    },
  })
}
