import {
  type Answer,
  type Call,
  type GcpState,
  jsonOf,
  newId,
  newObject,
  pageOf,
  Refused,
  type Session,
  type StoredObject,
} from './state.js'

/** Chunks, the last one excepted, are multiples of it. Source: Cloud Storage, "Resumable uploads". */
const UNIT = 256 * 1024

/** The JSON API of Cloud Storage: `/storage/v1/b…` and `/upload/storage/v1/b/{bucket}/o`. */
export function storageAnswer(state: GcpState, call: Call): Answer {
  const isUpload = call.path[0] === 'upload'
  const [, , , bucketName, kind, ...rest] = isUpload ? call.path.slice(1) : call.path
  if (bucketName === undefined)
    return pageOf(
      state,
      call,
      [...state.buckets.keys()].map((name) => ({ kind: 'storage#bucket', name, location: 'EU' })),
    )
  const bucket = state.buckets.get(bucketName)
  if (bucket === undefined) throw new Refused(404, 'notFound', 'The specified bucket does not exist.')
  if (isUpload) return upload(state, call, bucketName, bucket)
  if (kind === 'iam' && rest[0] === 'testPermissions') {
    const asked = call.query.getAll('permissions')
    return { json: { kind: 'storage#testIamPermissionsResponse', permissions: asked.filter((one) => !state.controls.denied.has(one)) } }
  }
  if (kind !== 'o') throw new Refused(404, 'notFound', 'Not Found')
  return object(state, call, { bucketName, bucket, name: rest.join('/') })
}

function shown({ controls }: GcpState, bucket: string, name: string, { bytes, generation }: StoredObject): unknown {
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    bucket,
    name,
    generation,
    size: String(bytes.length),
    ...controls.digests(bytes),
  }
}

interface ObjectPlace {
  readonly bucketName: string
  readonly bucket: Map<string, StoredObject>
  readonly name: string
}

function object(state: GcpState, call: Call, { bucketName, bucket, name }: ObjectPlace): Answer {
  const found = bucket.get(name)
  if (found === undefined) throw new Refused(404, 'notFound', `No such object: ${bucketName}/${name}`)
  if (call.method === 'GET') return { json: shown(state, bucketName, name, found) }
  if (call.method !== 'DELETE') throw new Refused(405, 'methodNotAllowed', 'Method Not Allowed')
  const generation = call.query.get('ifGenerationMatch')
  if (generation !== null && generation !== found.generation) throw conditionNotMet()
  bucket.delete(name)
  return { status: 204 }
}

function conditionNotMet(): Refused {
  return new Refused(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.')
}

function upload(state: GcpState, call: Call, bucketName: string, bucket: Map<string, StoredObject>): Answer {
  if (call.query.get('uploadType') !== 'resumable') throw new Refused(400, 'invalid', 'Upload type is not known here')
  const id = call.query.get('upload_id')
  if (id === null) return begin(state, call, bucketName, bucket)
  const session = state.sessions.get(id)
  if (session === undefined || session.bucket !== bucketName) throw new Refused(410, 'gone', 'The upload session is gone')
  if (call.method === 'DELETE') {
    state.sessions.delete(id)
    throw new Refused(499, 'clientClosed', 'The upload was given up')
  }
  if (call.method !== 'PUT') throw new Refused(405, 'methodNotAllowed', 'Method Not Allowed')
  return put(state, call, session, bucket)
}

function begin(state: GcpState, call: Call, bucketName: string, bucket: Map<string, StoredObject>): Answer {
  const name = call.query.get('name') ?? jsonOf(call).name
  if (call.method !== 'POST' || typeof name !== 'string' || name === '') throw new Refused(400, 'required', 'Required')
  const ifGenerationMatch = call.query.get('ifGenerationMatch')
  if (ifGenerationMatch === '0' && bucket.has(name)) throw conditionNotMet()
  const told = call.headers['x-upload-content-length']
  const session: Session = {
    id: newId(),
    bucket: bucketName,
    name,
    total: told === undefined ? null : Number(told),
    ifGenerationMatch,
    bytes: Buffer.alloc(0),
    object: null,
  }
  state.sessions.set(session.id, session)
  return {
    headers: {
      location: `${state.url()}/upload/storage/v1/b/${bucketName}/o?uploadType=resumable&name=${encodeURIComponent(name)}&upload_id=${session.id}`,
    },
  }
}

function put(state: GcpState, call: Call, session: Session, bucket: Map<string, StoredObject>): Answer {
  if (session.object !== null) return { json: shown(state, session.bucket, session.name, session.object) }
  const range = call.headers['content-range'] ?? ''
  if (/^bytes \*\/(\*|\d+)$/.test(range)) {
    // A file of no bytes is whole at once.
    if (range === 'bytes */0') return finish(state, session, bucket)
    return progress(session)
  }
  const [, first = '', last = '', total = ''] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range) ?? []
  if (first === '') throw new Refused(400, 'badRequest', 'Invalid Content-Range')
  if (session.total !== null && total !== '*' && Number(total) !== session.total)
    throw new Refused(400, 'badRequest', 'The total is another than at the beginning')
  const [start, length] = [Number(first), Number(last) - Number(first) + 1]
  if (start > session.bytes.length) throw new Refused(400, 'badRequest', 'Bytes between are missing')
  if (call.isWhole && call.body.length !== length) throw new Refused(400, 'badRequest', 'Content-Range and length do not agree')
  const isLast = total !== '*' && Number(last) + 1 === Number(total)
  if (!isLast && length % UNIT !== 0) throw new Refused(400, 'badRequest', 'Chunks are multiples of 256 KiB')
  const joined = Buffer.concat([session.bytes.subarray(0, start), call.body])
  // Of a chunk that broke off, whole units are kept.
  session.bytes = call.isWhole ? joined : joined.subarray(0, Math.max(session.bytes.length, Math.floor(joined.length / UNIT) * UNIT))
  return call.isWhole && isLast ? finish(state, session, bucket) : progress(session)
}

function progress({ bytes }: Session): Answer {
  return { status: 308, headers: bytes.length === 0 ? {} : { range: `bytes=0-${bytes.length - 1}` } }
}

function finish(state: GcpState, session: Session, bucket: Map<string, StoredObject>): Answer {
  if (session.ifGenerationMatch === '0' && bucket.has(session.name)) {
    state.sessions.delete(session.id)
    throw conditionNotMet()
  }
  session.object = newObject(session.bytes)
  bucket.set(session.name, session.object)
  return { json: shown(state, session.bucket, session.name, session.object) }
}
