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

export function resultOf({ run, access }: Asking, { objects, verified, sentBytes, manifestKey }: SentObjects): UploadResult {
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
  const isObject = s3Layout(run.values, run.facts) === 'object'
  const hours = numberOf(run.values, 'linkHours') ?? 0
  const next: UploadResult['next'] = isObject
    ? [
        {
          title: 'Take it down again',
          command: shellLine(['aws', ...accountWords(run.values), 's3', 'cp', `s3://${bucket}/${first}`, '.']),
          url: null,
        },
        {
          title: 'Make a link that needs no account',
          command: shellLine(['aws', ...accountWords(run.values), 's3', 'presign', `s3://${bucket}/${first}`]),
          url: null,
        },
      ]
    : netbootSnippets(
        run.values,
        (key) => bootUrl(run.values, access, bucket, key),
        Object.fromEntries(objects.map(({ role, key }) => [role, key])),
      )
  const share = isObject && hours > 0 ? { share: { resource: first, hours } } : {}
  return { resources, verified, next, ...share, temporary: [], sentBytes, skippedBytes: 0 }
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
