import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3'
import { s3Keys, s3Layout } from '#shared/clouds/forms/s3-layout'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { openS3 } from './s3-client.js'
import { attributesOf, markOf, sendingOf, withContent } from './s3-content.js'
import { sendNetboot } from './s3-netboot.js'
import { type Asking, headObject, MARK, patiently } from './s3-objects.js'
import { resultOf, type SentObject } from './s3-result.js'
import { sendObject } from './send-object.js'
import { taken } from './write-named.js'

/** Sends what the form says, or goes on with it. */
export async function executeS3(run: UploadRun): Promise<UploadResult> {
  const access = await openS3(run, run.values)
  const gate = new SignInGate(async (error) => {
    run.phase('needs sign-in')
    await run.signInNeeded(error)
    access.forgetCredentials()
    run.phase('uploading')
  })
  const asking: Asking = { run, access, through: (work) => gate.through(work) }
  try {
    run.phase('uploading')
    await run.step('prepare', () => prepareBucket(asking))
    const result = await (s3Layout(run.values, run.facts) === 'object' ? sendImage(asking) : sendNetboot(asking))
    run.phase('ready')
    return result
  } finally {
    access.close()
  }
}

async function prepareBucket(asking: Asking): Promise<void> {
  const { run, access } = asking
  const Bucket = textOf(run.values, 'bucket')
  try {
    await patiently(asking, `use the bucket ${Bucket}`, (client, options) => client.send(new HeadBucketCommand({ Bucket }), options))
    return
  } catch (thrown) {
    if (toAppError(thrown).code !== 'cloud-not-found') throw thrown
  }
  if (!flagOf(run.values, 'createBucket')) {
    const what = `The bucket ${Bucket}`
    throw new AppError('cloud-not-found', {
      details: { service: access.service, what, field: 'bucket', next: 'Choose another one, or have it made.' },
    })
  }
  await run.journal.created({ kind: 'bucket', id: Bucket, label: `bucket ${Bucket}`, keepOnSuccess: true })
  const isElsewhere = access.place.endpoint === null && access.place.region !== 'us-east-1'
  await patiently(asking, `make the bucket ${Bucket}`, (client, options) =>
    client.send(
      new CreateBucketCommand({
        Bucket,
        ...(isElsewhere ? { CreateBucketConfiguration: { LocationConstraint: access.place.region as 'eu-central-1' } } : {}),
      }),
      options,
    ),
  )
}

async function sendImage(asking: Asking): Promise<UploadResult> {
  const { run } = asking
  const key = s3Keys(run.values, run.facts)[0]?.[1] ?? ''
  const bucket = textOf(run.values, 'bucket')
  const mark = await markOf(run)
  const replaces = flagOf(run.values, 'overwrite')
  const before = await headObject(asking, { bucket, key })
  if (before !== null && before.mark !== mark && !replaces) throw taken(asking, key)
  const counts = { sent: 0 }
  const order = { bucket, key, mark, replaces, attributes: attributesOf(run.values, { [MARK]: mark }) }
  const stored = await run.step('upload', (progress) =>
    withContent(run, async (content) => {
      const sending = sendingOf(asking, progress, content.bytes, counts)
      if (before?.mark === mark && before.bytes === content.bytes) {
        sending.onBytes(content.bytes, false)
        return { verified: 'size' as const, bytes: content.bytes }
      }
      return { ...(await sendObject(sending, { ...order, ...content })), bytes: content.bytes }
    }),
  )
  await run.step('verify', async (progress) => progress.fraction(1))
  const sent: SentObject = { role: 'image', bucket, key, bytes: stored.bytes, sha256: null }
  return resultOf(asking, { objects: [sent], verified: stored.verified, sentBytes: counts.sent })
}
