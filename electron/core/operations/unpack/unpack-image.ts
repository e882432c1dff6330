import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { sniffFile } from '#shared/images/sniff'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { discardPart, openPartFile, partPath, publish } from '../../files/atomic-output.js'
import { checkOutput } from '../../files/checks.js'
import { requireSpace } from '../../files/disk-space.js'
import { syncFile } from '../../files/sync.js'
import type { JobContext } from '../job-context.js'
import { chooseDisk } from './choose-disk.js'
import { labelOf, type PackedDisk, type PackedSource } from './packed-disk.js'
import { readerOf, withPackedFile } from './packed-file.js'
import { openPacked } from './packed-source.js'
import { unpackDisk } from './unpack-disk.js'
import { proveManifest, whileSame } from './unpacked-source.js'

type Input = JobInput<'unpack-image'>

/**
 * Unpacks a disk of a packed file, as it is, to a file of its own with holes where there are zeros. The manifest of an OVA and the checksums of
 * what is compressed are checked before it gets its name. Throws as `withUnpackedSource`, and `output-exists`, `output-is-source`.
 */
export async function unpackImage(ctx: JobContext, input: Input): Promise<JobOutput> {
  const { packed, disk, output } = await ctx.step('read', () => prepare(ctx, input))
  const proofs = input.ignoreManifest
    ? packed.manifest === null
      ? []
      : ['The manifest was not checked, as asked']
    : await ctx.step('verify', (progress) =>
        proveManifest(ctx, packed, (bytes) => progress.bytes(bytes, Math.max(bytes, packed.fileBytes))),
      )
  if (input.ignoreManifest) ctx.skip('verify')
  const part = await openPart(ctx, output)
  const unpacked = await ctx.step('unpack', (progress) =>
    whileSame(packed, () =>
      unpackDisk(ctx.host, packed, { disk, member: input.member }, part.file, {
        folder: path.dirname(output),
        signal: ctx.signal,
        pausePoint: () => ctx.pausePoint(),
        onRead: (bytes, total) => progress.bytes(bytes, total),
      }),
    ),
  )
  const label = await labelOfFile(part.file, packed.path)
  const bytes = (await fs.stat(part.file)).blocks * 512
  await ctx.step('publish', async () => {
    await syncFile(part.file)
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await publish({ part: part.file, target: output, replace: input.replace })
    part.release()
  })
  return { path: output, bytes, proofs: [...proofs, `${label}, ${formatBytes(unpacked.bytes)} long`, readProof(packed, disk)] }
}

async function prepare(ctx: JobContext, input: Input): Promise<{ packed: PackedSource; disk: PackedDisk | undefined; output: string }> {
  const packed = await openPacked(ctx.host, input.source)
  if (packed.kind === 'image')
    throw new AppError('bad-input', { details: { path: packed.path, reason: 'it is a disk image already, and not packed' } })
  const disk = chooseDisk(packed, input.member)
  if (disk && (disk.companions.length > 0 || disk.sniff?.extents.some((extent) => extent.file !== null) === true))
    throw new AppError('image-unsupported', {
      details: {
        path: packed.path,
        feature: 'A disk in several files',
        reason: `${disk.member ?? 'The disk'} is one of several files that belong together`,
        next: 'Convert it instead: the result is one file.',
      },
    })
  const sources = [packed.realPath, ...(disk?.place.kind === 'file' ? [disk.place.path] : [])]
  const output = await checkOutput({ target: input.output, sources, replace: input.replace })
  const known = disk && disk.place.kind !== 'compressed' ? (disk.packedBytes ?? 0) : 0
  await requireSpace(path.dirname(output), known, known)
  return { packed, disk, output }
}

async function openPart(ctx: JobContext, output: string): Promise<{ file: string; release: () => void }> {
  const place = partPath(output, ctx.jobId)
  const release = ctx.claim('part-file', place)
  const state = { isPublished: false }
  ctx.defer(async () => {
    if (state.isPublished) return
    await discardPart(place)
    release()
  })
  const { part } = await openPartFile(output, ctx.jobId)
  return {
    file: part,
    release: () => {
      state.isPublished = true
      release()
    },
  }
}

/** Throws when what came out is damaged or no disk. A reference to another file is only told of when it is opened. */
async function labelOfFile(file: string, source: string): Promise<string> {
  const sniff = await withPackedFile(file, (opened) => sniffFile(readerOf(opened), opened.fileBytes))
  const problem = sniff.problems.find(({ code }) => code === 'image-damaged' || code === 'image-unknown-format')
  if (problem) throw new AppError(problem.code, { details: { path: source, ...problem.details } })
  return labelOf(sniff)
}

function readProof({ label }: PackedSource, disk: PackedDisk | undefined): string {
  if (disk?.place.kind === 'stored' || disk?.place.kind === 'file') return 'Copied byte by byte; it was stored uncompressed'
  return `Unpacked to the end (${label}); its checksums match`
}
