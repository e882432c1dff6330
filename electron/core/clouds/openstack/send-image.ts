import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { openstackFormat } from '#shared/clouds/forms/openstack-fields'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress, UploadRun } from '../cloud-provider.js'
import { retry } from '../transfer/retry.js'
import { type Asking, type GlanceImage, untilTaken } from './glance-image.js'

const PIECE = 1024 ** 2
/** Glance answers once it has stored everything: large images take a while after their last byte. */
const ANSWER_MS = 30 * 60_000

/** What goes into an image. */
export interface Content {
  readonly bytes: number
  readonly identity: string
  /** Exactly `length` bytes. */
  read(offset: number, length: number): Promise<Buffer>
}

export interface Digests {
  readonly sha512: string
  readonly md5: string
}

export function withContent<T>(run: UploadRun, work: (content: Content) => Promise<T>): Promise<T> {
  if (openstackFormat(run.values) === 'raw') {
    return run.source.disk((disk) => {
      const read = async (offset: number, length: number): Promise<Buffer> => {
        const end = offset + length
        const isZero = disk.extents.every(({ start, length: size, zero }) => zero || start >= end || start + size <= offset)
        return isZero ? Buffer.alloc(length) : disk.read(offset, length)
      }
      return work({ bytes: disk.virtualBytes, identity: run.facts.revision, read })
    })
  }
  return run.source.file().then(async ({ path, bytes, identity }) => {
    const handle = await open(path)
    try {
      const read = async (offset: number, length: number): Promise<Buffer> => {
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset)
        if (bytesRead !== length) throw new AppError('image-changed', { details: { path } })
        return buffer
      }
      return await work({ bytes, identity, read })
    } finally {
      await handle.close()
    }
  })
}

/** Throws `image-changed` when it is not what an earlier run began with. */
export async function requireSame(run: UploadRun, { identity }: Content): Promise<void> {
  const before = run.journal.get<string>('openstack identity') ?? identity
  if (before !== identity) throw new AppError('image-changed', { details: { path: run.facts.path } })
  await run.journal.put('openstack identity', identity)
}

export interface Sent {
  readonly digests: Digests
  /** Bytes that went over the wire, also those of tries that broke. */
  readonly sentBytes: number
}

/**
 * Sends all of it: Glance goes on with nothing. An image that a break left empty is taken again, under its id. Digests are computed on the way.
 *
 * @param where `file`: into the image. `stage`: to the staging area
 */
export async function sendContent(
  asking: Asking,
  id: string,
  content: Content,
  where: 'file' | 'stage',
  progress: UploadProgress,
): Promise<Sent> {
  const { run, session, through } = asking
  let sentBytes = 0
  let most = 0
  progress.bytes(0, content.bytes)
  const attempt = async (): Promise<Digests> => {
    const { status } = await untilTaken(asking, id)
    if (isThere(status, where)) return digestsOf(content, run)
    const [sha512, md5] = [createHash('sha512'), createHash('md5')]
    const pieces = async function* (): AsyncGenerator<Buffer> {
      for (let offset = 0; offset < content.bytes; ) {
        await run.pausePoint()
        const piece = await content.read(offset, Math.min(PIECE, content.bytes - offset))
        sha512.update(piece)
        md5.update(piece)
        yield piece
        offset += piece.length
        sentBytes += piece.length
        most = Math.max(most, offset)
        // What was sent is not there before the answer.
        progress.bytes(Math.max(0, Math.min(most, content.bytes - 1)), content.bytes)
      }
    }
    await session.ask({
      method: 'PUT',
      path: `images/${id}/${where}`,
      headers: { 'content-type': 'application/octet-stream' },
      body: pieces(),
      bodyBytes: content.bytes,
      answerMs: ANSWER_MS,
      what: 'write the image',
    })
    return { sha512: sha512.digest('hex'), md5: md5.digest('hex') }
  }
  const digests = await retry(() => through(attempt), {
    signal: run.signal,
    onRetry: (error, number, delayMs) => run.log(`image ${id}: ${error.code}, try ${number + 1} from its start in ${delayMs} ms`),
  })
  progress.bytes(content.bytes, content.bytes)
  return { digests, sentBytes }
}

function isThere(status: GlanceImage['status'], where: 'file' | 'stage'): boolean {
  return status === 'active' || (where === 'stage' && (status === 'uploading' || status === 'importing'))
}

/** Of what was sent before a break. */
export async function digestsOf(content: Content, run: UploadRun): Promise<Digests> {
  const [sha512, md5] = [createHash('sha512'), createHash('md5')]
  for (let offset = 0; offset < content.bytes; offset += PIECE) {
    await run.pausePoint()
    const piece = await content.read(offset, Math.min(PIECE, content.bytes - offset))
    sha512.update(piece)
    md5.update(piece)
  }
  return { sha512: sha512.digest('hex'), md5: md5.digest('hex') }
}
