import type { LAYER_COMPRESSIONS } from './container-report.js'

/** OCI image-spec 1.1 (media-types.md) and docker's image manifest version 2, schema 2. */
export const MEDIA_TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const

/** What a registry is asked for; without it some give out schema 1, or what is in an index. */
export const MANIFEST_ACCEPT = [
  MEDIA_TYPES.manifest,
  MEDIA_TYPES.index,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerList,
  `${MEDIA_TYPES.dockerSchema1Signed};q=0.1`,
  `${MEDIA_TYPES.dockerSchema1};q=0.1`,
].join(', ')

/** An index of OCI, or a manifest list of docker. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.index || mediaType === MEDIA_TYPES.dockerList
}

/** A manifest of docker before 2016, signed or not. */
export function isSchema1Type(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.dockerSchema1 || mediaType === MEDIA_TYPES.dockerSchema1Signed
}

/** The configuration of an image that has a root file system. */
export function isImageConfigType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.config || mediaType === MEDIA_TYPES.dockerConfig
}

export type LayerCompression = (typeof LAYER_COMPRESSIONS)[number]

/**
 * What a layer of this type is: a tar, and what it is compressed with; null where the type is none of a layer. Layers that must not be
 * distributed (`nondistributable`, `foreign`) have types of their own and are layers, too.
 */
export function layerType(mediaType: string): LayerCompression | null {
  const suffix =
    /^application\/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(.*)$/.exec(mediaType)?.[1] ??
    /^application\/vnd\.docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(.*)$/.exec(mediaType)?.[1]
  if (suffix === undefined) return null
  if (suffix === '') return 'none'
  if (/^[.+]gzip$/.test(suffix)) return 'gzip'
  if (/^[.+]zstd(:chunked)?$/.test(suffix)) return 'zstd'
  return 'other'
}
