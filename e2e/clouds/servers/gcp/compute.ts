import { imageFileProblem } from './image-file.js'
import { type Answer, type Call, type GcpState, type Image, jsonOf, newId, type Operation, Refused } from './state.js'

/** Fields of an image that can be set. Source: Compute Engine API, images.insert. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string' && /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value),
  description: (value) => typeof value === 'string',
  family: (value) => typeof value === 'string' && /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value),
  architecture: (value) => value === 'X86_64' || value === 'ARM64',
  rawDisk: (value) => isObject(value, ['source', 'containerType', 'sha1Checksum']),
  guestOsFeatures: (value) =>
    Array.isArray(value) && value.every((one) => isObject(one, ['type']) && FEATURES.has(String((one as { type?: unknown }).type))),
  labels: (value) =>
    isObject(value) && Object.entries(value as object).every((pair) => pair.every((one) => /^[a-z0-9_-]{0,63}$/.test(String(one)))),
  licenses: (value) => Array.isArray(value),
  storageLocations: (value) => Array.isArray(value) && value.length === 1,
  shieldedInstanceInitialState: (value) => isObject(value, ['pk', 'keks', 'dbs', 'dbxs']),
}

const FEATURES = new Set(
  'UEFI_COMPATIBLE GVNIC VIRTIO_SCSI_MULTIQUEUE SEV_CAPABLE SEV_SNP_CAPABLE SEV_LIVE_MIGRATABLE SEV_LIVE_MIGRATABLE_V2 TDX_CAPABLE IDPF SUSPEND_RESUME_COMPATIBLE MULTI_IP_SUBNET WINDOWS SECURE_BOOT BARE_METAL_LINUX_COMPATIBLE'.split(
    ' ',
  ),
)

function isObject(value: unknown, keys?: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return keys === undefined || Object.keys(value).every((key) => keys.includes(key))
}

/** `/compute/v1/projects/{project}…` */
export function computeAnswer(state: GcpState, call: Call): Answer {
  const [, , , project, , collection, name] = call.path
  if (project !== state.project) throw new Refused(404, 'notFound', `The resource 'projects/${project ?? ''}' was not found`)
  if (collection === undefined) {
    const quotas = [{ metric: 'IMAGES', limit: state.controls.maxImages, usage: state.images.size }]
    return { json: { kind: 'compute#project', name: project, quotas } }
  }
  if (collection === 'operations') return operation(state, name)
  if (collection !== 'images') throw new Refused(404, 'notFound', 'Not Found')
  if (name === undefined && call.method === 'POST') return insert(state, call)
  const image = state.images.get(name ?? '')
  if (image === undefined)
    throw new Refused(404, 'notFound', `The resource 'projects/${project}/global/images/${name ?? ''}' was not found`)
  if (call.method === 'GET') return { json: shown(image) }
  if (call.method !== 'DELETE') throw new Refused(405, 'methodNotAllowed', 'Method Not Allowed')
  state.images.delete(image.name)
  return { json: { kind: 'compute#operation', name: `operation-${newId()}`, status: 'RUNNING' } }
}

function shown({ id, name, selfLink, status, labels, body }: Image): unknown {
  return { ...body, kind: 'compute#image', id, name, selfLink, status, labels }
}

function insert(state: GcpState, call: Call): Answer {
  const requestId = call.query.get('requestId')
  const known = requestId === null ? undefined : state.requests.get(requestId)
  if (known !== undefined) return { json: operationShown(state, known) }
  if (state.controls.denied.has('compute.images.create')) {
    throw new Refused(403, 'forbidden', `Required 'compute.images.create' permission for 'projects/${state.project}/global/images'`)
  }
  const body = jsonOf(call)
  const wrong = Object.entries(body).find(([key, value]) => FIELDS[key]?.(value) !== true)?.[0]
  if (wrong !== undefined || typeof body.name !== 'string')
    throw new Refused(400, 'invalid', `Invalid value for field 'resource.${wrong ?? 'name'}'`)
  if (state.images.has(body.name)) {
    throw new Refused(409, 'alreadyExists', `The resource 'projects/${state.project}/global/images/${body.name}' already exists`)
  }
  if (state.images.size >= state.controls.maxImages)
    throw new Refused(403, 'quotaExceeded', `Quota 'IMAGES' exceeded. Limit: ${state.controls.maxImages}.0 globally.`)
  const file = sourceOf(state, body.rawDisk as { source?: unknown } | undefined)
  const problem = imageFileProblem(file)
  const image: Image = {
    id: newId(),
    name: body.name,
    selfLink: `https://www.googleapis.com/compute/v1/projects/${state.project}/global/images/${body.name}`,
    body,
    labels: (body.labels ?? {}) as Record<string, string>,
    status: 'PENDING',
    source: file,
  }
  const error = problem === null ? state.controls.importError : { code: 'INVALID_IMAGE', message: problem }
  const begun: Operation = { name: `operation-${newId()}`, image, looksLeft: state.controls.looks, error }
  state.images.set(image.name, image)
  state.operations.set(begun.name, begun)
  if (requestId !== null) state.requests.set(requestId, begun)
  return { json: operationShown(state, begun) }
}

function sourceOf(state: GcpState, rawDisk: { source?: unknown } | undefined): Buffer {
  const source = typeof rawDisk?.source === 'string' ? rawDisk.source : ''
  const [, bucket = '', name = ''] = /^https:\/\/storage\.googleapis\.com\/([^/]+)\/(.+\.tar\.gz)$/.exec(source) ?? []
  const object = state.buckets.get(bucket)?.get(decodeURIComponent(name))
  if (object === undefined) throw new Refused(400, 'invalid', `Invalid value for field 'resource.rawDisk.source': '${source}'`)
  return object.bytes
}

function operation(state: GcpState, name = ''): Answer {
  const found = state.operations.get(name)
  if (found === undefined) throw new Refused(404, 'notFound', 'The operation was not found')
  if (found.looksLeft > 0) found.looksLeft--
  else if (found.error === null) found.image.status = 'READY'
  else found.image.status = 'FAILED'
  return { json: operationShown(state, found) }
}

function operationShown(state: GcpState, { name, image, looksLeft, error }: Operation): unknown {
  const isDone = image.status !== 'PENDING'
  return {
    kind: 'compute#operation',
    name,
    status: isDone ? 'DONE' : 'RUNNING',
    progress: isDone ? 100 : Math.max(0, 90 - looksLeft * 10),
    targetLink: `https://www.googleapis.com/compute/v1/projects/${state.project}/global/images/${image.name}`,
    ...(isDone && error !== null ? { error: { errors: [error] } } : {}),
  }
}
