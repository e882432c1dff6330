import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CompleteSnapshotCommand, PutSnapshotBlockCommand, StartSnapshotCommand } from '@aws-sdk/client-ebs'
import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2'
import { volumeGib } from '#shared/clouds/forms/aws-fields'
import { flagOf, numberOf, textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress, UploadRun } from '../cloud-provider.js'
import { countBlocks, dataBlocks, mappedBlocks } from '../transfer/data-blocks.js'
import { Concurrency, inParallel } from '../transfer/parallel.js'
import type { DiskContent } from '../upload-source.js'
import type { AskAws } from './ask-aws.js'
import type { AwsSession } from './aws-session.js'
import { ebsTags } from './own-tags.js'

/** The only size of a block (EBS direct APIs, PutSnapshotBlock). */
export const BLOCK_BYTES = 512 * 1024
/** A snapshot that has just been begun is not known everywhere for up to two minutes. */
const PATIENCE_TRIES = 14
const PATIENCE_MS = 20_000

export interface SnapshotWork {
  readonly run: UploadRun
  readonly session: AwsSession
  readonly ask: AskAws
  /** Names this upload at AWS. */
  readonly token: string
}

export interface FinishedSnapshot {
  readonly id: string
  readonly sentBytes: number
  readonly skippedBytes: number
  /** Deletes what it took to make it. */
  readonly tidy?: () => Promise<void>
}

const EBS = 'Amazon EBS'

/** Writes the disk into a snapshot, or the rest of it where that was begun already. Ends when the service has taken it as complete. */
export async function writeSnapshot(work: SnapshotWork, progress: UploadProgress): Promise<FinishedSnapshot> {
  const { run, ask } = work
  return run.source.disk(async (disk) => {
    const id = await beginOrFind(work)
    await writeBlocks(work, id, disk, progress)
    const { checksum, count } = aggregate(run, id, disk)
    if (run.journal.get<string>('completed') !== id) {
      await ask({ service: EBS, what: 'complete snapshots' }, () =>
        work.session.ebs().send(
          new CompleteSnapshotCommand({
            SnapshotId: id,
            ChangedBlocksCount: count,
            ...(count === 0 ? {} : { Checksum: checksum, ChecksumAlgorithm: 'SHA256', ChecksumAggregationMethod: 'LINEAR' }),
          }),
          { abortSignal: run.signal },
        ),
      )
      await run.journal.put('completed', id)
    }
    return { id, sentBytes: count * BLOCK_BYTES, skippedBytes: Math.max(0, disk.virtualBytes - count * BLOCK_BYTES) }
  })
}

async function beginOrFind(work: SnapshotWork): Promise<string> {
  const { run, session } = work
  const known = run.journal.get<string>('snapshot')
  if (known !== undefined) {
    const state = await snapshotState(work, known)
    if (state === 'pending' || state === 'completed') return known
    run.log(`Snapshot ${known} is ${state ?? 'gone'}: it was idle for too long, all blocks are sent again`)
    await session
      .ec2()
      .send(new DeleteSnapshotCommand({ SnapshotId: known }), { abortSignal: run.signal })
      .catch(() => {})
    await run.journal.forget('snapshot', known)
    await run.journal.put('attempt', attemptOf(run) + 1)
  }
  return begin(work)
}

function attemptOf(run: UploadRun): number {
  return run.journal.get<number>('attempt') ?? 1
}

async function begin({ run, session, ask, token }: SnapshotWork): Promise<string> {
  const { values, facts, journal } = run
  const intent = `upload ${token}`
  await journal.created({
    kind: 'snapshot',
    id: intent,
    label: `snapshot of upload ${token}`,
    keepOnSuccess: false,
    facts: { region: session.region },
  })
  const key = textOf(values, 'kmsKey')
  const description = textOf(values, 'description') || textOf(values, 'name')
  const { SnapshotId: id, BlockSize } = await ask({ service: EBS, what: 'begin snapshots' }, () =>
    session.ebs().send(
      new StartSnapshotCommand({
        VolumeSize: volumeGib(facts),
        // The same token after a break finds the same snapshot.
        ClientToken: `${token}-${attemptOf(run)}`,
        Description: description,
        Timeout: numberOf(values, 'idleMinutes') ?? 4320,
        Tags: ebsTags(values, token),
        ...(flagOf(values, 'encrypted') ? { Encrypted: true, ...(key === '' ? {} : { KmsKeyArn: key }) } : {}),
      }),
      { abortSignal: run.signal },
    ),
  )
  if (id === undefined || BlockSize !== BLOCK_BYTES) {
    throw new AppError('cloud-failed', {
      details: { service: EBS, reason: `It began a snapshot with blocks of ${BlockSize ?? 'unknown'} bytes` },
    })
  }
  await journal.created({ kind: 'snapshot', id, label: `snapshot ${id}`, keepOnSuccess: true, facts: { region: session.region } })
  await journal.forget('snapshot', intent)
  await journal.put('snapshot', id)
  return id
}

async function writeBlocks(work: SnapshotWork, id: string, disk: DiskContent, progress: UploadProgress): Promise<void> {
  const { run, session, ask } = work
  const concurrency = new Concurrency(numberOf(run.values, 'parallel') ?? 32)
  const total = countBlocks(disk.extents, BLOCK_BYTES) * BLOCK_BYTES
  let done = 0
  const passed = (): void => progress.bytes((done += BLOCK_BYTES), total)
  const blocks = dataBlocks(disk, BLOCK_BYTES, (index) => run.journal.get(blockKey(id, index)) !== undefined, passed)
  const send = async ({ index, bytes }: { index: number; bytes: Buffer }, signal: AbortSignal): Promise<void> => {
    const digest = createHash('sha256').update(bytes).digest('base64')
    const command = (): PutSnapshotBlockCommand =>
      new PutSnapshotBlockCommand({
        SnapshotId: id,
        BlockIndex: index,
        BlockData: bytes,
        DataLength: BLOCK_BYTES,
        Checksum: digest,
        ChecksumAlgorithm: 'SHA256',
        Progress: total === 0 ? 0 : Math.min(100, Math.floor((done * 100) / total)),
      })
    const put = { service: EBS, what: 'write blocks of snapshots', onTrouble: () => concurrency.slower() }
    const answer = await patiently(signal, () => ask(put, () => session.ebs().send(command(), { abortSignal: signal })))
    if (answer.Checksum !== undefined && answer.Checksum !== digest) {
      const reason = `Block ${index} has the digest ${answer.Checksum} there and ${digest} here`
      throw new AppError('upload-mismatch', { details: { service: EBS, what: `block ${index}`, reason } })
    }
    concurrency.wentWell()
    run.journal.note(blockKey(id, index), digest)
    passed()
  }
  progress.bytes(0, total)
  await inParallel(blocks, send, { concurrency, signal: run.signal, pausePoint: () => run.pausePoint() })
  await run.journal.sync()
}

/** Keys by snapshot: one that lapsed and was begun anew holds nothing. */
function blockKey(id: string, index: number): string {
  return `block ${id} ${index}`
}

/** Linear aggregation: the digest of all blocks' digests in the order of their indexes. */
function aggregate(run: UploadRun, id: string, disk: DiskContent): { checksum: string; count: number } {
  const hash = createHash('sha256')
  let count = 0
  for (const index of mappedBlocks(disk, BLOCK_BYTES)) {
    const digest = run.journal.get<string>(blockKey(id, index))
    if (digest === undefined) continue
    hash.update(Buffer.from(digest, 'base64'))
    count++
  }
  return { checksum: hash.digest('base64'), count }
}

async function patiently<T>(signal: AbortSignal, put: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await put()
    } catch (thrown) {
      const isUnknown = thrown instanceof AppError && thrown.code === 'cloud-not-found'
      if (!isUnknown || attempt === PATIENCE_TRIES) throw thrown
      await sleep(Math.min(PATIENCE_MS, 200 * 2 ** attempt), undefined, { signal }).catch(() => {
        throw new AppError('cancelled')
      })
    }
  }
}

/** `pending`, `completed`, `error` …; null where there is none. */
export async function snapshotState({ run, session, ask }: SnapshotWork, id: string): Promise<string | null> {
  try {
    const { Snapshots = [] } = await ask({ service: 'Amazon EC2', what: 'look at snapshots' }, () =>
      session.ec2().send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }), { abortSignal: run.signal }),
    )
    const [snapshot] = Snapshots
    if (snapshot?.StateMessage !== undefined && snapshot.StateMessage !== '') run.log(`Snapshot ${id}: ${snapshot.StateMessage}`)
    return snapshot?.State ?? null
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'cloud-not-found') return null
    throw thrown
  }
}
