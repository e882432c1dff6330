import { type Answer, bodyOf, type Call, type Image, need, newId, type OciState, pageOf, Refused, type Work } from './state.js'
import { type FoundImage, readImageFile } from './image-file.js'
import { linkedObject } from './storage.js'

interface CreateImage {
  readonly compartmentId: string
  readonly displayName?: string
  readonly launchMode?: string
  readonly freeformTags?: Readonly<Record<string, string>>
  readonly imageSourceDetails?: {
    readonly sourceType: string
    readonly bucketName?: string
    readonly objectName?: string
    readonly namespaceName?: string
    readonly sourceUri?: string
    readonly sourceImageType?: string
    readonly operatingSystem?: string
    readonly operatingSystemVersion?: string
  }
}

/** Compute: images, their shapes and capability schemas, work requests. */
export function computeAnswer(state: OciState, call: Call): Answer {
  const [, collection, id, part, name] = call.path
  if (collection === 'images') {
    if (id === undefined) return images(state, call)
    const image = state.images.get(id)
    if (image === undefined || image.lifecycleState === 'DELETED') throw notThere(call)
    return part === 'shapes' ? shapes(state, call, image, name) : oneImage(call, image)
  }
  if (collection === 'workRequests') return workRequest(state, call, id, part)
  if (collection === 'computeGlobalImageCapabilitySchemas') {
    return pageOf(state, call, [{ id: newId('globalschema'), name: 'global', currentVersionName: 'version-7' }])
  }
  if (collection === 'computeImageCapabilitySchemas') return schemas(state, call, id)
  throw notThere(call)
}

function notThere(call: Call): Refused {
  return new Refused(404, 'NotAuthorizedOrNotFound', `Authorization failed or requested resource not found: ${call.path.join('/')}`)
}

function images(state: OciState, call: Call): Answer {
  if (call.method === 'GET') {
    const [compartment, name] = [need(call, 'compartmentId'), call.query.get('displayName')]
    if (compartment !== state.tenancy && !state.compartments.some((one) => one.id === compartment)) throw notThere(call)
    const found = [...state.images.values()].filter((one) => one.compartmentId === compartment && one.lifecycleState !== 'DELETED')
    return pageOf(state, call, found.filter((one) => name === null || one.displayName === name).map(shown))
  }
  if (call.method !== 'POST') throw notThere(call)
  const token = call.headers['opc-retry-token']
  const known = token === undefined ? undefined : state.retryTokens.get(token)
  if (known !== undefined) return known
  const answer = importImage(state, bodyOf<CreateImage>(state, call, 'CreateImageDetails'))
  if (token !== undefined) state.retryTokens.set(token, answer)
  return answer
}

function importImage(state: OciState, details: CreateImage): Answer {
  const { imageSourceDetails: source, compartmentId } = details
  if (source === undefined) throw new Refused(400, 'MissingParameter', 'Either instanceId or imageSourceDetails must be provided')
  if (!state.compartments.some(({ id }) => id === compartmentId) && compartmentId !== state.tenancy) {
    throw new Refused(404, 'NotAuthorizedOrNotFound', 'Authorization failed or requested resource not found.')
  }
  const living = [...state.images.values()].filter(({ lifecycleState }) => lifecycleState !== 'DELETED')
  if (living.length >= state.controls.maxImages) {
    throw new Refused(400, 'LimitExceeded', 'The following service limits were exceeded: custom-image-count.')
  }
  const file = sourceFile(state, source)
  const found = readImageFile(file, source.sourceImageType)
  const image = newImage(details, file, found)
  state.images.set(image.id, image)
  const bucket = state.buckets.get(source.bucketName ?? '')
  const work: Work = {
    id: newId('coreservicesworkrequest'),
    image,
    status: 'ACCEPTED',
    percentComplete: 0,
    looksLeft: state.controls.looks,
    outcome:
      found.problem === null ? state.controls.outcome : { status: 'FAILED', errors: [{ code: 'InvalidImage', message: found.problem }] },
    // It is read while the import runs: whoever deletes it before has no image.
    object: () => source.sourceType !== 'objectStorageTuple' || bucket?.objects.has(source.objectName ?? '') === true,
  }
  state.works.set(work.id, work)
  return { json: shown(image), headers: { 'opc-work-request-id': work.id } }
}

function sourceFile(state: OciState, source: NonNullable<CreateImage['imageSourceDetails']>): Buffer {
  if (source.sourceType === 'objectStorageTuple') {
    if (state.controls.federated) throw new Refused(400, 'InvalidParameter', 'Invalid bucketName')
    const file = state.buckets.get(source.bucketName ?? '')?.objects.get(source.objectName ?? '')
    if (file === undefined || source.namespaceName !== state.namespace)
      throw new Refused(400, 'InvalidParameter', 'The object does not exist')
    return file.bytes
  }
  const path = new URL(source.sourceUri ?? 'http://invalid.example/').pathname.split('/').slice(1).map(decodeURIComponent)
  const file = linkedObject(state, path)
  if (file === null) throw new Refused(400, 'InvalidParameter', 'Invalid sourceUri')
  return file
}

function newImage(details: CreateImage, file: Buffer, found: FoundImage): Image {
  const source = details.imageSourceDetails
  return {
    id: newId('image'),
    compartmentId: details.compartmentId,
    displayName: details.displayName ?? 'image',
    freeformTags: details.freeformTags ?? {},
    operatingSystem: source?.operatingSystem ?? 'Custom',
    operatingSystemVersion: source?.operatingSystemVersion ?? 'Custom',
    launchMode: details.launchMode ?? 'NATIVE',
    lifecycleState: 'IMPORTING',
    shapes: new Set(found.shapes),
    firmware: found.firmware,
    source: file,
  }
}

function shown(image: Image): unknown {
  const { id, compartmentId, displayName, freeformTags, operatingSystem, operatingSystemVersion, launchMode, lifecycleState, firmware } =
    image
  const about = { id, compartmentId, displayName, freeformTags, operatingSystem, operatingSystemVersion, launchMode, lifecycleState }
  return { ...about, createImageAllowed: true, timeCreated: new Date().toISOString(), launchOptions: { firmware } }
}

function oneImage(call: Call, image: Image): Answer {
  if (call.method === 'GET') return { json: shown(image) }
  if (call.method !== 'DELETE') throw notThere(call)
  image.lifecycleState = 'DELETED'
  return { status: 204 }
}

function shapes(state: OciState, call: Call, image: Image, name: string | undefined): Answer {
  if (call.method === 'GET')
    return pageOf(
      state,
      call,
      [...image.shapes].map((shape) => ({ imageId: image.id, shape })),
    )
  if (image.lifecycleState !== 'AVAILABLE') throw new Refused(409, 'IncorrectState', `The image is ${image.lifecycleState}`)
  if (name === undefined) throw notThere(call)
  if (call.method === 'DELETE') {
    if (!image.shapes.delete(name)) throw notThere(call)
    return { status: 204 }
  }
  if (call.method !== 'PUT') throw notThere(call)
  if (call.body.length > 0) bodyOf(state, call, 'AddImageShapeCompatibilityEntryDetails')
  image.shapes.add(name)
  return { json: { imageId: image.id, shape: name } }
}

function schemas(state: OciState, call: Call, id: string | undefined): Answer {
  if (call.method === 'GET') {
    const image = call.query.get('imageId')
    return pageOf(
      state,
      call,
      [...state.schemas.values()].filter(({ imageId }) => image === null || imageId === image),
    )
  }
  if (call.method === 'DELETE') {
    if (!state.schemas.delete(id ?? '')) throw notThere(call)
    return { status: 204 }
  }
  const details = bodyOf<{
    imageId: string
    computeGlobalImageCapabilitySchemaVersionName: string
    schemaData: Record<string, Capability>
  }>(state, call, 'CreateComputeImageCapabilitySchemaDetails')
  const image = state.images.get(details.imageId)
  if (image === undefined) throw notThere(call)
  if (image.lifecycleState !== 'AVAILABLE') throw new Refused(409, 'IncorrectState', `The image is ${image.lifecycleState}`)
  if (details.computeGlobalImageCapabilitySchemaVersionName !== 'version-7')
    throw new Refused(400, 'InvalidParameter', 'There is no such version')
  const firmware = details.schemaData['Compute.Firmware']
  if (firmware !== undefined) {
    if (firmware.values?.includes(firmware.defaultValue ?? '') !== true)
      throw new Refused(400, 'InvalidParameter', 'The default is none of the values')
    image.firmware = firmware.defaultValue ?? ''
  }
  const schema = { id: newId('computeimgcapschema'), imageId: image.id, schemaData: details.schemaData }
  state.schemas.set(schema.id, schema)
  return { json: schema }
}

interface Capability {
  readonly values?: readonly string[]
  readonly defaultValue?: string
}

function workRequest(state: OciState, call: Call, id = '', part: string | undefined): Answer {
  const work = state.works.get(id)
  if (work === undefined || call.method !== 'GET') throw notThere(call)
  if (part === 'errors')
    return pageOf(state, call, work.status === 'FAILED' ? work.outcome.errors.map((one) => ({ ...one, timestamp: new Date() })) : [])
  if (work.looksLeft > 0) {
    work.looksLeft--
    work.status = 'IN_PROGRESS'
    work.percentComplete = Math.min(95, work.percentComplete + 20)
  } else if (work.status !== 'SUCCEEDED') {
    const isThere = work.object()
    work.status = isThere ? work.outcome.status : 'FAILED'
    work.percentComplete = 100
    if (work.image.lifecycleState !== 'DELETED') work.image.lifecycleState = work.status === 'SUCCEEDED' ? 'AVAILABLE' : 'DELETED'
  }
  const { status, percentComplete } = work
  return { json: { id, status, percentComplete, operationType: 'ImportImage', resources: [] }, headers: { 'retry-after': '1' } }
}
