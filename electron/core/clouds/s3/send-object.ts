import { createHash } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { AppError, toAppError } from '#shared/errors/app-error'
import { cutParts, type Part, partBytes } from '../transfer/cut-parts.js'
import { inParallel } from '../transfer/parallel.js'
import { retry } from '../transfer/retry.js'
import { headObject, patiently, place, plainEtag, type Sending } from './s3-objects.js'
import { isOurs, writeNamed } from './write-named.js'

/** "Multipart upload limits" of the Amazon S3 user guide. */
const MOST_PARTS = 10_000

/** One object that is to be stored. */
export interface ObjectOrder {
  readonly bucket: string
  readonly key: string
  readonly bytes: number
  /** Changes when what is read does. */
  readonly identity: string
  /** Names this upload, so that an object can be told from one that others made. */
  readonly mark: string
  /** Whether what others have under the name may be replaced. */
  readonly replaces: boolean
  readonly attributes: ObjectAttributes
  /** Exactly `length` bytes. */
  read(offset: number, length: number): Promise<Buffer>
  /** What was read is not needed any more. */
  release?(bytes: Buffer): void
}

export interface ObjectAttributes {
  readonly ContentType: string
  readonly Metadata: Readonly<Record<string, string>>
  readonly ACL?: 'public-read'
  readonly Tagging?: string
}

export interface StoredObject {
  /** How what is stored was compared. */
  readonly verified: 'md5' | 'size'
}

interface UploadState {
  readonly uploadId: string
  readonly partBytes: number
  readonly identity: string
}

/** Stores an object in parts, or goes on with it. Whatever is there under its name is replaced in one moment, when all parts are there. */
export async function sendObject(sending: Sending, order: ObjectOrder): Promise<StoredObject> {
  const { run } = sending
  const known = run.journal.get<UploadState>(stateKey(order))
  if (known !== undefined && known.identity !== order.identity) throw new AppError('image-changed', { details: { path: run.facts.path } })
  const md5s = order.bytes <= sending.usualPart ? await sendWhole(sending, order) : await sendParts(sending, order, known)
  return verifyStored(sending, order, md5s)
}

function stateKey({ bucket, key }: ObjectOrder): string {
  return `s3 upload ${bucket} ${key}`
}

async function sendWhole(sending: Sending, order: ObjectOrder): Promise<Buffer[]> {
  const bytes = await order.read(0, order.bytes)
  const md5 = createHash('md5').update(bytes).digest()
  await writeNamed(sending, order, (condition) =>
    patiently(sending, `write ${order.key}`, (client, options) =>
      client.send(
        new PutObjectCommand({
          ...place(order),
          ...order.attributes,
          ...condition,
          Body: bytes,
          ContentLength: bytes.length,
          ContentMD5: md5.toString('base64'),
        }),
        options,
      ),
    ),
  )
  sending.onBytes(bytes.length, true)
  return [md5]
}

async function sendParts(sending: Sending, order: ObjectOrder, known: UploadState | undefined): Promise<Buffer[]> {
  const { run, concurrency } = sending
  const begun = known === undefined ? null : await findParts(sending, order, known.uploadId)
  const state = known === undefined || begun === null ? await begin(sending, order) : known
  const parts = cutParts(order.bytes, state.partBytes)
  const md5s: Buffer[] = []
  const etags = new Map<number, string>()
  const rest: Part[] = []
  for (const part of parts) {
    const there = begun?.get(part.number)
    const md5 = there?.bytes === part.length ? await md5Of(order, part) : null
    // A service that keeps another kind of digest is believed: what is stored in the end is compared once more.
    if (there === undefined || md5 === null || (isMd5(there.etag) && there.etag !== md5.toString('hex'))) {
      rest.push(part)
      continue
    }
    md5s[part.number - 1] = md5
    etags.set(part.number, there.etag)
    sending.onBytes(part.length, false)
    await run.pausePoint()
  }
  await inParallel(
    rest,
    async (part, signal) => {
      const bytes = await order.read(part.start, part.length)
      const md5 = createHash('md5').update(bytes).digest()
      md5s[part.number - 1] = md5
      etags.set(part.number, await sendPart(sending, { order, part, bytes, md5, uploadId: state.uploadId, signal }))
      order.release?.(bytes)
      run.journal.note(`s3 part ${order.key} ${part.number}`, md5.toString('hex'))
      sending.onBytes(part.length, true)
    },
    { concurrency, signal: run.signal, pausePoint: () => run.pausePoint() },
  )
  await run.journal.sync()
  await complete(sending, order, state, etags)
  return md5s
}

interface PartOrder {
  readonly order: ObjectOrder
  readonly part: Part
  readonly bytes: Buffer
  readonly md5: Buffer
  readonly uploadId: string
  readonly signal: AbortSignal
}

async function sendPart(sending: Sending, { order, part, bytes, md5, uploadId, signal }: PartOrder): Promise<string> {
  const { access, run, concurrency, through } = sending
  const command = () =>
    new UploadPartCommand({
      ...place(order),
      UploadId: uploadId,
      PartNumber: part.number,
      Body: bytes,
      ContentLength: bytes.length,
      ContentMD5: md5.toString('base64'),
    })
  const number = concurrency.begin()
  const about = { what: `write part ${part.number} of ${order.key}`, signal }
  const answer = await retry(() => through(() => access.ask(about, (client, options) => client.send(command(), options))), {
    signal,
    onRetry: (error, attempt, delayMs) => {
      if (error.code === 'cloud-busy') concurrency.slower(number)
      run.log(`part ${part.number} of ${order.key}: ${error.code}, try ${attempt + 1} in ${delayMs} ms`)
    },
  })
  concurrency.wentWell()
  return plainEtag(answer.ETag)
}

async function begin(sending: Sending, order: ObjectOrder): Promise<UploadState> {
  const { run, usualPart } = sending
  const draft = {
    kind: 'multipart-upload',
    id: `${order.bucket}/${order.key}`,
    label: `parts of ${order.key} in bucket ${order.bucket}`,
    keepOnSuccess: false,
  }
  const facts = { bucket: order.bucket, key: order.key, since: new Date().toISOString() }
  // Should the answer get lost, it is found again by its name and time.
  await run.journal.created({ ...draft, facts: { ...facts, uploadId: '' } })
  const made = await patiently(sending, `begin ${order.key}`, (client, options) =>
    client.send(new CreateMultipartUploadCommand({ ...place(order), ...order.attributes }), options),
  )
  const uploadId = made.UploadId ?? ''
  await run.journal.created({ ...draft, facts: { ...facts, uploadId } })
  const state = { uploadId, partBytes: partBytes(order.bytes, { usual: usualPart, maxParts: MOST_PARTS }), identity: order.identity }
  await run.journal.put(stateKey(order), state)
  return state
}

/** What is there of an upload; null when the service has forgotten it. */
async function findParts(
  sending: Sending,
  order: ObjectOrder,
  uploadId: string,
): Promise<ReadonlyMap<number, { readonly etag: string; readonly bytes: number }> | null> {
  const parts = new Map<number, { etag: string; bytes: number }>()
  try {
    for (let marker: string | undefined; ; ) {
      const page = await patiently(sending, `list the parts of ${order.key}`, (client, options) =>
        client.send(
          new ListPartsCommand({ ...place(order), UploadId: uploadId, ...(marker === undefined ? {} : { PartNumberMarker: marker }) }),
          options,
        ),
      )
      for (const { PartNumber, ETag, Size } of page.Parts ?? []) {
        if (PartNumber !== undefined) parts.set(PartNumber, { etag: plainEtag(ETag), bytes: Size ?? -1 })
      }
      const next = page.NextPartNumberMarker
      // A service that stands still would be asked for ever.
      if (page.IsTruncated !== true || next === undefined || !(Number(next) > Number(marker ?? 0))) return parts
      marker = next
    }
  } catch (thrown) {
    if (toAppError(thrown).code === 'cloud-not-found') return null
    throw thrown
  }
}

async function complete(
  sending: Sending,
  order: ObjectOrder,
  { uploadId }: UploadState,
  etags: ReadonlyMap<number, string>,
): Promise<void> {
  const Parts = [...etags].toSorted(([a], [b]) => a - b).map(([PartNumber, etag]) => ({ PartNumber, ETag: `"${etag}"` }))
  const request = { ...place(order), UploadId: uploadId, MultipartUpload: { Parts } }
  try {
    await writeNamed(sending, order, (condition) =>
      patiently(sending, `join the parts of ${order.key}`, (client, options) =>
        client.send(new CompleteMultipartUploadCommand({ ...request, ...condition }), options),
      ),
    )
  } catch (thrown) {
    // The answer to a first try may have got lost: then the upload is not there any more, and the object is.
    if (toAppError(thrown).code !== 'cloud-not-found' || !(await isOurs(sending, order))) throw thrown
  }
  await sending.run.journal.forget('multipart-upload', `${order.bucket}/${order.key}`)
}

async function verifyStored(sending: Sending, order: ObjectOrder, md5s: readonly Buffer[]): Promise<StoredObject> {
  const head = await headObject(sending, order)
  const service = sending.access.service
  const what = order.key
  if (head === null)
    throw new AppError('upload-mismatch', { details: { service, what, reason: `${what} is not there after it was written` } })
  if (head.bytes !== order.bytes) {
    throw new AppError('upload-mismatch', {
      details: { service, what, reason: `It has ${head.bytes} bytes there, and ${order.bytes} here` },
    })
  }
  if (!/^[0-9a-f]{32}(-\d+)?$/.test(head.etag)) return { verified: 'size' }
  const isWhole = !head.etag.includes('-')
  const own = isWhole && md5s.length === 1 ? (md5s[0]?.toString('hex') ?? '') : `${md5OfAll(md5s)}-${md5s.length}`
  if (own === head.etag) return { verified: 'md5' }
  // With keys of a key service the tag is no digest of the content, though it looks like one.
  if (isWhole && md5s.length > 1) return { verified: 'size' }
  throw new AppError('upload-mismatch', {
    details: { service, what, reason: `Its tag there is ${head.etag}, and ${own} by what was sent` },
  })
}

function md5OfAll(md5s: readonly Buffer[]): string {
  return createHash('md5').update(Buffer.concat(md5s)).digest('hex')
}

async function md5Of(order: ObjectOrder, { start, length }: Part): Promise<Buffer> {
  const bytes = await order.read(start, length)
  const md5 = createHash('md5').update(bytes).digest()
  order.release?.(bytes)
  return md5
}

function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag)
}
