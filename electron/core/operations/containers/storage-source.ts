import type { ContainerReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import { type InspectedImage, inspectLocalImages } from '../../tools/podman/inspect-image.js'
import { inspectConfig, inspectManifest } from '../../tools/skopeo/inspect.js'
import type { BlobDescriptor, ContainerDeps, ContainerSource } from './container-source.js'
import { manifestBytes, missing } from './sources/local-source.js'
import { digestOf, verifiedBlob } from './sources/verified-blob.js'

/**
 * An image in podman's storage on this machine. It has a manifest and a configuration; its layers are unpacked there, so what is in them is read
 * by `openStoredFiles`. Throws `container-not-found`, `tool-missing`, `tool-failed`.
 */
export async function openStorageSource({ host }: ContainerDeps, reference: ContainerReference): Promise<ContainerSource> {
  const { id } = await requireStoredImage(host, reference)
  // By its id: a name that is given to another image meanwhile changes nothing.
  const stored = `containers-storage:@${id}`
  const root = manifestBytes(await inspectManifest(host, stored))
  return {
    reference,
    mirror: null,
    plainHttp: false,
    async manifest(digest) {
      const wanted = digest ?? reference.digest
      if (wanted === null || wanted === root.digest) return root
      throw missing(reference, `The storage has it with the digest ${root.digest}`)
    },
    async *blob(blob) {
      yield* verifiedBlob(blob, configPieces(host, stored, blob))
    },
    readBlobAt: null,
    tags: null,
    close: async () => {},
  }
}

/** The one image that a reference of local storage leads to. Throws `container-not-found`, `tool-missing`, `tool-failed`. */
export async function requireStoredImage(host: Host, reference: ContainerReference): Promise<InspectedImage> {
  const [named] = await inspectLocalImages(host, [storedName(reference)])
  if (named) return named
  // One that is known by its id has no name that a digest could be added to.
  const { digest } = reference
  const [image] = digest === null ? [] : await inspectLocalImages(host, [storedName({ ...reference, digest: null })])
  if (!image) throw missing(reference, "It is not in podman's storage of this user")
  if (image.digest !== digest) throw missing(reference, `The storage has it with the digest ${image.digest ?? 'of nothing'}`)
  return image
}

/** As podman takes it. A digest says more than a tag, and both together it does not take. */
export function storedName({ registry, repository, tag, digest }: ContainerReference): string {
  const name = [registry, repository].filter((part) => part !== null).join('/')
  if (digest !== null) return `${name}@${digest}`
  return tag === null ? name : `${name}:${tag}`
}

async function* configPieces(host: Host, stored: string, { digest }: BlobDescriptor): AsyncGenerator<Uint8Array> {
  const config = await inspectConfig(host, stored)
  if (digestOf(config) !== digest) {
    throw new AppError('container-unsupported', {
      details: {
        feature: 'A layer of local storage',
        reason: `${stored} keeps its layers unpacked`,
        next: 'Take files out of the image as a whole.',
      },
    })
  }
  yield config
}
