import { randomBytes } from 'node:crypto'
import type { BlobOptions, ContainerDeps, ContainerSource } from '#core/operations/containers/container-source'
import { openContainerSource } from '#core/operations/containers/open-container-source'
import { openContainerHome, signedOutDeps } from './container-home.js'
import { type BuiltImage, imageOf, indexOf, layerOf } from './container-image.js'

export const ACCESS = { plainHttp: true }
export const noise = randomBytes(3_000_000)
export const layer = await layerOf([{ name: 'disk/boot.raw', data: noise }])
export const amd64 = imageOf({
  layers: [layer, await layerOf([{ name: 'second', data: 'two' }])],
  labels: { of: 'x86' },
  compression: 'gzip',
})
export const arm64 = imageOf({ layers: [layer], architecture: 'arm64', variant: 'v8', created: '2025-01-02T03:04:05Z' })
export const both = indexOf([arm64, amd64])
export const plain = imageOf({ layers: [layer, layer] })
/** The layer of `plain`, as its manifest names it. */
export const blob = stored(plain, plain.layers[0] ?? '')

export interface SourceBench {
  /** Private, and home of whom images are read for. */
  readonly root: string
  readonly deps: ContainerDeps
  /** Opens an image, works with it, and closes it whatever happens. */
  using<T>(reference: string, work: (source: ContainerSource) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function openSourceBench(): Promise<SourceBench> {
  const home = await openContainerHome()
  const deps = await signedOutDeps(home.folder, home.env)
  return {
    root: home.folder,
    deps,
    async using(reference, work) {
      const source = await openContainerSource(deps, reference, ACCESS)
      try {
        return await work(source)
      } finally {
        await source.close()
      }
    },
    close: home.remove,
  }
}

export async function contentOf(
  source: ContainerSource,
  wanted: { digest: string; bytes: number },
  options?: BlobOptions,
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source.blob(wanted, options)) pieces.push(piece)
  return Buffer.concat(pieces)
}

function stored(image: BuiltImage, digest: string): { digest: string; bytes: number } {
  return { digest, bytes: image.blobs.get(digest)?.length ?? 0 }
}
