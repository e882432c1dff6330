import { MAX_MANIFEST_BYTES } from '#shared/containers/manifest'
import { type ContainerReference, DIGEST } from '#shared/containers/reference'
import type { ContainerSource } from '../container-source.js'
import { localSource, manifestBytes, missing, readWhole } from './local-source.js'
import type { MemberStore, StoredFile } from './member-store.js'

/** A folder as `skopeo copy … dir:` writes it: manifest.json, and each blob by its digest's hex digits (containers-transports(5)). */
export async function dirSource(reference: ContainerReference, store: MemberStore): Promise<ContainerSource> {
  const manifest = await store.find('manifest.json')
  if (manifest === null) throw missing(reference, 'It holds no manifest.json, which every folder of `dir:` has')
  const root = manifestBytes(await readWhole(manifest, MAX_MANIFEST_BYTES, 'manifest.json'))
  const named = (digest: string, ending = ''): Promise<StoredFile | null> =>
    store.find(DIGEST.test(digest) ? `${digest.slice(7)}${ending}` : '')
  return localSource(reference, {
    store,
    root,
    findBlob: (digest) => named(digest),
    findManifest: (digest) => named(digest, '.manifest.json'),
  })
}
