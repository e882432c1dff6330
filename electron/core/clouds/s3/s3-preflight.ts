import { HeadBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import { s3Keys, s3Layout } from '#shared/clouds/forms/s3-layout'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { type AppError, toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { signInCommand } from '../aws/aws-failure.js'
import { readProfiles } from '../aws/profiles.js'
import type { CloudContext } from '../cloud-provider.js'
import { openS3, type S3Access } from './s3-client.js'
import { headObject } from './s3-objects.js'

export async function choicesOfS3(ctx: CloudContext, field: string, values: FieldValues): Promise<readonly FieldChoice[]> {
  if (field === 'profile') return (await readProfiles(ctx.host.env)).map(({ name }) => ({ value: name, label: name }))
  if (field !== 'bucket') return []
  const access = await openS3(ctx, values)
  try {
    const { Buckets = [] } = await access.askPatiently({ what: 'list the buckets', field }, (client, options) =>
      client.send(new ListBucketsCommand({}), options),
    )
    return Buckets.flatMap(({ Name }) => (Name === undefined ? [] : [{ value: Name, label: Name }]))
  } finally {
    access.close()
  }
}

/** What the service says before anything is sent. */
export async function preflightS3(ctx: CloudContext, values: FieldValues, facts: SourceFacts): Promise<readonly CheckRow[]> {
  const rows: CheckRow[] = []
  let access: S3Access
  try {
    access = await openS3(ctx, values)
  } catch (thrown) {
    return [failed(thrown, 'credentials', 'Account', 'profile')]
  }
  try {
    const isThere = await bucketRows(access, values, rows)
    if (isThere) await nameRows(ctx, access, { values, facts, rows })
    return rows
  } finally {
    access.close()
  }
}

async function bucketRows(access: S3Access, values: FieldValues, rows: CheckRow[]): Promise<boolean> {
  const Bucket = textOf(values, 'bucket')
  try {
    await access.askPatiently({ what: `use the bucket ${Bucket}`, field: 'bucket' }, (client, options) =>
      client.send(new HeadBucketCommand({ Bucket }), options),
    )
    rows.push({ code: 'credentials', title: 'Credentials', state: 'ok', found: `${access.service} takes them` })
    rows.push({ code: 'bucket', title: 'Bucket', state: 'ok', found: `${Bucket} is there` })
    return true
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw thrown
    if (error.code !== 'cloud-not-found') {
      rows.push(failed(error, 'credentials', 'Credentials', textOf(values, 'accessKey') === '' ? 'profile' : 'accessKey'))
      return false
    }
    rows.push({ code: 'credentials', title: 'Credentials', state: 'ok', found: `${access.service} takes them` })
    if (flagOf(values, 'createBucket')) {
      rows.push({ code: 'bucket', title: 'Bucket', state: 'info', found: `${Bucket} is not there and will be made`, field: 'bucket' })
    } else {
      const fix = { kind: 'set', field: 'createBucket', value: true, label: 'Have it made' } as const
      rows.push({
        code: 'bucket',
        title: 'Bucket',
        state: 'error',
        found: `${Bucket} is not there, or this account may not see it`,
        field: 'bucket',
        fix,
      })
    }
    return false
  }
}

interface NameCheck {
  readonly values: FieldValues
  readonly facts: SourceFacts
  readonly rows: CheckRow[]
}

async function nameRows(ctx: CloudContext, access: S3Access, { values, facts, rows }: NameCheck): Promise<void> {
  const bucket = textOf(values, 'bucket')
  const there: string[] = []
  try {
    for (const [, key] of s3Keys(values, facts)) {
      if ((await headObject({ access, signal: ctx.signal, through: (work) => work() }, { bucket, key })) !== null) there.push(key)
    }
  } catch (thrown) {
    rows.push(failed(thrown, 'name', 'Name', 'key'))
    return
  }
  rows.push(nameRow(there, values, s3Layout(values, facts) !== 'object'))
}

function nameRow(there: readonly string[], values: FieldValues, isNetboot: boolean): CheckRow {
  const field = isNetboot ? 'tag' : 'key'
  const base = { code: 'name', title: 'Name', field }
  if (there.length === 0) return { ...base, state: 'ok', found: 'Nothing has the name yet' }
  const names = there.join(', ')
  if (flagOf(values, 'overwrite')) return { ...base, state: 'warning', found: `Will be replaced: ${names}` }
  if (isNetboot)
    return { ...base, state: 'warning', found: `There already: ${names}. The same content is left as it is; other content is refused.` }
  return {
    ...base,
    state: 'error',
    found: `There already: ${names}`,
    fix: { kind: 'set', field: 'overwrite', value: true, label: 'Replace it' },
  }
}

function failed(thrown: unknown, code: string, title: string, field: string): CheckRow {
  const error: AppError = toAppError(thrown)
  const words = describeError(error.data)
  const command = error.code === 'sign-in-expired' ? { fix: { kind: 'command' as const, command: signInCommand('') } } : {}
  return {
    code: error.code === 'clock-skewed' ? 'clock' : code,
    title,
    state: 'error',
    found: `${words.title}. ${words.detail}`,
    field,
    ...command,
  }
}
