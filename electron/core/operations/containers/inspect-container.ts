import type { Access } from '#shared/containers/container-requests'
import type { ContainerImage, ContainerReport } from '#shared/containers/container-report'
import { imageKind, isAttestation } from '#shared/containers/image-kind'
import { readManifest } from '#shared/containers/manifest'
import { choosePlatform, machinePlatform } from '#shared/containers/platform-match'
import { printReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { type ChosenImage, imagesOf, readImage } from './choose-image.js'
import type { ContainerDeps, ContainerSource, ManifestBytes } from './container-source.js'
import { openContainerSource } from './open-container-source.js'
import { checkSignature } from './signatures/check-signature.js'

/** Registries have no use for many at once, and some count them. */
const PARALLEL = 4
const MAX_IMAGES = 256
const CREATED = 'org.opencontainers.image.created'

/** What a reference leads to, of all platforms. Nothing but manifests and configurations is fetched. Throws as `ContainersApi.inspect`. */
export async function inspectContainer(deps: ContainerDeps, reference: string, access: Access): Promise<ContainerReport> {
  const source = await openContainerSource(deps, reference, access)
  try {
    const root = await source.manifest()
    const { isIndex, notes } = readRoot(root)
    const listed = await imagesOf(source, root)
    if (listed.length === 0) throw invalid('Its index names no image')
    if (listed.length > MAX_IMAGES) throw invalid(`Its index names ${listed.length} images; ${MAX_IMAGES} are the most`)
    const images = await mapSome(listed, async (image) => toImage(await readImage(source, image), await mediaTypeOf(source, image.digest)))
    const [first] = images
    const preferred = choosePlatform(images, machinePlatform(process.arch)) ?? first
    return {
      reference: printReference(source.reference),
      digest: root.digest,
      mediaType: root.mediaType,
      isIndex,
      images,
      preferred: preferred?.digest ?? root.digest,
      signature: await checkSignature(deps, { source, digests: [root.digest, preferred?.digest ?? root.digest], access }),
      mirror: source.mirror,
      plainHttp: source.plainHttp,
      notes,
    }
  } finally {
    await source.close()
  }
}

function readRoot(root: ManifestBytes): { isIndex: boolean; notes: string[] } {
  const read = readManifest(root.bytes.toString('utf8'), root.mediaType)
  if (read.kind === 'manifest') return { isIndex: false, notes: [] }
  const left = read.manifests.filter(isAttestation).length
  const words = left === 1 ? '1 entry is an attestation' : `${left} entries are attestations`
  return { isIndex: true, notes: left === 0 ? [] : [`${words} about images, and no image: left out`] }
}

/** A manifest that is known by now. */
async function mediaTypeOf(source: ContainerSource, digest: string): Promise<string> {
  return (await source.manifest(digest)).mediaType
}

function toImage({ digest, manifest, platform, config }: Omit<ChosenImage, 'rootDigest'>, mediaType: string): ContainerImage {
  const { kind, artifactType, layers } = imageKind(manifest)
  const created = Date.parse(manifest.annotations[CREATED] ?? '')
  return {
    digest,
    mediaType,
    kind,
    artifactType,
    platform,
    bytes: manifest.config.bytes + layers.reduce((sum, layer) => sum + layer.bytes, 0),
    layers: [...layers],
    createdAt: config?.createdAt ?? (Number.isNaN(created) ? null : new Date(created).toISOString()),
    labels: { ...config?.labels },
    annotations: { ...manifest.annotations },
  }
}

async function mapSome<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += PARALLEL) results.push(...(await Promise.all(items.slice(at, at + PARALLEL).map(work))))
  return results
}

function invalid(reason: string): AppError {
  return new AppError('container-invalid', { details: { reason } })
}
