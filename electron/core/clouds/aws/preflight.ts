import { DescribeImagesCommand, DescribeRegionsCommand, CopyImageCommand, RegisterImageCommand } from '@aws-sdk/client-ec2'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { awsMethod } from '#shared/clouds/forms/aws-fields'
import type { FieldValues } from '#shared/clouds/field'
import { listOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { CloudContext } from '../cloud-provider.js'
import { once, type Question } from './ask-aws.js'
import { signInCommand } from './aws-failure.js'
import { type AwsSession, openAws } from './aws-session.js'
import { checkImport } from './check-import.js'
import { checkQuotas } from './check-quotas.js'
import { dryRun, failedRow, type PreflightWork, tried } from './check-rows.js'
import { registration } from './register-image.js'

/** AWS refuses what was signed with a clock that is more than five minutes off (Signature Version 4, "Troubleshooting"). */
const MOST_SKEW_SECONDS = 300
const WORTH_TELLING_SECONDS = 30
/** Exists nowhere: whether one may do it is looked at before whether it is there. */
const NO_SNAPSHOT = 'snap-00000000000000000'
const NO_IMAGE = 'ami-00000000000000000'

/** What has to be asked at AWS before anything is sent. */
export async function preflightAws(ctx: CloudContext, values: FieldValues, facts: SourceFacts): Promise<readonly CheckRow[]> {
  let session: AwsSession
  try {
    session = await openAws(ctx, values)
  } catch (thrown) {
    return [failedRow('credentials', 'Credentials', thrown)]
  }
  const opened = session
  const send = <T>(question: Question, work: () => Promise<T>): Promise<T> => once(opened, ctx.signal, question, work)
  const work: PreflightWork = { session, values, facts, send }
  try {
    const credentials = await checkCredentials(work)
    const clock = checkClock(session.clockAhead())
    if (credentials.state === 'error') return [credentials, ...clock]
    const rest = await Promise.all([
      tried('region', 'Region', () => checkRegions(work)),
      tried('permission', 'Permission', () => checkPermission(work)),
      tried('conflict', 'Name', () => checkNames(work)),
      checkQuotas(ctx, work),
      ...(awsMethod(values) === 's3' ? [tried('bucket', 'Bucket', () => checkImport(ctx, work))] : []),
    ])
    return [credentials, ...clock, ...rest.flat()]
  } finally {
    session.destroy()
  }
}

async function checkCredentials({ session, send }: PreflightWork): Promise<CheckRow> {
  const base = { code: 'credentials', title: 'Credentials', field: 'profile' }
  try {
    const { Account, Arn } = await send({ service: 'AWS', what: 'sign in' }, () => session.sts().send(new GetCallerIdentityCommand({})))
    const isRoot = Arn?.endsWith(':root') === true
    return {
      ...base,
      state: isRoot ? 'warning' : 'ok',
      found: `Account ${Account ?? ''}, ${Arn ?? ''}${isRoot ? ': the root user cannot pass roles' : ''}`,
    }
  } catch (thrown) {
    const row = failedRow('credentials', 'Credentials', thrown)
    const isOver = thrown instanceof AppError && thrown.code === 'sign-in-expired'
    return { ...row, field: 'profile', ...(isOver ? { fix: { kind: 'command', command: signInCommand(session.profile) } } : {}) }
  }
}

function checkClock(ahead: number | null): CheckRow[] {
  if (ahead === null) return []
  const off = Math.abs(ahead)
  if (off <= WORTH_TELLING_SECONDS) return [{ code: 'clock', title: 'Clock', state: 'ok', found: 'Agrees with that of AWS' }]
  const found = `It is ${off} seconds ${ahead > 0 ? 'behind' : 'ahead of'} that of AWS`
  return [
    {
      code: 'clock',
      title: 'Clock',
      state: off > MOST_SKEW_SECONDS ? 'error' : 'warning',
      found,
      fix: { kind: 'command', command: 'timedatectl set-ntp true' },
    },
  ]
}

async function checkRegions({ session, values, send }: PreflightWork): Promise<readonly CheckRow[]> {
  const { Regions = [] } = await send({ service: 'Amazon EC2', what: 'list regions' }, () =>
    session.ec2().send(new DescribeRegionsCommand({ AllRegions: true })),
  )
  const usable = new Set(Regions.filter(({ OptInStatus }) => OptInStatus !== 'not-opted-in').map(({ RegionName }) => RegionName))
  const wanted = [['region', session.region] as const, ...listOf(values, 'copyTo').map((name) => ['copyTo', name] as const)]
  return wanted.map(([field, name]): CheckRow => {
    if (usable.has(name)) return { code: 'region', title: 'Region', state: 'ok', found: `${name} is open to this account`, field }
    const isKnown = Regions.some(({ RegionName }) => RegionName === name)
    const found = isKnown ? `${name} is not enabled for this account` : `There is no region ${name}`
    return { code: 'region', title: 'Region', state: 'error', found, field }
  })
}

async function checkPermission(work: PreflightWork): Promise<readonly CheckRow[]> {
  const { session, values, facts } = work
  const register = new RegisterImageCommand({ ...registration(values, facts, NO_SNAPSHOT, 'check'), DryRun: true })
  const rows = [await dryRun(work, 'register images', () => session.ec2().send(register))]
  for (const region of listOf(values, 'copyTo')) {
    const copy = new CopyImageCommand({ Name: textOf(values, 'name'), SourceImageId: NO_IMAGE, SourceRegion: session.region, DryRun: true })
    rows.push(await dryRun(work, `copy images to ${region}`, () => session.ec2(region).send(copy)))
  }
  if (awsMethod(values) === 'ebs') {
    rows.push({
      code: 'permission-blocks',
      title: 'Permission',
      state: 'info',
      found:
        'Whether this account may write snapshots (ebs:StartSnapshot, ebs:PutSnapshotBlock, ebs:CompleteSnapshot) is only found out by doing it',
    })
  }
  return rows
}

async function checkNames({ session, values, send }: PreflightWork): Promise<readonly CheckRow[]> {
  const name = textOf(values, 'name')
  const question = { service: 'Amazon EC2', what: 'look at images' }
  const rows: CheckRow[] = []
  for (const region of [session.region, ...listOf(values, 'copyTo')]) {
    const command = new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'name', Values: [name] }] })
    const { Images = [] } = await send(question, () => session.ec2(region).send(command))
    if (Images.length === 0) continue
    const found = `${region} has an image of that name already: ${Images.map(({ ImageId }) => ImageId).join(', ')}`
    rows.push({ code: 'conflict', title: 'Name', state: 'error', found, field: 'name' })
  }
  return rows.length > 0 ? rows : [{ code: 'conflict', title: 'Name', state: 'ok', found: `${name} is free`, field: 'name' }]
}
