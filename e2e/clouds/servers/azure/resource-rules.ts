/** What the resource manager says no with. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export type Json = Record<string, unknown>

/** Members of a body by their paths, as the REST references of disks, images and galleries have them; `!` marks what is required. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  disks: [
    '!location',
    'tags',
    'sku.name',
    'properties.osType',
    'properties.hyperVGeneration',
    'properties.supportedCapabilities.architecture',
    '!properties.creationData.createOption',
    'properties.creationData.uploadSizeBytes',
    'properties.creationData.sourceUri',
    'properties.creationData.storageAccountId',
    'properties.securityProfile.securityType',
  ],
  images: [
    '!location',
    'tags',
    'properties.hyperVGeneration',
    '!properties.storageProfile.osDisk.osType',
    '!properties.storageProfile.osDisk.osState',
    'properties.storageProfile.osDisk.managedDisk.id',
    'properties.storageProfile.osDisk.blobUri',
    'properties.storageProfile.osDisk.storageAccountType',
  ],
  galleries: ['!location', 'tags', 'properties.description'],
  definitions: [
    '!location',
    'tags',
    '!properties.osType',
    '!properties.osState',
    'properties.hyperVGeneration',
    'properties.architecture',
    '!properties.identifier.publisher',
    '!properties.identifier.offer',
    '!properties.identifier.sku',
    'properties.features',
  ],
  versions: [
    '!location',
    'tags',
    'properties.publishingProfile.targetRegions',
    'properties.storageProfile.osDiskImage.source.id',
    'properties.storageProfile.osDiskImage.source.uri',
    'properties.storageProfile.osDiskImage.source.storageAccountId',
  ],
}

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'properties.osType': ['Linux', 'Windows'],
  'properties.osState': ['Generalized', 'Specialized'],
  'properties.hyperVGeneration': ['V1', 'V2'],
  'properties.architecture': ['x64', 'Arm64'],
  'properties.supportedCapabilities.architecture': ['x64', 'Arm64'],
  'properties.creationData.createOption': ['Upload', 'Import'],
}

/** Names ("Naming rules and restrictions for Azure resources"). */
const NAMES: Readonly<Record<string, RegExp>> = {
  disks: /^\w[\w.-]{0,79}$/,
  images: /^\w([\w.-]{0,78}\w)?$/,
  galleries: /^[A-Za-z0-9]([\w.]{0,78}[A-Za-z0-9])?$/,
  definitions: /^[A-Za-z0-9]([\w.-]{0,78}[A-Za-z0-9])?$/,
  versions: /^\d+\.\d+\.\d+$/,
}

const MIB = 1024 ** 2

/** Throws `Refused` for a body that the references do not have. */
export function checkBody(kind: string, name: string, body: Json): void {
  if (NAMES[kind]?.test(name) !== true)
    throw new Refused(400, 'InvalidParameter', `The entity name '${name}' is invalid according to its validation rule`)
  const known = MEMBERS[kind] ?? []
  const paths = known.map((path) => path.replace('!', ''))
  for (const path of pathsOf(body, paths)) {
    const isKnown = paths.includes(path) || paths.some((one) => one.startsWith(`${path}.`))
    if (!isKnown) throw new Refused(400, 'InvalidRequestContent', `Could not find member '${path}' on object of type '${kind}'`)
  }
  for (const path of known.filter((one) => one.startsWith('!')).map((one) => one.slice(1))) {
    if (at(body, path) === undefined) throw new Refused(400, 'InvalidParameter', `Required parameter '${path}' is missing (null).`)
  }
  for (const [path, values] of Object.entries(ENUMS)) {
    const value = at(body, path)
    if (value !== undefined && !values.some((one) => one === value))
      throw new Refused(400, 'InvalidParameter', `The value of '${path}' is none of ${values.join(', ')}`)
  }
  if (kind === 'disks') checkDisk(body)
}

function checkDisk(body: Json): void {
  if (at(body, 'properties.creationData.createOption') !== 'Upload') return
  const size = Number(at(body, 'properties.creationData.uploadSizeBytes'))
  if (size < 20_972_032 || size > 35_183_298_347_520) {
    throw new Refused(400, 'InvalidParameter', 'uploadSizeBytes has to be between 20972032 and 35183298347520')
  }
  if ((size - 512) % MIB !== 0)
    throw new Refused(400, 'InvalidParameter', 'The size of the VHD without its footer is no whole number of MiB')
}

/** Paths of all leaves; what is a leaf by the reference is not gone into. */
function pathsOf(body: Json, leaves: readonly string[], prefix = ''): string[] {
  return Object.entries(body).flatMap(([name, value]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const isInner = typeof value === 'object' && value !== null && !Array.isArray(value) && !leaves.includes(path)
    return isInner ? pathsOf(value as Json, leaves, path) : [path]
  })
}

export function at(body: Json, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Json)[name] : undefined), body)
}
