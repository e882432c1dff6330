import { ImportSnapshotCommand } from '@aws-sdk/client-ec2'
import { HeadBucketCommand } from '@aws-sdk/client-s3'
import { textOf } from '#shared/clouds/read-values'
import type { CheckRow } from '#shared/clouds/upload-plan'
import type { CloudContext } from '../cloud-provider.js'
import { dryRun, type PreflightWork } from './check-rows.js'
import { findRole } from './find-role.js'

/** What an import over S3 needs beside: the bucket in the same region, and the right to import. */
export async function checkImport(ctx: CloudContext, work: PreflightWork): Promise<readonly CheckRow[]> {
  const { session, values, send } = work
  const bucket = textOf(values, 'bucket')
  const { BucketRegion } = await send({ service: 'Amazon S3', what: `use bucket ${bucket}`, field: 'bucket' }, () =>
    session.s3().send(new HeadBucketCommand({ Bucket: bucket })),
  )
  const isHere = BucketRegion === undefined || BucketRegion === session.region
  const found = isHere ? `${bucket} is in ${session.region}` : `${bucket} is in ${BucketRegion}; it has to be in ${session.region}`
  const place: CheckRow = { code: 'bucket', title: 'Bucket', state: isHere ? 'ok' : 'error', found, field: 'bucket' }
  const disk = { Format: textOf(values, 'format'), UserBucket: { S3Bucket: bucket, S3Key: 'check' } }
  const command = new ImportSnapshotCommand({ DiskContainer: disk, RoleName: textOf(values, 'role'), DryRun: true })
  return [place, await checkRole(ctx, work), await dryRun(work, 'import snapshots', () => session.ec2().send(command))]
}

async function checkRole(ctx: CloudContext, { session, values }: PreflightWork): Promise<CheckRow> {
  const role = textOf(values, 'role')
  const row = { code: 'role', title: 'Role of VM Import', field: 'role' }
  const state = await findRole(ctx, values, session, role).catch(() => 'unknown' as const)
  if (state === 'there') return { ...row, state: 'ok', found: `${role} is there; it has to be able to read the bucket` }
  if (state === 'unknown') return { ...row, state: 'info', found: `Whether there is a role ${role} could not be looked at` }
  const guide = 'the VM Import/Export user guide says how to make it ("Required service role")'
  return { ...row, state: 'error', found: `There is no role ${role}; ${guide}` }
}
