import { type DiskFormat, FORMATS } from '#shared/images/formats'
import { type DiskMap, drawMap, type SizeInFormat } from '#shared/images/disk-map'
import { coverDisk, readExtents } from '../guest/raw-disk.js'
import { openSource } from '../guest/source.js'
import type { Host } from '../process/host.js'
import { inspectImage } from './inspect-image.js'
import { measureData } from './output-space.js'

/** Where an image holds data. Throws as `openSource`, `image-in-use`, `image-damaged` … */
export async function readDiskMap(host: Host, imagePath: string): Promise<DiskMap> {
  const source = await openSource(imagePath)
  const { virtualBytes } = await inspectImage(host, imagePath)
  const extents = await readExtents(host, source.node, source.files)
  return drawMap(coverDisk(extents, virtualBytes), virtualBytes)
}

const WHOLE = new Set(['static', 'fixed', 'monolithicFlat', 'twoGbMaxExtentFlat'])

/**
 * Bytes that the image would take on a disk that keeps holes, in each format and subformat that is not compressed. The map tells it for raw,
 * qemu-img measures qcow2; whatever grows with its data needs about as much as that.
 */
export async function measureFormats(host: Host, imagePath: string): Promise<SizeInFormat[]> {
  const source = await openSource(imagePath)
  const [{ virtualBytes, dataBytes }, qcow2Bytes] = await Promise.all([readDiskMap(host, imagePath), measureData(host, source)])
  const measured: Partial<Record<DiskFormat, number>> = { raw: dataBytes, qcow2: qcow2Bytes }
  return Object.values(FORMATS).flatMap(({ id: format, subformats }) =>
    subformats
      .filter(({ id }) => id !== 'streamOptimized' && !id.startsWith('compressed'))
      .map(({ id: subformat }): SizeInFormat => {
        const bytes = WHOLE.has(subformat) ? virtualBytes : (measured[format] ?? qcow2Bytes)
        return { format, subformat, bytes, basis: WHOLE.has(subformat) || measured[format] !== undefined ? 'measured' : 'estimated' }
      }),
  )
}
