import type { ContainerReference } from '#shared/containers/reference'
import type { Host } from '../../process/host.js'
import type { RegistryDeps } from '../../registry/registry-session.js'

/** What reaching images needs, wherever they are. */
export interface ContainerDeps extends RegistryDeps {
  /** Of the job or call: its signal ends everything. */
  readonly host: Host
}

export interface ManifestBytes {
  /** `sha256:…` of `bytes`, computed here. */
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Buffer
}

export interface BlobDescriptor {
  readonly digest: string
  readonly bytes: number
}

export interface BlobOptions {
  readonly signal?: AbortSignal | undefined
  readonly pausePoint?: (() => Promise<void>) | undefined
  /** Bytes of the blob that arrived so far. After a break it goes on where it was. */
  readonly onBytes?: ((bytes: number) => void) | undefined
}

/** Container images at one place, whatever the transport. */
export interface ContainerSource {
  readonly reference: ContainerReference
  /** Registry that really answers, where that is a mirror. */
  readonly mirror: string | null
  readonly plainHttp: boolean
  /** What the reference leads to, or the manifest of a digest. At most 4 MiB. Throws `container-not-found`, `blob-mismatch`, `container-invalid`. */
  manifest(digest?: string): Promise<ManifestBytes>
  /**
   * A blob from its beginning to its end. Its size and digest are checked while it streams: the last piece is only given out when both are right. Breaks are
   * gone over by HTTP range. Throws `blob-mismatch`, `container-not-found`, and what the transport throws.
   */
  blob(blob: BlobDescriptor, options?: BlobOptions): AsyncGenerator<Uint8Array>
  /** Bytes of a blob from anywhere, unchecked; null where the place cannot do that. Fewer at the end. */
  readBlobAt: ((blob: BlobDescriptor, offset: number, length: number, signal?: AbortSignal) => Promise<Buffer>) | null
  /** Names of the tags of its repository; null where the transport has none. */
  tags: (() => Promise<string[]>) | null
  close(): Promise<void>
}
