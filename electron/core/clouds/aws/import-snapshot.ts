import { CreateTagsCommand, DescribeImportSnapshotTasksCommand, ImportSnapshotCommand } from '@aws-sdk/client-ec2'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { flagOf, textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress } from '../cloud-provider.js'
import { openS3 } from '../s3/s3-client.js'
import { attributesOf, sendingOf, withFile } from '../s3/s3-content.js'
import { MARK } from '../s3/s3-objects.js'
import { sendObject } from '../s3/send-object.js'
import { pollUntil } from '../transfer/poll-until.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { ebsTags, tagAll } from './own-tags.js'
import type { FinishedSnapshot, SnapshotWork } from './snapshot-blocks.js'

const EC2 = 'Amazon EC2'
const HOUR_MS = 60 * 60_000

interface SentFile {
  readonly key: string
  readonly bytes: number
  readonly sentBytes: number
}

/** Sends the disk to a bucket and lets VM Import make a snapshot of it. */
export async function importSnapshot(work: SnapshotWork): Promise<FinishedSnapshot> {
  const { run } = work
  const sent = await run.step('object', (progress) => sendFile(work, progress))
  run.phase('importing')
  const id = await run.step('import', (progress) => importObject(work, sent.key, progress))
  return {
    id,
    sentBytes: sent.sentBytes,
    skippedBytes: Math.max(0, run.facts.virtualBytes - sent.bytes),
    ...(flagOf(run.values, 'keepObject') ? {} : { tidy: () => deleteObject(work, sent.key) }),
  }
}

async function sendFile({ run, session, token }: SnapshotWork, progress: UploadProgress): Promise<SentFile> {
  const bucket = textOf(run.values, 'bucket')
  const key = `diskwright/${token}.${textOf(run.values, 'format').toLowerCase()}`
  const file = await run.source.file()
  const known = run.journal.get<SentFile>('sent object')
  if (known !== undefined) {
    progress.bytes(known.bytes, known.bytes)
    return known
  }
  const access = await openS3(run, run.values)
  const gate = new SignInGate(async (error) => {
    run.phase('needs sign-in')
    await run.signInNeeded(error)
    access.forgetCredentials()
    session.credentials.forget()
    run.phase('uploading')
  })
  const counts = { sent: 0 }
  try {
    await withFile(file, (content) => {
      const sending = sendingOf({ run, access, through: (task) => gate.through(task) }, progress, content.bytes, counts)
      const attributes = attributesOf(run.values, { [MARK]: token })
      return sendObject(sending, { bucket, key, mark: token, replaces: false, attributes, ...content })
    })
  } finally {
    access.close()
  }
  const sent = { key, bytes: file.bytes, sentBytes: counts.sent }
  await run.journal.put('sent object', sent)
  return sent
}

async function importObject(work: SnapshotWork, key: string, progress: UploadProgress): Promise<string> {
  const { run, session, ask, token } = work
  const known = run.journal.get<string>('snapshot')
  if (known !== undefined) return known
  const task = await beginImport(work, key)
  const snapshot = await pollUntil(
    async () => {
      const { ImportSnapshotTasks = [] } = await ask({ service: EC2, what: 'look at imports' }, () =>
        session.ec2().send(new DescribeImportSnapshotTasksCommand({ ImportTaskIds: [task] }), { abortSignal: run.signal }),
      )
      const detail = ImportSnapshotTasks[0]?.SnapshotTaskDetail
      const share = Number(detail?.Progress ?? 0) / 100
      if (share > 0) progress.fraction(Math.min(1, share))
      if (detail?.StatusMessage !== undefined && detail.Status === 'active') run.message(`VM Import: ${detail.StatusMessage}`)
      if (detail?.Status === 'completed') return detail.SnapshotId ?? null
      if (detail?.Status !== 'deleted' && detail?.Status !== 'deleting' && detail?.Status !== 'error') return null
      const reason = detail.StatusMessage ?? `The import became ${detail.Status}`
      throw new AppError('upload-incomplete', {
        details: { service: 'VM Import', reason, next: 'Read what it says; the role may not read the bucket.' },
      })
    },
    {
      signal: run.signal,
      pausePoint: () => run.pausePoint(),
      firstMs: 200,
      maxMs: 15_000,
      timeoutMs: 12 * HOUR_MS,
      what: `The import ${task}`,
      service: 'VM Import',
    },
  )
  await run.journal.created({
    kind: 'snapshot',
    id: snapshot,
    label: `snapshot ${snapshot}`,
    keepOnSuccess: true,
    facts: { region: session.region },
  })
  await run.journal.put('snapshot', snapshot)
  await run.journal.forget('import task', task)
  await ask({ service: EC2, what: 'tag snapshots' }, () =>
    session.ec2().send(new CreateTagsCommand({ Resources: [snapshot], Tags: ebsTags(run.values, token) }), { abortSignal: run.signal }),
  )
  return snapshot
}

async function beginImport({ run, session, ask, token }: SnapshotWork, key: string): Promise<string> {
  const known = run.journal.get<string>('import task')
  if (known !== undefined) return known
  const { values, journal } = run
  const intent = `upload ${token}`
  const facts = { region: session.region, token }
  await journal.created({ kind: 'import task', id: intent, label: `import of ${key}`, keepOnSuccess: false, facts })
  const kmsKey = textOf(values, 'kmsKey')
  const command = new ImportSnapshotCommand({
    ClientToken: token,
    Description: textOf(values, 'description') || textOf(values, 'name'),
    RoleName: textOf(values, 'role'),
    DiskContainer: { Format: textOf(values, 'format'), UserBucket: { S3Bucket: textOf(values, 'bucket'), S3Key: key } },
    TagSpecifications: tagAll(['import-snapshot-task'], values, token),
    ...(flagOf(values, 'encrypted') ? { Encrypted: true, ...(kmsKey === '' ? {} : { KmsKeyId: kmsKey }) } : {}),
  })
  const question = { service: EC2, what: 'import snapshots', field: 'role' }
  const { ImportTaskId: id } = await ask(question, () => session.ec2().send(command, { abortSignal: run.signal }))
  if (id === undefined) throw new AppError('cloud-failed', { details: { service: EC2, reason: 'It named no import' } })
  await journal.created({ kind: 'import task', id, label: `import of ${key}`, keepOnSuccess: false, facts })
  await journal.forget('import task', intent)
  await journal.put('import task', id)
  return id
}

async function deleteObject({ run, session, ask }: SnapshotWork, key: string): Promise<void> {
  const Bucket = textOf(run.values, 'bucket')
  const question = { service: 'Amazon S3', what: `delete ${key}` }
  await ask(question, () => session.s3().send(new DeleteObjectCommand({ Bucket, Key: key }), { abortSignal: run.signal }))
  await run.journal.forget('object', `${Bucket}/${key}`)
}
