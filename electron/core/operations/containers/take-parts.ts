import { type Compression } from '#shared/archives/compression'
import type { DiskCandidate } from '#shared/containers/container-report'
import { entryPath } from '#shared/containers/entry-name'
import { AppError } from '#shared/errors/app-error'
import { truncate } from 'node:fs/promises'
import type { ByteSource } from '../../guest/initramfs/byte-source.js'
import { createTurns } from '../../guest/volumes/turns.js'
import { limitsFor, type SparseLimits } from '../unpack/sparse-file.js'
import { readTar } from '../unpack/tar-reader.js'
import { blobMember, type ImageIndex } from './index-image.js'
import { finishLayer } from './layer-stream.js'
import {
  copyMember,
  notThere,
  type TakeJob,
  type TakenFile,
  type TakenLayer,
  twice,
  unsupported,
  withLayer,
  withSparseFile,
} from './take.js'

const AT_ONCE = 3

interface Placed {
  readonly path: string
  readonly layer: number
  readonly bytes: number
  /** Where it belongs in the whole. */
  readonly at: number
}

/**
 * Joins the parts of a file that was split to `part`, an empty file; parts in several layers are fetched at the same time. Where each belongs is known from
 * `index`. Throws what `writeMember` throws.
 */
export async function takeParts(
  job: TakeJob,
  index: ImageIndex,
  disk: Pick<DiskCandidate, 'path' | 'parts' | 'compression'>,
  part: string,
): Promise<TakenFile> {
  if (job.unpack && disk.compression !== null) throw compressed(disk.compression)
  const placed = place(index, disk)
  const total = placed.reduce((sum, { bytes }) => sum + bytes, 0)
  const limits = await limitsFor(job.folder, total, total)
  const inTurn = createTurns(AT_ONCE)
  const failed = new AbortController()
  const bound: TakeJob = { ...job, signal: AbortSignal.any([job.signal, failed.signal]) }
  let first: unknown
  const numbers = [...new Set(placed.map(({ layer }) => layer))]
  await Promise.all(
    numbers.map((number) =>
      inTurn(async () => {
        const layer = job.layers[number]
        if (layer === undefined || bound.signal.aborted) return
        const wanted = placed.filter((one) => one.layer === number)
        await withLayer(bound, layer, (input) => writeParts(layer, input, wanted, part, limits))
      }).catch((thrown: unknown) => {
        first ??= thrown
        failed.abort()
      }),
    ),
  )
  if (first !== undefined) throw first
  if (job.signal.aborted) throw new AppError('cancelled')
  await truncate(part, total)
  const layers = numbers.map((number) => job.layers[number]?.layer.digest ?? '')
  return { path: disk.path, layers, bytes: total, unpackedFrom: null, parts: placed.length }
}

function place(index: ImageIndex, { parts }: Pick<DiskCandidate, 'parts'>): Placed[] {
  const tree = index.tree()
  let at = 0
  return parts.map((name) => {
    const path = entryPath(name) ?? name
    const found = tree.find(path)
    const entry = found === null || found === 'folder' ? undefined : index.layers[found.layer]?.table.at(found.index)
    if (found === null || found === 'folder' || entry?.kind !== 'file') throw notThere(path)
    const placed = { path: entry.path, layer: found.layer, bytes: entry.bytes, at }
    at += entry.bytes
    return placed
  })
}

async function writeParts(
  { layer }: TakenLayer,
  input: ByteSource,
  wanted: readonly Placed[],
  part: string,
  limits: SparseLimits,
): Promise<void> {
  const left = new Map(wanted.map((one) => [one.path, one]))
  const [blob] = wanted
  if (layer.kind === 'file' && blob !== undefined) {
    await withSparseFile(part, limits, async (out) => (await copyMember(input, blobMember(layer), out, blob.at), out.settle()), blob.at)
    return finishLayer(input)
  }
  const done = new Set<string>()
  for await (const member of readTar(input, layer.digest)) {
    const path = entryPath(member.name)
    const one = path === null ? undefined : left.get(path)
    if (path === null || one === undefined || member.kind !== 'file') continue
    if (done.has(path)) throw twice(path)
    done.add(path)
    if (member.sizeBytes !== one.bytes)
      throw new AppError('container-invalid', { details: { reason: `${path} has another size than before` } })
    await withSparseFile(part, limits, async (out) => (await copyMember(input, member, out, one.at), out.settle()), one.at)
  }
  await finishLayer(input)
  const missing = wanted.find(({ path }) => !done.has(path))
  if (missing) throw notThere(missing.path)
}

function compressed(compression: Compression): AppError {
  return unsupported(
    `A ${compression} file in several parts`,
    'Its parts may come in any order, and it is unpacked from its beginning to its end',
    'Take it as it is with --no-unpack, and unpack it then: diskwright unpack.',
  )
}
