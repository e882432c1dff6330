import { AbortMultipartUploadCommand, DeleteBucketCommand, DeleteObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import type { FieldValues } from '#shared/clouds/field'
import type { Remote } from '#shared/clouds/upload-plan'
import { describeError } from '#shared/errors/describe-error'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { CleanUpReport, CloudContext } from '../cloud-provider.js'
import type { UploadJournal } from '../upload-journal.js'
import { openS3, type S3Access } from './s3-client.js'
import { headObject, place } from './s3-objects.js'

/** Parts of an upload first, its objects then, the bucket last: one that holds something is not deleted. */
const ORDER: readonly string[] = ['multipart-upload', 'object', 'bucket']
/** By how much the service's clock may be behind. */
const SKEW_MS = 15 * 60_000

export async function cleanUpS3(
  ctx: CloudContext,
  values: FieldValues,
  journal: UploadJournal,
  which: (remote: Remote) => boolean,
): Promise<CleanUpReport> {
  const remotes = journal
    .remotes()
    .filter(which)
    .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
  const left: { label: string; reason: string }[] = []
  if (remotes.length === 0) return { left }
  const notAsked = (thrown: unknown): CleanUpReport => ({ left: remotes.map(({ label }) => ({ label, reason: wordsOf(thrown) })) })
  let access: S3Access
  try {
    access = await openS3(ctx, values)
  } catch (thrown) {
    return notAsked(thrown)
  }
  try {
    for (const remote of remotes) {
      try {
        await remove(ctx, access, remote)
        await journal.forget(remote.kind, remote.id)
      } catch (thrown) {
        if (toAppError(thrown).code === 'cancelled') throw thrown
        left.push({ label: remote.label, reason: wordsOf(thrown) })
      }
    }
    return { left }
  } finally {
    access.close()
  }
}

function wordsOf(thrown: unknown): string {
  const { title, detail } = describeError(toAppError(thrown).data)
  return `${title}. ${detail}`
}

async function remove(ctx: CloudContext, access: S3Access, remote: Remote): Promise<void> {
  const { bucket = remote.id, key = '' } = remote.facts
  if (remote.kind === 'bucket') return removeBucket(access, remote.id)
  if (remote.kind === 'object') return removeObject(ctx, access, remote)
  const known = remote.facts.uploadId ?? ''
  const ids = known === '' ? await lostUploads(access, bucket, key, remote.facts.since ?? '') : [known]
  for (const UploadId of ids) {
    await gone(
      access.askPatiently({ what: `delete ${remote.label}` }, (client, options) =>
        client.send(new AbortMultipartUploadCommand({ ...place({ bucket, key }), UploadId }), options),
      ),
    )
  }
}

/** Uploads of the name that were begun since: the answer that named ours got lost. */
async function lostUploads(access: S3Access, bucket: string, key: string, since: string): Promise<string[]> {
  const page = await access
    .askPatiently({ what: `list the uploads of ${key}` }, (client, options) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }), options),
    )
    .catch((thrown: unknown) => {
      if (toAppError(thrown).code === 'cloud-not-found') return { Uploads: [] }
      throw thrown
    })
  const earliest = Date.parse(since) - SKEW_MS
  return (page.Uploads ?? []).flatMap(({ Key, UploadId, Initiated }) =>
    Key === key && UploadId !== undefined && (Initiated?.getTime() ?? 0) >= earliest ? [UploadId] : [],
  )
}

/** Only if it is ours: the journal names it before it is there, and another one may have that name. */
async function removeObject(ctx: CloudContext, access: S3Access, { label, facts }: Remote): Promise<void> {
  const { bucket = '', key = '', mark = '' } = facts
  const head = await headObject({ access, signal: ctx.signal, through: (work) => work() }, { bucket, key })
  if (head === null || head.mark !== mark) return
  await gone(
    access.askPatiently({ what: `delete ${label}` }, (client, options) =>
      client.send(new DeleteObjectCommand(place({ bucket, key })), options),
    ),
  )
}

async function removeBucket(access: S3Access, Bucket: string): Promise<void> {
  try {
    await gone(
      access.askPatiently({ what: `delete the bucket ${Bucket}` }, (client, options) =>
        client.send(new DeleteBucketCommand({ Bucket }), options),
      ),
    )
  } catch (thrown) {
    const { code, data } = toAppError(thrown)
    if (code === 'cloud-conflict')
      throw new AppError('cloud-refused', { details: { ...data.details, what: 'deleting it', reason: 'It holds other objects' } })
    throw thrown
  }
}

/** What is not there any more is deleted. */
async function gone(asked: Promise<unknown>): Promise<void> {
  try {
    await asked
  } catch (thrown) {
    if (toAppError(thrown).code !== 'cloud-not-found') throw thrown
  }
}
