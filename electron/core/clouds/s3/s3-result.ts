import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from './sha256.js'
import { netbootSnippets } from '#shared/clouds/forms/s3-netboot'
import { type S3Role, s3Layout } from '#shared/clouds/forms/s3-layout'
import { accountWords } from '#shared/clouds/forms/s3-commands'
import { numberOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { shellLine } from '#shared/text/shell-quote'
import type { S3Access } from './s3-client.js'
import type { Asking } from './s3-objects.js'

export interface SentObject {
  readonly role: S3Role
  readonly bucket: string
  readonly key: string
  readonly bytes: number
  /** Hexadecimal; null where it was not computed. */
  readonly sha256: string | null
}

export interface SentObjects {
  readonly objects: readonly SentObject[]
  readonly verified: 'md5' | 'size'
  readonly sentBytes: number
  readonly manifestKey?: string
}

export async function resultOf({ run, access }: Asking, { objects, verified, sentBytes, manifestKey }: SentObjects): Promise<UploadResult> {
  const bucket = textOf(run.values, 'bucket')
  const named = [
    ...objects.map(({ role, key }) => ({ role, key })),
    ...(manifestKey === undefined ? [] : [{ role: 'manifest' as const, key: manifestKey }]),
  ]
  const resources = named.map(({ key }) => ({
    kind: 'object',
    id: `s3://${bucket}/${key}`,
    name: key,
    url: consoleUrl(access, bucket, key) ?? objectUrl(access, bucket, key),
  }))
  const first = objects[0]?.key ?? ''
  const next: UploadResult['next'] =
    s3Layout(run.values, run.facts) === 'object'
      ? [
          {
            title: 'Take it down again',
            command: shellLine(['aws', ...accountWords(run.values), 's3', 'cp', `s3://${bucket}/${first}`, '.']),
            url: null,
          },
          ...(await linkOf(run.values, access, bucket, first)),
        ]
      : netbootSnippets(
          run.values,
          (key) => bootUrl(run.values, access, bucket, key),
          Object.fromEntries(objects.map(({ role, key }) => [role, key])),
        )
  return { resources, verified, next, temporary: [], sentBytes, skippedBytes: 0 }
}

function bootUrl(values: Asking['run']['values'], access: S3Access, bucket: string, key: string): string {
  const base = textOf(values, 'bootUrl').replace(/\/+$/, '')
  return base === '' ? objectUrl(access, bucket, key) : `${base}/${pathOf(key)}`
}

export function objectUrl({ place }: Pick<S3Access, 'place'>, bucket: string, key: string): string {
  const base = new URL(place.endpoint ?? `https://s3.${place.region}.amazonaws.com`)
  const root = base.pathname.replace(/\/+$/, '')
  return place.pathStyle
    ? `${base.origin}${root}/${bucket}/${pathOf(key)}`
    : `${base.protocol}//${bucket}.${base.host}${root}/${pathOf(key)}`
}

function pathOf(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

function consoleUrl({ place }: S3Access, bucket: string, key: string): string | null {
  if (place.endpoint !== null) return null
  return `https://${place.region}.console.aws.amazon.com/s3/object/${bucket}?region=${place.region}&prefix=${encodeURIComponent(key)}`
}

/** A link that needs no account, good for the hours that the user asked for: whoever has it may read the object. */
async function linkOf(values: Asking['run']['values'], access: S3Access, bucket: string, key: string): Promise<UploadResult['next']> {
  const hours = numberOf(values, 'linkHours') ?? 0
  const seconds = hours * 3600
  const byTool = {
    title: 'Make a link that needs no account',
    command: shellLine(['aws', ...accountWords(values), 's3', 'presign', `s3://${bucket}/${key}`]),
    url: null,
  }
  if (hours <= 0) return [byTool]
  const url = new URL(objectUrl(access, bucket, key))
  const signer = new SignatureV4({
    credentials: await access.credentials(),
    region: access.place.region,
    service: 's3',
    sha256: Sha256,
    // S3 signs names as they are sent.
    uriEscapePath: false,
  })
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      // A link signs no content.
      headers: { host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    },
    { expiresIn: seconds },
  )
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
  return [{ title: `Link that needs no account, for ${hours} hours`, command: null, url: url.href }]
}
