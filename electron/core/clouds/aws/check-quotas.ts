import {
  DescribeImagesCommand,
  type DescribeImagesCommandOutput,
  DescribeSnapshotsCommand,
  type DescribeSnapshotsCommandOutput,
} from '@aws-sdk/client-ec2'
import { listOf, textOf } from '#shared/clouds/read-values'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { toAppError } from '#shared/errors/app-error'
import type { CloudContext } from '../cloud-provider.js'
import type { PreflightWork } from './check-rows.js'
import { endpointOf, findProfile } from './profiles.js'
import { signedPost } from './signed-post.js'

/** A limit by its code ("Quotas for Amazon EBS" and "Amazon EC2 quotas": the pages link each by its code), and how it is counted. */
interface Quota {
  readonly service: 'ebs' | 'ec2'
  readonly code: string
  readonly noun: string
  readonly count: (work: PreflightWork, region: string) => Promise<Count>
}

interface Count {
  readonly counted: number
  /** There are more that were not counted. */
  readonly more: boolean
}

const QUOTAS: readonly Quota[] = [
  { service: 'ebs', code: 'L-309BACF6', noun: 'snapshot', count: countSnapshots },
  { service: 'ec2', code: 'L-B665C33B', noun: 'image', count: countImages },
]
/** Both lists come in pages of 1000 at most; an account with more of them than this waits for its plan long enough. */
const PAGE = 1000
const MOST_PAGES = 5
/** From here on it is told before it is felt. */
const ALMOST = 0.9

/** Whether each region has room for one more snapshot and image. Where this account may not ask, that is said and nothing is refused. */
export async function checkQuotas(ctx: CloudContext, work: PreflightWork): Promise<readonly CheckRow[]> {
  const regions = [work.session.region, ...listOf(work.values, 'copyTo')]
  return Promise.all(regions.flatMap((region) => QUOTAS.map((quota) => checkQuota(ctx, work, region, quota))))
}

async function checkQuota(ctx: CloudContext, work: PreflightWork, region: string, quota: Quota): Promise<CheckRow> {
  const row = { code: 'quota', title: 'Quota' }
  try {
    const limit = await limitOf(ctx, work, region, quota)
    if (limit === null) {
      return {
        ...row,
        state: 'info',
        found: `This account may not ask how many ${quota.noun}s it may have in ${region} (servicequotas:GetServiceQuota)`,
      }
    }
    const { counted, more } = await quota.count(work, region)
    const found = `${more ? 'More than ' : ''}${counted} of ${limit} ${quota.noun}s are there in ${region}`
    if (counted >= limit) return { ...row, state: 'error', found }
    return { ...row, state: counted >= limit * ALMOST ? 'warning' : 'ok', found }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    return { ...row, state: 'info', found: `How many ${quota.noun}s this account may have in ${region} could not be found out` }
  }
}

/** The value that holds for the account; the usual one where that is not told. Null where this account may not ask. */
async function limitOf(ctx: CloudContext, work: PreflightWork, region: string, quota: Quota): Promise<number | null> {
  for (const operation of ['GetServiceQuota', 'GetAWSDefaultServiceQuota']) {
    const { status, body } = await ask(ctx, work, region, operation, quota)
    const text = body.toString('utf8')
    const { Quota: told } = JSON.parse(text) as { readonly Quota?: { readonly Value?: number } }
    if (status === 200 && told?.Value !== undefined) return told.Value
    if (text.includes('AccessDeniedException')) return null
    if (!text.includes('NoSuchResourceException')) break
  }
  throw new Error('Service Quotas does not tell it')
}

/** Service Quotas API reference; the protocol is JSON 1.1. */
async function ask(
  ctx: CloudContext,
  { session, values }: PreflightWork,
  region: string,
  operation: string,
  { service, code }: Quota,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const { env } = ctx.host
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const own = endpointOf('service_quotas', env, await findProfile(env, textOf(values, 'profile')))
  return signedPost(ctx, values, session, {
    title: 'AWS Service Quotas',
    service: 'servicequotas',
    region,
    url: new URL(own ?? `https://servicequotas.${region}.${suffix}`),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `ServiceQuotasV20190624.${operation}` },
    body: JSON.stringify({ ServiceCode: service, QuotaCode: code }),
  })
}

function countSnapshots({ session, send }: PreflightWork, region: string): Promise<Count> {
  return countPages(async (NextToken) => {
    const command = new DescribeSnapshotsCommand({
      OwnerIds: ['self'],
      MaxResults: PAGE,
      ...(NextToken === undefined ? {} : { NextToken }),
    })
    const page: DescribeSnapshotsCommandOutput = await send({ service: 'Amazon EC2', what: 'look at snapshots' }, () =>
      session.ec2(region).send(command),
    )
    return { found: page.Snapshots?.length ?? 0, next: page.NextToken }
  })
}

function countImages({ session, send }: PreflightWork, region: string): Promise<Count> {
  return countPages(async (NextToken) => {
    const command = new DescribeImagesCommand({
      Owners: ['self'],
      IncludeDeprecated: true,
      MaxResults: PAGE,
      ...(NextToken === undefined ? {} : { NextToken }),
    })
    const page: DescribeImagesCommandOutput = await send({ service: 'Amazon EC2', what: 'look at images' }, () =>
      session.ec2(region).send(command),
    )
    return { found: page.Images?.length ?? 0, next: page.NextToken }
  })
}

async function countPages(
  look: (next: string | undefined) => Promise<{ readonly found: number; readonly next: string | undefined }>,
): Promise<Count> {
  let counted = 0
  let next: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const seen = await look(next)
    counted += seen.found
    next = seen.next
    if (next === undefined || next === '') return { counted, more: false }
  }
  return { counted, more: true }
}
