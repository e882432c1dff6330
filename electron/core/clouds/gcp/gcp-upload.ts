import { flagOf } from '#shared/clouds/read-values'
import { gcpChunkBytes } from '#shared/clouds/forms/gcp-choices'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { UploadProgress } from '../cloud-provider.js'
import { PART_POLICY, retry } from '../transfer/retry.js'
import { SERVICE } from './gcp-credentials.js'
import type { GcpJob } from './gcp-job.js'
import {
  agreement,
  type GcsCalls,
  type GcsDigests,
  type GcsObject,
  type GcsPlace,
  objectCalls,
  RunningDigests,
  type SessionState,
} from './gcp-object.js'

export interface SentObject {
  readonly sentBytes: number
  readonly bytes: number
  /** How what is stored was compared. */
  readonly verified: 'md5' | 'crc32c'
}

/** What the journal has of an object that is whole; one of an earlier version has its length alone. */
type StoredFact = number | Pick<SentObject, 'bytes' | 'verified'>

/** The address lets in whoever has it: it stays in the journal, which is the owner's alone, and is no fact of what is shown. */
export const SESSION_KEY = 'gcp.session'

/** Answers in a row that say that nothing more is kept. */
const MOST_IDLE = 6

/**
 * Sends a file as an object in one resumable session, or goes on with it from where Cloud Storage says that it is. The object's size and
 * digests are compared with the file's before this returns.
 */
export async function uploadObject({ run, client, place }: GcpJob, progress: UploadProgress): Promise<SentObject> {
  const { journal, signal } = run
  const stored = journal.get<StoredFact>('gcp.stored')
  // The file may be gone by then: only the import is left to do.
  if (stored !== undefined) {
    const { bytes, verified } = typeof stored === 'number' ? { bytes: stored, verified: 'md5' as const } : stored
    progress.bytes(bytes, bytes)
    return { sentBytes: 0, bytes, verified }
  }
  const file = await run.source.file()
  const known = journal.get<string>('gcp.file')
  if (known !== undefined && known !== file.identity) throw new AppError('image-changed', { details: { path: file.path } })
  if (known === undefined) await journal.put('gcp.file', file.identity)
  const calls = objectCalls(client, place)
  const running = new RunningDigests(file.path, signal)
  const opened = await openSession({ run, calls, place, bytes: file.bytes })
  let { state } = opened
  let sent = 0
  let done = 0
  let idle = 0
  const chunk = gcpChunkBytes(run.values)
  while ('bytes' in state) {
    done = Math.max(done, state.bytes)
    progress.bytes(done, file.bytes)
    await run.pausePoint()
    const start = state.bytes
    if (start > file.bytes)
      throw new AppError('cloud-failed', { details: { service: SERVICE, reason: `It says that it keeps ${start} bytes of ${file.bytes}` } })
    const length = Math.min(chunk, file.bytes - start)
    await running.upTo(start + length)
    state = await sendChunk(opened.session, calls, { file: file.path, start, length }, file.bytes, run)
    const end = 'bytes' in state ? state.bytes : file.bytes
    // Also one that forgets what it kept gets nowhere.
    idle = end > done ? 0 : idle + 1
    if (idle > MOST_IDLE)
      throw new AppError('upload-incomplete', { details: { service: SERVICE, reason: 'It keeps nothing of what is sent' } })
    sent += Math.max(0, end - start)
  }
  await running.upTo(file.bytes)
  // What was read last may be of another file than what was read first.
  if ((await run.source.file()).identity !== file.identity) throw new AppError('image-changed', { details: { path: file.path } })
  const verified = await keepObject({ run, place, object: state.object, bytes: file.bytes, digests: running.digests() })
  await journal.forget('session', place.object)
  await journal.put('gcp.stored', { bytes: file.bytes, verified } satisfies StoredFact)
  progress.bytes(file.bytes, file.bytes)
  run.log(`${place.object} is in the bucket ${place.bucket}; its digests are those of the file`)
  return { sentBytes: sent, bytes: file.bytes, verified }
}

interface Opening {
  readonly run: GcpJob['run']
  readonly calls: GcsCalls
  readonly place: GcsPlace
  readonly bytes: number
}

/** The session of the journal as far as it came; a new one where there is none, or where it has ended. */
async function openSession({ run, calls, place, bytes }: Opening): Promise<{ session: string; state: SessionState }> {
  const { journal } = run
  const known = journal.get<string>(SESSION_KEY)
  if (known !== undefined) {
    const state = await calls.state(known, bytes)
    if (state !== null) return { session: known, state }
    run.log('The session of the upload has ended there; it begins anew')
  }
  const session = await calls.begin(bytes)
  const label = `unfinished upload of ${place.object} to the bucket ${place.bucket}`
  await journal.put(SESSION_KEY, session)
  await journal.created({ kind: 'session', id: place.object, label, keepOnSuccess: false, facts: { ...place } })
  return { session, state: { bytes: 0 } }
}

/** After a break it is asked first how much of the chunk is there; the rest is the next one. */
async function sendChunk(
  session: string,
  calls: GcsCalls,
  chunk: { file: string; start: number; length: number },
  total: number,
  run: GcpJob['run'],
): Promise<SessionState> {
  return retry(
    async (attempt) => {
      if (attempt > 1) {
        const state = await calls.state(session, total)
        if (state === null)
          throw new AppError('upload-incomplete', { details: { service: SERVICE, reason: 'The session of the upload has ended there' } })
        if ('object' in state || state.bytes !== chunk.start) return state
      }
      return calls.send(session, chunk, total, run.signal)
    },
    {
      policy: PART_POLICY,
      signal: run.signal,
      onRetry: (error, attempt) => run.log(`The chunk at ${chunk.start} is sent again (try ${attempt + 1}): ${error.message}`),
    },
  ).catch((thrown: unknown) => {
    const error = toAppError(thrown)
    throw error.code === 'cloud-not-found'
      ? new AppError('upload-incomplete', { details: { ...error.data.details, reason: 'The session of the upload has ended there' } })
      : error
  })
}

interface Kept {
  readonly run: GcpJob['run']
  readonly place: GcsPlace
  readonly object: GcsObject
  readonly bytes: number
  readonly digests: GcsDigests
}

async function keepObject({ run, place, object, bytes, digests }: Kept): Promise<'md5' | 'crc32c'> {
  await run.journal.created({
    kind: 'object',
    id: place.object,
    label: `object ${place.object} in the bucket ${place.bucket}`,
    keepOnSuccess: flagOf(run.values, 'keepObject'),
    facts: { ...place, generation: object.generation },
  })
  const verified = Number(object.size) === bytes ? agreement(object, digests) : null
  if (verified !== null) return verified
  const words = (size: number | string, md5?: string, crc?: string): string => `${size} bytes with MD5 ${md5} and CRC-32C ${crc}`
  const there = words(object.size, object.md5Hash ?? 'not told', object.crc32c ?? 'not told')
  const reason = `${place.object} has ${words(bytes, digests.md5, digests.crc32c)} here, and ${there} there`
  throw new AppError('upload-mismatch', { details: { service: SERVICE, what: place.object, reason } })
}
