import { createHash } from 'node:crypto'
import { newId } from './aws-state.js'
import type { Answer } from './ebs-service.js'
import { escapeXml } from './models.js'
import type { SignedRequest } from './sigv4.js'

const LEAST_PART = 5 * 1024 ** 2

interface Upload {
  readonly bucket: string
  readonly key: string
  /** `x-amz-meta-…` of the request that began it. */
  readonly metadata: Readonly<Record<string, string>>
  readonly parts: Map<number, Buffer>
}

/** A bucket's objects and the multipart uploads to it, as far as an import needs them (Amazon S3 API reference). */
export class S3Objects {
  readonly buckets: Map<string, Map<string, Buffer>>
  readonly uploads = new Map<string, Upload>()
  received = 0

  constructor(
    buckets: readonly string[],
    private readonly region: string,
  ) {
    this.buckets = new Map(buckets.map((name) => [name, new Map<string, Buffer>()]))
  }

  read(bucket: string, key: string): Buffer | null {
    return this.buckets.get(bucket)?.get(key) ?? null
  }

  things(): string[] {
    const objects = [...this.buckets].flatMap(([bucket, keys]) => [...keys.keys()].map((key) => `${bucket}/${key}`))
    return [...objects, ...[...this.uploads.values()].map(({ bucket, key }) => `upload of ${bucket}/${key}`)]
  }

  answer(request: SignedRequest): Answer {
    const url = new URL(request.target, 'http://server')
    const [bucket = '', ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent)
    const key = rest.join('/')
    const objects = this.buckets.get(bucket)
    if (bucket === '') return this.listBuckets()
    if (objects === undefined) return s3Problem(404, 'NoSuchBucket', 'The specified bucket does not exist')
    if (key === '') return this.onBucket(request, url, bucket)
    const uploadId = url.searchParams.get('uploadId')
    if (url.searchParams.has('uploads') && request.method === 'POST') return this.begin(request, bucket, key)
    if (uploadId !== null) return this.onUpload(request, url, uploadId)
    return this.onObject(request, objects, key)
  }

  private listBuckets(): Answer {
    const names = [...this.buckets.keys()].map((name) => `<Bucket><Name>${name}</Name></Bucket>`).join('')
    return xml(200, `<ListAllMyBucketsResult><Buckets>${names}</Buckets></ListAllMyBucketsResult>`)
  }

  private onBucket({ method }: SignedRequest, url: URL, bucket: string): Answer {
    if (method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': this.region }, body: '' }
    if (url.searchParams.has('location')) return xml(200, `<LocationConstraint>${this.region}</LocationConstraint>`)
    if (url.searchParams.has('uploads')) {
      const own = [...this.uploads].filter(([, upload]) => upload.bucket === bucket)
      const items = own.map(([id, { key }]) => `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></Upload>`).join('')
      return xml(
        200,
        `<ListMultipartUploadsResult><Bucket>${bucket}</Bucket>${items}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
      )
    }
    return s3Problem(501, 'NotImplemented', 'This test server does not do that')
  }

  private begin({ headers }: SignedRequest, bucket: string, key: string): Answer {
    const id = newId()
    this.uploads.set(id, { bucket, key, metadata: metadataOf(headers), parts: new Map() })
    const inside = `<Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId>`
    return xml(200, `<InitiateMultipartUploadResult>${inside}</InitiateMultipartUploadResult>`)
  }

  private onUpload({ method, headers, body }: SignedRequest, url: URL, id: string): Answer {
    const upload = this.uploads.get(id)
    if (upload === undefined) return s3Problem(404, 'NoSuchUpload', 'The specified multipart upload does not exist')
    if (method === 'DELETE') {
      this.uploads.delete(id)
      return { status: 204, body: '' }
    }
    if (method === 'PUT') {
      const number = Number(url.searchParams.get('partNumber'))
      if (!Number.isInteger(number) || number < 1 || number > 10_000)
        return s3Problem(400, 'InvalidArgument', 'Part numbers are 1 to 10000')
      const bad = digestProblem(headers, body)
      if (bad !== null) return bad
      upload.parts.set(number, body)
      this.received += body.length
      return { status: 200, headers: { etag: etagOf(body) }, body: '' }
    }
    if (method === 'GET') {
      const parts = [...upload.parts].toSorted(([a], [b]) => a - b)
      const items = parts.map(
        ([number, bytes]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etagOf(bytes))}</ETag><Size>${bytes.length}</Size></Part>`,
      )
      return xml(200, `<ListPartsResult><UploadId>${id}</UploadId><IsTruncated>false</IsTruncated>${items.join('')}</ListPartsResult>`)
    }
    return this.finish(upload, id, body)
  }

  private finish(upload: Upload, id: string, body: Buffer): Answer {
    const named = [...body.toString('utf8').matchAll(/<Part>([\s\S]*?)<\/Part>/g)].map(([, inside = '']) => ({
      number: Number(/<PartNumber>(\d+)</.exec(inside)?.[1]),
      etag: (/<ETag>([^<]*)</.exec(inside)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&#34;', '"'),
    }))
    const pieces: Buffer[] = []
    for (const [at, { number, etag }] of named.entries()) {
      const bytes = upload.parts.get(number)
      if (bytes === undefined || etagOf(bytes).replaceAll('"', '') !== etag.replaceAll('"', '')) {
        return s3Problem(400, 'InvalidPart', 'One or more of the specified parts could not be found')
      }
      if (number <= (named[at - 1]?.number ?? 0)) return s3Problem(400, 'InvalidPartOrder', 'The list of parts was not in ascending order')
      if (at < named.length - 1 && bytes.length < LEAST_PART) return s3Problem(400, 'EntityTooSmall', 'A part is smaller than 5 MiB')
      pieces.push(bytes)
    }
    this.buckets.get(upload.bucket)?.set(upload.key, Buffer.concat(pieces))
    this.uploads.delete(id)
    const tag = `"${createHash('md5')
      .update(Buffer.concat(pieces.map(md5)))
      .digest('hex')}-${pieces.length}"`
    this.etags.set(`${upload.bucket}/${upload.key}`, tag)
    this.metadata.set(`${upload.bucket}/${upload.key}`, upload.metadata)
    const inside = `<Bucket>${upload.bucket}</Bucket><Key>${escapeXml(upload.key)}</Key><ETag>${escapeXml(tag)}</ETag>`
    return xml(200, `<CompleteMultipartUploadResult>${inside}</CompleteMultipartUploadResult>`)
  }

  private readonly etags = new Map<string, string>()
  private readonly metadata = new Map<string, Readonly<Record<string, string>>>()

  private onObject({ method, headers, body, target }: SignedRequest, objects: Map<string, Buffer>, key: string): Answer {
    const found = objects.get(key)
    const name = decodeURIComponent(new URL(target, 'http://server').pathname.slice(1))
    if (method === 'PUT') {
      const bad = digestProblem(headers, body)
      if (bad !== null) return bad
      objects.set(key, body)
      this.metadata.set(name, metadataOf(headers))
      this.etags.delete(name)
      this.received += body.length
      return { status: 200, headers: { etag: etagOf(body) }, body: '' }
    }
    if (method === 'DELETE') {
      objects.delete(key)
      return { status: 204, body: '' }
    }
    if (found === undefined) return s3Problem(404, method === 'HEAD' ? 'NotFound' : 'NoSuchKey', 'The specified key does not exist.')
    const etag = this.etags.get(name) ?? etagOf(found)
    if (method === 'HEAD')
      return { status: 200, headers: { etag, 'content-length': String(found.length), ...this.metadata.get(name) }, body: '' }
    return { status: 200, headers: { etag }, body: found }
  }
}

export function s3Problem(status: number, code: string, message: string): Answer {
  return xml(
    status,
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${newId()}</RequestId></Error>`,
  )
}

function digestProblem(headers: Readonly<Record<string, string>>, body: Buffer): Answer | null {
  const told = headers['content-md5']
  if (told !== undefined && told !== md5(body).toString('base64'))
    return s3Problem(400, 'BadDigest', 'The Content-MD5 you specified did not match')
  return null
}

function metadataOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-')))
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest()
}

function etagOf(bytes: Buffer): string {
  return `"${md5(bytes).toString('hex')}"`
}

function xml(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/xml' }, body }
}
