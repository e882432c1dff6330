import { AppError } from '#shared/errors/app-error'
import { flagOf, numberOf } from '#shared/clouds/read-values'
import { ociPartBytes } from '#shared/clouds/forms/oci-choices'
import type { UploadProgress, UploadRun } from '../cloud-provider.js'
import type { PayloadFile } from '../upload-source.js'
import { cutParts, type Part, partBytes } from '../transfer/cut-parts.js'
import { Concurrency, inParallel } from '../transfer/parallel.js'
import type { OciJob } from './oci-job.js'
import { SERVICE } from './oci-config.js'
import { mismatch, multipartMd5, type ObjectCalls, objectCalls, partMd5, type StoredPart } from './oci-object.js'
import type { ObjectPlace } from './oci-place.js'
import { type SentFile, sentFile } from './sent-file.js'

export interface SentObject {
  readonly sentBytes: number
  readonly bytes: number
}

interface KnownFile {
  readonly identity: string
  readonly bytes: number
  readonly partBytes: number
}

/** Source: Object Storage API, UploadPart. */
const MAX_PARTS = 10_000

/**
 * Sends a file as an object in parts, or goes on with it: what Object Storage has of it already, with the same MD5, is not sent again. The
 * object is compared with what was sent before this returns.
 */
export async function uploadObject({ run, client, place }: OciJob, progress: UploadProgress): Promise<SentObject> {
  const { journal } = run
  const known = journal.get<KnownFile>('oci.file')
  // The file may be gone by then: only the import is left to do.
  if (known !== undefined && journal.get<boolean>('oci.stored') === true) {
    progress.bytes(known.bytes, known.bytes)
    return { sentBytes: 0, bytes: known.bytes }
  }
  const source = await run.source.file()
  const file = sentFile(source, run.values, run.facts)
  if (known !== undefined && known.identity !== file.identity) throw new AppError('image-changed', { details: { path: source.path } })
  const size = known?.partBytes ?? partBytes(file.bytes, { usual: ociPartBytes(run.values), maxParts: MAX_PARTS })
  if (known === undefined)
    await journal.put('oci.file', { identity: file.identity, bytes: file.bytes, partBytes: size } satisfies KnownFile)
  const calls = objectCalls(client, place)
  const sent = await sendParts({ run, calls, place, source, file, parts: cutParts(file.bytes, size), md5s: new Map() }, progress)
  await journal.put('oci.stored', true)
  run.log(`${place.object} is in the bucket ${place.bucket}; its MD5 is that of the file`)
  progress.bytes(file.bytes, file.bytes)
  return { sentBytes: sent, bytes: file.bytes }
}

interface Sending {
  readonly run: UploadRun
  readonly calls: ObjectCalls
  readonly place: ObjectPlace
  readonly source: PayloadFile
  readonly file: SentFile
  readonly parts: readonly Part[]
  /** By number, base64; filled while parts are sent or found. */
  readonly md5s: Map<number, string>
}

/** Answers the bytes that were sent now. */
async function sendParts(sending: Sending, progress: UploadProgress): Promise<number> {
  const { run, calls, place, source, file, parts, md5s } = sending
  const { journal, signal } = run
  let uploadId = journal.get<string>('oci.upload') ?? (await beginUpload(run, calls, place))
  let stored = await calls.parts(uploadId)
  if (stored === null) {
    // Committed just before the break, or deleted there by a rule of the bucket.
    for (const part of parts) md5s.set(part.number, await partMd5({ file, ...part }, signal))
    await journal.forget('multipart-upload', uploadId)
    if (await isStored(sending)) return 0
    uploadId = await beginUpload(run, calls, place)
    stored = []
  }
  const there = await matchingParts(sending, stored)
  for (const [number, { md5 }] of there) md5s.set(number, md5)
  const etags = new Map([...there].map(([number, { etag }]) => [number, etag]))
  let done = sum(parts.filter((part) => there.has(part.number)))
  const before = done
  progress.bytes(done, file.bytes)
  const concurrency = new Concurrency(numberOf(run.values, 'parallel') ?? 6)
  await inParallel(
    parts.filter((part) => !there.has(part.number)),
    async (part, stop) => {
      const md5 = await partMd5({ file, ...part }, stop)
      const onRetry = retried(run, part, concurrency)
      etags.set(part.number, await calls.putPart(uploadId, part.number, { file, ...part, md5, onRetry }, stop))
      md5s.set(part.number, md5)
      journal.note(`oci.part.${part.number}`, md5)
      concurrency.wentWell()
      done += part.length
      progress.bytes(done, file.bytes)
    },
    { concurrency, signal, pausePoint: () => run.pausePoint() },
  )
  await journal.sync()
  // What was read last may be of another file than what was read first.
  if ((await run.source.file()).identity !== source.identity) throw new AppError('image-changed', { details: { path: source.path } })
  await commit(sending, uploadId, etags)
  await journal.forget('multipart-upload', uploadId)
  return done - before
}

function retried(run: UploadRun, part: Part, concurrency: Concurrency) {
  return (error: AppError, attempt: number): void => {
    if (error.code === 'cloud-busy') concurrency.slower()
    run.log(`Part ${part.number} is sent again (try ${attempt + 1}): ${error.message}`)
  }
}

/** An upload whose name is not known after a break is found by those that were there before. */
async function beginUpload(run: UploadRun, calls: ObjectCalls, place: ObjectPlace): Promise<string> {
  const { journal } = run
  const before = journal.get<readonly string[]>('oci.before')
  const pending = (await calls.pending()).map(({ uploadId }) => uploadId)
  const lost = before === undefined ? [] : pending.filter((id) => !before.includes(id))
  if (before === undefined || lost.length !== 1) {
    await journal.put('oci.before', pending)
    await journal.created({
      kind: 'upload-intent',
      id: place.object,
      label: `upload of ${place.object}`,
      keepOnSuccess: false,
      facts: facts(place),
    })
  }
  const [only] = lost
  const uploadId = lost.length === 1 && only !== undefined ? only : await calls.begin({ 'opc-meta-made-by': 'diskwright' })
  const label = `unfinished upload of ${place.object} to the bucket ${place.bucket}`
  await journal.created({ kind: 'multipart-upload', id: uploadId, label, keepOnSuccess: false, facts: facts(place) })
  await journal.put('oci.upload', uploadId)
  await journal.forget('upload-intent', place.object)
  await journal.put('oci.before', undefined)
  return uploadId
}

/** Those that are there with the content that they have here. The journal's digests are of this file: its identity was compared. */
async function matchingParts({ run, file, parts }: Sending, stored: readonly StoredPart[]): Promise<Map<number, StoredPart>> {
  const matching = new Map<number, StoredPart>()
  for (const one of stored) {
    const part = parts[one.partNumber - 1]
    if (part === undefined || part.length !== one.size) continue
    await run.pausePoint()
    const ours = run.journal.get<string>(`oci.part.${part.number}`) ?? (await partMd5({ file, ...part }, run.signal))
    if (ours === one.md5) matching.set(part.number, one)
  }
  return matching
}

async function commit(sending: Sending, uploadId: string, etags: ReadonlyMap<number, string>): Promise<void> {
  const { run, calls, place, file, parts } = sending
  const expected = expectedMd5(sending)
  await run.journal.created({
    kind: 'object',
    id: place.object,
    label: `object ${place.object} in the bucket ${place.bucket}`,
    keepOnSuccess: flagOf(run.values, 'keepObject'),
    facts: { ...facts(place), md5: expected },
  })
  try {
    const parting = parts.map(({ number }) => ({ partNum: number, etag: etags.get(number) ?? '' }))
    await calls.commit(uploadId, parting)
  } catch (thrown) {
    // The answer of a commit that went well may be lost; trying again then meets its own object.
    if (!(await isStored(sending).catch(() => false))) throw thrown
  }
  const object = await calls.head()
  if (object === null) {
    const reason = `${place.object} is not there after it was committed`
    throw new AppError('upload-incomplete', { details: { service: SERVICE, reason } })
  }
  if (object.bytes !== file.bytes) {
    const reason = `${place.object} has ${file.bytes} bytes here, and ${object.bytes} there`
    throw new AppError('upload-mismatch', { details: { service: SERVICE, what: place.object, reason } })
  }
  if (object.md5 !== expected) throw mismatch(place.object, expected, object.md5 ?? 'not told')
}

async function isStored(sending: Sending): Promise<boolean> {
  const object = await sending.calls.head()
  return object !== null && object.bytes === sending.file.bytes && object.md5 === expectedMd5(sending)
}

function expectedMd5({ parts, md5s }: Sending): string {
  return multipartMd5(parts.map(({ number }) => md5s.get(number) ?? ''))
}

function facts({ namespace, bucket, object }: ObjectPlace): Record<string, string> {
  return { namespace, bucket, object }
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((total, { length }) => total + length, 0)
}
