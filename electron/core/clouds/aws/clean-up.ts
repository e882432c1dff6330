import {
  CancelImportTaskCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeImportSnapshotTasksCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-ec2'
import type { FieldValues } from '#shared/clouds/field'
import type { Remote } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { CleanUpReport, CloudContext } from '../cloud-provider.js'
import { cleanUpS3 } from '../s3/s3-clean-up.js'
import { deleteEach } from '../transfer/delete-each.js'
import { retry } from '../transfer/retry.js'
import type { UploadJournal } from '../upload-journal.js'
import { once } from './ask-aws.js'
import { type AwsSession, openAws } from './aws-session.js'
import { UPLOAD_TAG } from './own-tags.js'
import { snapshotsOf } from './register-image.js'

/** What is of EC2; all else is of S3, and goes last: an import reads its object. */
const OWN = ['image', 'import task', 'snapshot']

export async function cleanUpAws(
  ctx: CloudContext,
  values: FieldValues,
  journal: UploadJournal,
  which: (remote: Remote) => boolean,
): Promise<CleanUpReport> {
  const session = await openAws(ctx, values)
  const chosen = (remote: Remote): boolean => OWN.includes(remote.kind) && which(remote)
  const own = await deleteEach({ journal, which: chosen, signal: ctx.signal }, async (remote) => {
    await remove(ctx, session, remote)
    return null
  }).finally(() => session.destroy())
  const objects = await cleanUpS3(ctx, values, journal, (remote) => !OWN.includes(remote.kind) && which(remote))
  return { left: [...own.left, ...objects.left] }
}

async function remove(ctx: CloudContext, session: AwsSession, remote: Remote): Promise<void> {
  const { id, facts } = remote
  const send = async <T>(service: string, work: () => Promise<T>): Promise<T | undefined> =>
    retry(
      () =>
        once(session, ctx.signal, { service, what: `delete ${remote.label}` }, work).catch((thrown: unknown) => {
          if (thrown instanceof AppError && thrown.code === 'cloud-not-found') return undefined
          throw thrown
        }),
      { signal: ctx.signal },
    )
  const region = facts.region ?? session.region
  const ec2 = session.ec2(region)
  const deleteSnapshot = (SnapshotId: string) => send('Amazon EC2', () => ec2.send(new DeleteSnapshotCommand({ SnapshotId })))

  if (remote.kind === 'image') {
    const which =
      facts.image === undefined
        ? { Owners: ['self'], Filters: [{ Name: `tag:${UPLOAD_TAG}`, Values: [facts.token ?? ''] }] }
        : { ImageIds: [facts.image] }
    const found = await send('Amazon EC2', () => ec2.send(new DescribeImagesCommand(which)))
    for (const image of found?.Images ?? []) {
      await send('Amazon EC2', () => ec2.send(new DeregisterImageCommand({ ImageId: image.ImageId ?? '' })))
      // A copy has a snapshot of its own that no other line of the journal names.
      for (const snapshot of snapshotsOf(image)) await deleteSnapshot(snapshot)
    }
  } else if (remote.kind === 'snapshot') {
    if (id.startsWith('snap-')) await deleteSnapshot(id)
    else {
      const token = id.replace(/^upload /, '')
      const tagged = new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [{ Name: `tag:${UPLOAD_TAG}`, Values: [token] }] })
      const found = await send('Amazon EC2', () => ec2.send(tagged))
      for (const { SnapshotId = '' } of found?.Snapshots ?? []) await deleteSnapshot(SnapshotId)
    }
  } else {
    const which = id.startsWith('import-snap-')
      ? { ImportTaskIds: [id] }
      : { Filters: [{ Name: `tag:${UPLOAD_TAG}`, Values: [facts.token ?? ''] }] }
    const found = await send('Amazon EC2', () => ec2.send(new DescribeImportSnapshotTasksCommand(which)))
    for (const { ImportTaskId = '', SnapshotTaskDetail } of found?.ImportSnapshotTasks ?? []) {
      if (SnapshotTaskDetail?.SnapshotId !== undefined) await deleteSnapshot(SnapshotTaskDetail.SnapshotId)
      else if (SnapshotTaskDetail?.Status === 'active')
        await send('Amazon EC2', () => ec2.send(new CancelImportTaskCommand({ ImportTaskId })))
    }
  }
}
