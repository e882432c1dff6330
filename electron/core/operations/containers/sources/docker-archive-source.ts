import { createHash } from 'node:crypto'
import { z } from 'zod'
import { compressionOf } from '#shared/archives/compression'
import { AppError } from '#shared/errors/app-error'
import { MAX_CONFIG_BYTES, MAX_LAYERS, MAX_MANIFEST_BYTES, readImageConfig } from '#shared/containers/manifest'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { type ContainerReference, DIGEST } from '#shared/containers/reference'
import type { ContainerSource } from '../container-source.js'
import { localSource, manifestBytes, missing, readWhole, severalImages } from './local-source.js'
import type { MemberStore, StoredFile } from './member-store.js'
import { digestOf } from './verified-blob.js'

const HEAD_BYTES = 16

const manifestSchema = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()).max(MAX_LAYERS) }),
)
type Entry = z.infer<typeof manifestSchema>[number]

/**
 * What `docker save` writes (moby, image/spec/v1.2.md): layers as `ID/layer.tar`, links between those that are the same, and a manifest.json that names
 * them. It holds no manifest of a registry: one is made. Throws `container-not-found`, `container-invalid`,
 * `container-unsupported`, `bad-input`.
 */
export async function dockerArchiveSource(reference: ContainerReference, store: MemberStore): Promise<ContainerSource> {
  const entry = chooseEntry(reference, await readEntries(reference, store))
  const config = await required(store, entry.Config)
  const configBytes = await readWhole(config, MAX_CONFIG_BYTES, 'The configuration')
  const { diffIds } = readImageConfig(configBytes.toString('utf8'))
  if (diffIds.length !== entry.Layers.length)
    throw invalid(`It has ${entry.Layers.length} layers, and its configuration knows ${diffIds.length}`)
  const blobs = new Map<string, StoredFile>([[digestOf(configBytes), config]])
  const layers: { mediaType: string; size: number; digest: string }[] = []
  for (const [index, name] of entry.Layers.entries()) {
    const file = await required(store, name)
    const { suffix, digest } = await layerOf(file, name, diffIds[index] ?? '')
    blobs.set(digest, file)
    layers.push({ mediaType: `${MEDIA_TYPES.dockerLayer}${suffix}`, size: file.bytes, digest })
  }
  const root = manifestBytes(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.dockerManifest,
        config: { mediaType: MEDIA_TYPES.dockerConfig, size: configBytes.length, digest: digestOf(configBytes) },
        layers,
      }),
    ),
  )
  return localSource(reference, {
    store,
    root,
    findBlob: async (digest) => blobs.get(digest) ?? null,
    findManifest: async () => null,
  })
}

async function readEntries(reference: ContainerReference, store: MemberStore): Promise<Entry[]> {
  const manifest = await store.find('manifest.json')
  if (manifest === null) {
    if ((await store.find('repositories')) !== null)
      throw new AppError('container-unsupported', {
        details: {
          feature: 'An archive of docker before 1.10',
          reason: 'It has no manifest.json',
          next: 'Load it with `docker load` or `podman load`, and save it again.',
        },
      })
    throw missing(reference, 'It holds no manifest.json, which every archive of docker has')
  }
  const text = (await readWhole(manifest, MAX_MANIFEST_BYTES, 'manifest.json')).toString('utf8')
  const read = manifestSchema.safeParse(parse(text))
  if (!read.success) throw invalid('Its manifest.json is none of an archive of docker')
  return read.data
}

function chooseEntry(reference: ContainerReference, entries: readonly Entry[]): Entry {
  const names = entries.flatMap(({ RepoTags }) => RepoTags ?? [])
  const { repository, tag } = reference
  if (repository === null) {
    const [entry, ...others] = entries
    if (entry === undefined) throw missing(reference, 'The archive is empty')
    if (others.length > 0) throw severalImages(reference, names)
    return entry
  }
  const wanted = `${repository}:${tag ?? 'latest'}`
  const spellings = [wanted, `docker.io/${wanted}`, `docker.io/library/${wanted}`, `localhost/${wanted}`]
  const found = entries.find(({ RepoTags }) => RepoTags?.some((name) => spellings.includes(name)))
  if (found === undefined)
    throw missing(reference, names.length === 0 ? 'no image in it has a name' : `there are: ${names.slice(0, 20).join(', ')}`)
  return found
}

/** Docker with the image store of containerd saves layers as it has them: compressed, and named by their digest. */
async function layerOf(file: StoredFile, name: string, diffId: string): Promise<{ suffix: string; digest: string }> {
  const compression = compressionOf(await file.readAt(0, HEAD_BYTES))
  if (compression === null) return { suffix: '', digest: diffId }
  if (compression !== 'gzip' && compression !== 'zstd')
    throw new AppError('container-unsupported', {
      details: { feature: `A layer compressed with ${compression}`, reason: 'Layers are compressed with gzip or Zstandard' },
    })
  const named = `sha256:${/(?:^|\/)blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1] ?? ''}`
  return { suffix: `.${compression}`, digest: DIGEST.test(named) ? named : await hashOf(file) }
}

async function hashOf(file: StoredFile): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of file.stream()) hash.update(piece)
  return `sha256:${hash.digest('hex')}`
}

async function required(store: MemberStore, name: string): Promise<StoredFile> {
  const file = await store.find(name.replace(/^(?:\.\/+)+/, ''))
  if (file === null) throw invalid(`It holds no ${name.slice(0, 200)}, which its manifest names`)
  return file
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function invalid(reason: string): AppError {
  return new AppError('container-invalid', { details: { reason } })
}
