import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type Answer, bodyOf, type Bucket, type Call, need, newEtag, type OciState, pageOf, Refused, type Upload } from './state.js'

/** Source: Oracle Cloud, "Using Multipart Uploads": 10 MiB at least, the last part excepted, 50 GiB at most, 10,000 parts. */
const MIN_PART = 10 * 1024 ** 2
const MAX_PARTS = 10_000

/** Object Storage, as its API reference has it: `/n/{namespace}/b/{bucket}/…`. */
export function storageAnswer(state: OciState, call: Call): Answer {
  const [, namespace, b, bucketName, kind, ...rest] = call.path
  if (namespace === undefined || namespace === '') return { json: state.namespace }
  if (namespace !== state.namespace) throw new Refused(404, 'NamespaceNotFound', `Namespace ${namespace} not found`)
  if (b !== 'b') throw notThere(call)
  if (bucketName === undefined) return buckets(state, call)
  const bucket = state.buckets.get(bucketName)
  if (bucket === undefined)
    throw new Refused(
      404,
      'BucketNotFound',
      `Either the bucket named '${bucketName}' does not exist in the namespace '${namespace}' or you are not authorized to access it`,
    )
  const name = rest.join('/')
  if (kind === undefined) return oneBucket(state, call, bucket)
  if (kind === 'u') return name === '' ? uploads(state, call, bucket) : oneUpload(state, call, bucket, name)
  if (kind === 'o') return oneObject(call, bucket, name)
  if (kind === 'p') return links(state, call, bucket, name)
  throw notThere(call)
}

/** What a pre-authenticated link leads to: `/p/{secret}/n/{namespace}/b/{bucket}/o/{object}`, without a signature. */
export function linkedObject(state: OciState, path: readonly string[]): Buffer | null {
  const [p, secret, , namespace, , bucketName = '', , ...rest] = path
  const bucket = state.buckets.get(bucketName)
  if (p !== 'p' || namespace !== state.namespace || bucket === undefined) return null
  const link = [...bucket.links.values()].find((one) => one.secret === secret && one.objectName === rest.join('/'))
  return link === undefined ? null : (bucket.objects.get(link.objectName)?.bytes ?? null)
}

function notThere(call: Call): Refused {
  return new Refused(404, 'NotAuthorizedOrNotFound', `There is no ${call.method} ${call.path.join('/')}`)
}

function buckets(state: OciState, call: Call): Answer {
  if (call.method === 'GET') {
    const compartment = need(call, 'compartmentId')
    const found = [...state.buckets.values()].filter((one) => one.compartmentId === compartment)
    return pageOf(
      state,
      call,
      found.map(({ name, compartmentId }) => ({ name, compartmentId, namespace: state.namespace })),
    )
  }
  if (call.method !== 'POST') throw notThere(call)
  const details = bodyOf<{ name: string; compartmentId: string; freeformTags?: Record<string, string> }>(state, call, 'CreateBucketDetails')
  if (state.buckets.has(details.name))
    throw new Refused(
      409,
      'BucketAlreadyExists',
      `Either the bucket '${details.name}' already exists or you are not authorized to create it`,
    )
  addBucket(state, details.name, details.compartmentId, details.freeformTags)
  return { json: { name: details.name, namespace: state.namespace, compartmentId: details.compartmentId } }
}

export function addBucket(state: OciState, name: string, compartmentId: string, freeformTags: Record<string, string> = {}): Bucket {
  const bucket: Bucket = { name, compartmentId, freeformTags, objects: new Map(), uploads: new Map(), links: new Map() }
  state.buckets.set(name, bucket)
  return bucket
}

function oneBucket(state: OciState, call: Call, bucket: Bucket): Answer {
  const { name, compartmentId, freeformTags } = bucket
  if (call.method === 'GET') return { json: { name, compartmentId, freeformTags, namespace: state.namespace } }
  if (call.method === 'HEAD') return {}
  if (call.method !== 'DELETE') throw notThere(call)
  if (bucket.objects.size + bucket.uploads.size + bucket.links.size > 0)
    throw new Refused(409, 'BucketNotEmpty', `Bucket named '${name}' is not empty`)
  state.buckets.delete(name)
  return { status: 204 }
}

function uploads(state: OciState, call: Call, bucket: Bucket): Answer {
  const shown = ({ uploadId, object, timeCreated }: Upload) => ({
    namespace: state.namespace,
    bucket: bucket.name,
    object,
    uploadId,
    timeCreated,
  })
  if (call.method === 'GET') return pageOf(state, call, [...bucket.uploads.values()].map(shown))
  if (call.method !== 'POST') throw notThere(call)
  const { object } = bodyOf<{ object: string }>(state, call, 'CreateMultipartUploadDetails')
  refuseTaken(call, bucket, object)
  const upload: Upload = { uploadId: randomUUID(), object, timeCreated: new Date().toISOString(), parts: new Map() }
  bucket.uploads.set(upload.uploadId, upload)
  return { json: shown(upload) }
}

function refuseTaken(call: Call, bucket: Bucket, object: string): void {
  if (call.headers['if-none-match'] === '*' && bucket.objects.has(object)) {
    throw new Refused(412, 'IfNoneMatchFailed', `The If-None-Match header is '*' but the object '${object}' exists`)
  }
}

function oneUpload(state: OciState, call: Call, bucket: Bucket, object: string): Answer {
  const upload = bucket.uploads.get(need(call, 'uploadId'))
  if (upload === undefined || upload.object !== object) throw new Refused(404, 'NoSuchUpload', 'No such upload')
  switch (call.method) {
    case 'PUT':
      return putPart(call, upload)
    case 'GET': {
      const parts = [...upload.parts.values()].toSorted((a, b) => a.partNumber - b.partNumber)
      return pageOf(
        state,
        call,
        parts.map(({ partNumber, etag, md5, size }) => ({ partNumber, etag, md5, size })),
      )
    }
    case 'POST':
      return commit(state, call, bucket, upload)
    case 'DELETE':
      bucket.uploads.delete(upload.uploadId)
      return { status: 204 }
    default:
      throw notThere(call)
  }
}

function putPart(call: Call, upload: Upload): Answer {
  const number = Number(need(call, 'uploadPartNum'))
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS)
    throw new Refused(400, 'InvalidUploadPart', 'The number of the part is not within 1 and 10000')
  const md5 = createHash('md5').update(call.body).digest('base64')
  const told = call.headers['content-md5']
  if (told !== undefined && told !== md5)
    throw new Refused(
      400,
      'UnmatchedContentMD5',
      `The computed MD5 of the request body (ACTUAL_MD5: ${md5}) does not match the Content-MD5 header (HEADER_MD5: ${told})`,
    )
  const etag = newEtag()
  upload.parts.set(number, { partNumber: number, etag, md5, size: call.body.length, bytes: call.body })
  return { headers: { etag, 'opc-content-md5': md5 } }
}

function commit(state: OciState, call: Call, bucket: Bucket, upload: Upload): Answer {
  const { partsToCommit } = bodyOf<{ partsToCommit: { partNum: number; etag: string }[] }>(state, call, 'CommitMultipartUploadDetails')
  refuseTaken(call, bucket, upload.object)
  const ordered = partsToCommit.toSorted((a, b) => a.partNum - b.partNum)
  const parts = ordered.map(({ partNum, etag }) => {
    const part = upload.parts.get(partNum)
    if (part === undefined || part.etag !== etag) throw new Refused(400, 'InvalidUploadPart', `Part ${partNum} is not there with that ETag`)
    return part
  })
  if (parts.length === 0) throw new Refused(400, 'InvalidUploadPart', 'There are no parts')
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART))
    throw new Refused(400, 'InvalidUploadPart', 'A part that is not the last is smaller than 10 MiB')
  const whole = createHash('md5')
  for (const { md5 } of parts) whole.update(Buffer.from(md5, 'base64'))
  const md5 = `${whole.digest('base64')}-${parts.length}`
  bucket.objects.set(upload.object, { bytes: Buffer.concat(parts.map(({ bytes }) => bytes)), md5, isMultipart: true })
  bucket.uploads.delete(upload.uploadId)
  return { headers: { etag: newEtag(), 'opc-multipart-md5': md5, 'last-modified': new Date().toUTCString() } }
}

function oneObject(call: Call, bucket: Bucket, name: string): Answer {
  if (call.method === 'PUT') {
    refuseTaken(call, bucket, name)
    bucket.objects.set(name, { bytes: call.body, md5: createHash('md5').update(call.body).digest('base64'), isMultipart: false })
    return { headers: { etag: newEtag() } }
  }
  const object = bucket.objects.get(name)
  if (object === undefined) throw new Refused(404, 'ObjectNotFound', `The object '${name}' was not found in the bucket '${bucket.name}'`)
  const headers = {
    'content-type': 'application/octet-stream',
    ...(object.isMultipart ? { 'opc-multipart-md5': object.md5 } : { 'content-md5': object.md5 }),
  }
  if (call.method === 'HEAD' || call.method === 'GET') return { headers, bytes: object.bytes }
  if (call.method !== 'DELETE') throw notThere(call)
  bucket.objects.delete(name)
  return { status: 204 }
}

function links(state: OciState, call: Call, bucket: Bucket, id: string): Answer {
  if (call.method === 'DELETE') {
    if (!bucket.links.delete(id)) throw new Refused(404, 'NotAuthorizedOrNotFound', 'There is no such pre-authenticated request')
    return { status: 204 }
  }
  if (call.method === 'GET')
    return pageOf(
      state,
      call,
      [...bucket.links.values()].map((link) => ({ id: link.id, name: link.name, objectName: link.objectName })),
    )
  const details = bodyOf<{ name: string; objectName?: string; timeExpires: string }>(state, call, 'CreatePreauthenticatedRequestDetails')
  if (!(Date.parse(details.timeExpires) > Date.now())) throw new Refused(400, 'InvalidExpirationDate', 'timeExpires is not in the future')
  const link = {
    id: randomBytes(16).toString('base64url'),
    name: details.name,
    objectName: details.objectName ?? '',
    secret: randomBytes(32).toString('base64url'),
  }
  bucket.links.set(link.id, link)
  const accessUri = `/p/${link.secret}/n/${state.namespace}/b/${bucket.name}/o/${encodeURIComponent(link.objectName)}`
  return { json: { id: link.id, name: link.name, objectName: link.objectName, accessUri, timeExpires: details.timeExpires } }
}
