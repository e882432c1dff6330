import { createHash } from 'node:crypto'
import { compressionOf } from '#shared/archives/compression'
import { AppError } from '#shared/errors/app-error'
import { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { Host } from '../../process/host.js'
import { decompressStream } from '../unpack/decompress.js'
import type { BlobDescriptor, BlobOptions, ContainerSource } from './container-source.js'

const MAGIC_BYTES = 16

export interface LayerOptions extends BlobOptions {
  /** Digest of the layer as it is unpacked, as the configuration says it (`rootfs.diff_ids`); null where it says none. */
  readonly diffId?: string | null | undefined
}

/**
 * What a layer holds, unpacked while it streams: gzip, Zstandard or nothing, as its own bytes say. Who reads it to its end knows that the digest of the blob, and
 * that of what it holds, are right. Throws `container-invalid`, `blob-mismatch`, `tool-missing`, `cancelled`, and what the source throws.
 */
export async function openLayer(
  host: Host,
  source: ContainerSource,
  blob: BlobDescriptor,
  options: LayerOptions = {},
): Promise<ByteSource> {
  const packed = new ByteSource(source.blob(blob, options))
  const compression = compressionOf(await packed.peek(MAGIC_BYTES))
  const pieces = piecesOf(packed)
  const content = compression === null ? pieces : decompressStream(host, blob.digest, compression, pieces, { signal: options.signal })
  // What is not compressed has one digest, which its source checks.
  const diffId = compression === null ? null : (options.diffId ?? null)
  return new ByteSource(told(checked(content, blob, diffId), blob))
}

/** Reads on to the end: only then are the digests proven. */
export async function finishLayer(layer: ByteSource): Promise<void> {
  while ((await layer.some()).length > 0);
}

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const piece = await source.some()
      if (piece.length === 0) return
      yield piece
    }
  } finally {
    await source.close()
  }
}

async function* checked(content: AsyncIterable<Uint8Array>, { digest }: BlobDescriptor, diffId: string | null): AsyncGenerator<Uint8Array> {
  if (diffId === null) {
    yield* content
    return
  }
  const hash = createHash('sha256')
  for await (const piece of content) {
    hash.update(piece)
    yield piece
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found === diffId) return
  throw new AppError('blob-mismatch', {
    details: { digest, reason: `The layer ${digest} unpacks to ${found}, and the configuration of the image says ${diffId}` },
  })
}

/** Damage in a layer is damage of the container image. */
async function* told(content: AsyncIterable<Uint8Array>, { digest }: BlobDescriptor): AsyncGenerator<Uint8Array> {
  try {
    yield* content
  } catch (thrown) {
    throw layerProblem(thrown, digest)
  }
}

/** What decompressing says of damaged data, as `container-invalid` that names the layer; anything else as it is. */
export function layerProblem(thrown: unknown, digest: string): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'image-damaged') return thrown
  const { reason } = thrown.data.details
  const { toolOutput } = thrown.data
  return new AppError('container-invalid', {
    details: { reason: `The layer ${digest} cannot be read. ${String(reason ?? '')}`, digest },
    ...(toolOutput === undefined ? {} : { toolOutput }),
    cause: thrown,
  })
}
