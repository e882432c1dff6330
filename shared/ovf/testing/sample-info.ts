import type { ImageInfo } from '../../images/image-info.js'

/** An image of which nothing is known but its size. */
export function sampleInfo(more: Partial<ImageInfo> = {}): ImageInfo {
  return {
    path: '/images/boot.qcow2',
    name: 'boot.qcow2',
    folder: '/images',
    format: 'qcow2',
    variant: 'v3',
    virtualBytes: 10 * 1024 ** 3,
    fileBytes: 1024 ** 3,
    onDiskBytes: 1024 ** 3,
    sectorBytes: 512,
    table: 'gpt',
    partitions: [],
    backingChain: [],
    extents: [],
    osName: null,
    firmware: 'unknown',
    ignitionPlatform: null,
    warnings: [],
    revision: 'r',
    elapsedMs: 1,
    ...more,
  }
}
