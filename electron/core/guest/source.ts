import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { type BlockNode, imageName } from '#shared/images/block-node'
import { type ImageFormat, imageFormat } from '#shared/images/formats'
import { checkReference } from '#shared/images/reference'
import { sniffFile } from '#shared/images/sniff'
import type { SniffResult } from '#shared/images/sniff-result'
import { openRegularFile } from '../files/identity.js'

const MAX_DEPTH = 16

export interface ImageLayer {
  /** Real path. */
  readonly path: string
  readonly format: ImageFormat
  readonly sniff: SniffResult
  readonly revision: string
  readonly fileBytes: number
  readonly onDiskBytes: number
  /** Where in the file it lies; the whole file when it is not given. */
  readonly window?: NonNullable<BlockNode['window']>
}

/** One layer as qemu-img takes it beside `-f`. */
export function layerName({ path: file, format, window }: ImageLayer): string {
  return window === undefined ? file : imageName({ driver: imageFormat(format).driver, path: file, window })
}

/** An image as it lies on disk, every file that belongs to it named and vetted before any tool opens one. */
export interface ImageSource {
  /** Absolute path as the user gave it. */
  readonly path: string
  /** The image itself, then its backing files, nearest first. */
  readonly layers: readonly [ImageLayer, ...ImageLayer[]]
  /** VMDK extents beside the descriptor. */
  readonly extents: readonly string[]
  /** What qemu opens: drivers and backing files named explicitly. */
  readonly node: BlockNode
  /** Real paths of all files, for the sandbox. */
  readonly files: readonly string[]
  readonly format: ImageFormat
  readonly fileBytes: number
  readonly onDiskBytes: number
  readonly revision: string
}

/**
 * Finds out what an image is by our own reader of its headers, and follows plain names of backing files and
 * extents in its own folder. Everything else a header can name (other folders, protocols, devices) is refused before it is opened.
 *
 * @throws AppError `file-not-found`, `not-a-regular-file`, `image-empty`, `image-unknown-format`, `image-unsupported`,
 * `image-damaged`, `reference-refused`, `backing-file-missing`, `backing-file-loop`
 */
export async function openSource(imagePath: string): Promise<ImageSource> {
  if (imagePath.includes('\0')) throw new AppError('bad-input', { details: { path: imagePath, reason: 'the path holds a NUL character' } })
  const absolute = path.resolve(imagePath)
  const top = await readLayer(absolute)
  const layers: [ImageLayer, ...ImageLayer[]] = [top]
  for (let layer = top; layer.sniff.backingFile !== null; ) {
    layer = await readBacking(layer, layer.sniff.backingFile)
    if (layers.some((seen) => seen.path === layer.path))
      throw new AppError('backing-file-loop', { details: { path: absolute, backing: layer.path } })
    layers.push(layer)
    if (layers.length > MAX_DEPTH)
      throw new AppError('image-unsupported', { details: { path: absolute, reason: `more than ${MAX_DEPTH} backing files` } })
  }
  const extents = await Promise.all(layers.flatMap((layer) => extentNames(layer.sniff).map((name) => readExtent(layer, name))))
  const sum = (pick: (file: { fileBytes: number; onDiskBytes: number }) => number): number =>
    pick(top) + extents.reduce((total, file) => total + pick(file), 0)
  return {
    path: absolute,
    layers,
    extents: extents.map((extent) => extent.path),
    node: blockNode(layers),
    files: [...layers.map((layer) => layer.path), ...extents.map((extent) => extent.path)],
    format: top.format,
    fileBytes: sum((file) => file.fileBytes),
    onDiskBytes: sum((file) => file.onDiskBytes),
    revision: [...layers, ...extents].map((file) => file.revision).join('.'),
  }
}

/** Files that a VMDK descriptor names; several extents may lie in one file. */
function extentNames(sniff: SniffResult): string[] {
  return [...new Set(sniff.extents.flatMap((extent) => extent.file ?? []))]
}

function blockNode([layer, ...rest]: readonly ImageLayer[]): BlockNode {
  if (!layer) throw new TypeError('an image has at least one layer')
  const { driver, holdsBacking } = imageFormat(layer.format)
  return {
    driver,
    path: layer.path,
    ...(holdsBacking ? { backing: rest.length > 0 ? blockNode(rest) : null } : {}),
  }
}

async function readLayer(absolute: string, expected?: ImageFormat): Promise<ImageLayer> {
  const file = await openRegularFile(absolute)
  try {
    const fileBytes = Number(file.stats.size)
    const read = async (offset: number, length: number): Promise<Buffer> => {
      if (offset < 0 || offset >= fileBytes) return Buffer.alloc(0)
      const buffer = Buffer.alloc(length)
      const { bytesRead } = await file.handle.read(buffer, 0, length, offset)
      return buffer.subarray(0, bytesRead)
    }
    const sniff = await sniffFile(read, fileBytes)
    const problem = expected === 'raw' ? undefined : sniff.problems[0]
    if (problem) {
      const actions = problem.code === 'image-packed' ? [{ kind: 'unpack' as const }] : []
      throw new AppError(problem.code, { details: { path: absolute, ...problem.details }, actions })
    }
    const format = expected === 'raw' ? 'raw' : sniff.format
    if (format === null) throw new AppError('image-unknown-format', { details: { path: absolute } })
    return {
      path: file.path,
      format,
      sniff: expected === 'raw' ? { ...sniff, backingFile: null, extents: [] } : sniff,
      revision: file.revision,
      fileBytes,
      onDiskBytes: Number(file.stats.blocks) * 512,
    }
  } finally {
    await file.handle.close()
  }
}

async function readBacking(layer: ImageLayer, name: string): Promise<ImageLayer> {
  const backing = resolveReference(layer, name, 'backing file')
  // A backing file that is said to be raw is raw, whatever its first bytes look like.
  const expected = layer.sniff.backingFormat === 'raw' ? 'raw' : undefined
  try {
    const found = await readLayer(backing, expected)
    if (path.dirname(found.path) !== path.dirname(layer.path)) throw refused(layer, name, 'it is a link to another folder')
    return found
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'file-not-found') {
      throw new AppError('backing-file-missing', { details: { path: layer.path, backing } })
    }
    throw thrown
  }
}

async function readExtent(
  layer: ImageLayer,
  name: string,
): Promise<{ path: string; revision: string; fileBytes: number; onDiskBytes: number }> {
  const extent = resolveReference(layer, name, 'extent')
  const file = await openRegularFile(extent)
  await file.handle.close()
  if (path.dirname(file.path) !== path.dirname(layer.path)) throw refused(layer, name, 'it is a link to another folder')
  return { path: file.path, revision: file.revision, fileBytes: Number(file.stats.size), onDiskBytes: Number(file.stats.blocks) * 512 }
}

function resolveReference(layer: ImageLayer, name: string, what: string): string {
  const folder = path.dirname(layer.path)
  // qemu-img writes absolute names when it was given one; in the image's own folder they are as harmless as plain ones.
  const plain = path.isAbsolute(name) && path.dirname(path.normalize(name)) === folder ? path.basename(name) : name
  if (checkReference(plain) === 'refused' || plain.includes('/'))
    throw refused(layer, name, `the ${what} is not a plain name in the image's own folder`)
  return path.join(folder, plain)
}

function refused(layer: ImageLayer, reference: string, reason: string): AppError {
  return new AppError('reference-refused', { details: { path: layer.path, reference, reason } })
}
