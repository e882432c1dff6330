import { ACCOUNT, type AwsState, BLOCK_BYTES, type Image, newId, type Snapshot, type Tag } from './aws-state.js'
import type { Answer } from './ebs-service.js'
import { escapeXml, loadModel, readQuery, ShapeError, textIn, type Value, type Values, writeXml } from './models.js'
import type { S3Objects } from './s3-service.js'

const MODEL = loadModel('ec2', '2016-11-15')
const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15'
const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1']

/** What an action says no with; names are those of "Error codes for the Amazon EC2 API". */
class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

interface Call {
  readonly state: AwsState
  readonly objects: S3Objects
  readonly region: string
  readonly input: Values
}

type Action = (call: Call) => Values

/** The part of Amazon EC2's query API that images need. */
export function ec2Answer(state: AwsState, objects: S3Objects, region: string, params: ReadonlyMap<string, string>): Answer {
  const action = params.get('Action') ?? ''
  try {
    const run = ACTIONS[action]
    const operation = MODEL.operations[action]
    if (run === undefined || operation?.input === undefined)
      throw new Refused('InvalidAction', `The action ${action} is not valid for this web service.`)
    const input = readQuery(MODEL, operation.input.shape, params)
    const output = run({ state, objects, region, input })
    const inside = operation.output === undefined ? '<return>true</return>' : writeXml(MODEL, operation.output.shape, output)
    return xml(200, `<${action}Response xmlns="${NAMESPACE}"><requestId>${newId()}</requestId>${inside}</${action}Response>`)
  } catch (thrown) {
    if (thrown instanceof Refused || thrown instanceof ShapeError) {
      return ec2Problem(thrown instanceof Refused ? thrown.status : 400, thrown.code, thrown.message)
    }
    throw thrown
  }
}

export function ec2Problem(status: number, code: string, message: string): Answer {
  const error = `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`
  return xml(
    status,
    `<?xml version="1.0" encoding="UTF-8"?><Response><Errors>${error}</Errors><RequestID>${newId()}</RequestID></Response>`,
  )
}

function xml(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body }
}

const ACTIONS: Readonly<Record<string, Action>> = {
  DescribeRegions: () => ({
    Regions: REGIONS.map((RegionName) => ({ RegionName, Endpoint: `ec2.${RegionName}.amazonaws.com`, OptInStatus: 'opt-in-not-required' })),
  }),
  DescribeSnapshots({ state, region, input }) {
    const wanted = (input.SnapshotIds ?? []) as readonly string[]
    for (const id of wanted) snapshotOf(state, region, id)
    const found = [...state.snapshots.values()].filter(
      (one) => one.region === region && (wanted.length === 0 || wanted.includes(one.id)) && fits(one.tags, {}, input),
    )
    const { items, next } = pageOf(found, input)
    return { Snapshots: items.map(describeSnapshot), ...next }
  },
  DeleteSnapshot({ state, region, input }) {
    notDry(input)
    const snapshot = snapshotOf(state, region, textIn(input.SnapshotId))
    const user = [...state.images.values()].find((image) => image.snapshot === snapshot.id)
    if (user !== undefined) throw new Refused('InvalidSnapshot.InUse', `The snapshot ${snapshot.id} is currently in use by ${user.id}`)
    state.snapshots.delete(snapshot.id)
    return {}
  },
  RegisterImage({ state, region, input }) {
    const name = textIn(input.Name)
    if (!/^[A-Za-z0-9()[\] ./'@_-]{3,128}$/.test(name)) throw new Refused('InvalidAMIName.Malformed', `AMI name ${name} is not valid`)
    notDry(input)
    if ([...state.images.values()].some((image) => image.region === region && image.name === name)) {
      throw new Refused('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI`)
    }
    const [mapping] = (input.BlockDeviceMappings ?? []) as readonly { DeviceName?: string; Ebs?: Values }[]
    if (mapping?.DeviceName !== input.RootDeviceName) throw new Refused('InvalidBlockDeviceMapping', 'The root device is not mapped')
    const snapshot = snapshotOf(state, region, textIn(mapping?.Ebs?.SnapshotId))
    if (snapshot.state !== 'completed') throw new Refused('InvalidSnapshot.NotFound', `Snapshot ${snapshot.id} is not complete`)
    if (Number(mapping?.Ebs?.VolumeSize) < snapshot.gib)
      throw new Refused('InvalidBlockDeviceMapping', 'The volume is smaller than its snapshot')
    if (input.Architecture === 'arm64' && input.BootMode !== 'uefi') throw new Refused('InvalidParameterCombination', 'arm64 needs uefi')
    if (input.TpmSupport !== undefined && input.BootMode !== 'uefi') throw new Refused('InvalidParameterCombination', 'TPM needs uefi')
    return { ImageId: state.addImage({ region, name, request: input, snapshot: snapshot.id, tags: tagsOf(input, 'image') }).id }
  },
  DescribeImages({ state, region, input }) {
    const wanted = (input.ImageIds ?? []) as readonly string[]
    for (const id of wanted) imageOf(state, region, id)
    const found = [...state.images.values()].filter(
      (image) =>
        image.region === region && (wanted.length === 0 || wanted.includes(image.id)) && fits(image.tags, { name: image.name }, input),
    )
    const { items, next } = pageOf(found, input)
    return { Images: items.map(describeImage), ...next }
  },
  DeregisterImage({ state, region, input }) {
    notDry(input)
    state.images.delete(imageOf(state, region, textIn(input.ImageId)).id)
    return {}
  },
  CopyImage({ state, region, input }) {
    notDry(input)
    const source = imageOf(state, textIn(input.SourceRegion), textIn(input.SourceImageId))
    if (source.looksLeft > 0) throw new Refused('InvalidAMIID.Unavailable', `${source.id} is pending`)
    const token = `copy ${region} ${textIn(input.ClientToken ?? newId())}`
    const known = state.tokens.get(token)
    if (known !== undefined) return { ImageId: known.id }
    const from = state.snapshots.get(source.snapshot)
    const copy = state.addSnapshot({ region, gib: from?.gib ?? 0, description: 'Copied', tags: tagsOf(input, 'snapshot') })
    for (const [index, block] of from?.blocks ?? []) copy.blocks.set(index, block)
    copy.state = 'completed'
    const image = state.addImage({
      region,
      name: textIn(input.Name),
      request: source.request,
      snapshot: copy.id,
      tags: tagsOf(input, 'image'),
    })
    image.looksLeft = 2
    state.tokens.set(token, { asked: '', id: image.id })
    return { ImageId: image.id }
  },
  ModifyImageAttribute({ state, region, input }) {
    const image = imageOf(state, region, textIn(input.ImageId))
    for (const account of addedTo(input.LaunchPermission)) image.sharedWith.add(account)
    return {}
  },
  ModifySnapshotAttribute({ state, region, input }) {
    const snapshot = snapshotOf(state, region, textIn(input.SnapshotId))
    for (const account of addedTo(input.CreateVolumePermission)) snapshot.sharedWith.add(account)
    return {}
  },
  ImportSnapshot({ state, objects, region, input }) {
    const disk = (input.DiskContainer ?? {}) as { Format?: string; UserBucket?: { S3Bucket?: string; S3Key?: string } }
    const { S3Bucket = '', S3Key = '' } = disk.UserBucket ?? {}
    notDry(input)
    const token = `import ${region} ${textIn(input.ClientToken ?? newId())}`
    const known = state.tokens.get(token)
    const task = state.tasks.get(known?.id ?? '') ?? {
      ...importTask(state, objects, region, { bucket: S3Bucket, key: S3Key, format: disk.Format ?? '' }),
      token,
      tags: tagsOf(input, 'import-snapshot-task'),
    }
    if (input.RoleName !== 'vmimport')
      throw new Refused('InvalidParameter', `The service role ${textIn(input.RoleName)} provided does not exist`)
    state.tasks.set(task.id, task)
    state.tokens.set(token, { asked: '', id: task.id })
    return { ImportTaskId: task.id, SnapshotTaskDetail: { Status: 'active', Progress: '3' } }
  },
  DescribeImportSnapshotTasks({ state, input }) {
    const named = (input.ImportTaskIds ?? []) as readonly string[]
    const wanted = named.length > 0 ? named : [...state.tasks.values()].filter(({ tags }) => fits(tags, {}, input)).map(({ id }) => id)
    return {
      ImportSnapshotTasks: wanted.map((id) => {
        const task = state.tasks.get(id)
        if (task === undefined) throw new Refused('InvalidConversionTaskId.Malformed', `There is no task ${id}`)
        if (task.looksLeft > 0) task.looksLeft--
        if (task.looksLeft > 0)
          return { ImportTaskId: id, SnapshotTaskDetail: { Status: 'active', Progress: '40', StatusMessage: 'converting' } }
        if (task.snapshot === null) {
          return { ImportTaskId: id, SnapshotTaskDetail: { Status: 'deleted', StatusMessage: `ClientError: ${task.problem ?? ''}` } }
        }
        return { ImportTaskId: id, SnapshotTaskDetail: { Status: 'completed', Progress: '100', SnapshotId: task.snapshot } }
      }),
    }
  },
  CreateTags({ state, region, input }) {
    const tags = (input.Tags ?? []) as unknown as readonly Tag[]
    for (const id of (input.Resources ?? []) as readonly string[]) {
      const snapshot = snapshotOf(state, region, id)
      state.snapshots.set(id, { ...snapshot, tags: [...snapshot.tags, ...tags] })
    }
    return {}
  },
  CancelImportTask({ state, input }) {
    const task = state.tasks.get(textIn(input.ImportTaskId))
    if (task === undefined || task.looksLeft === 0) throw new Refused('InvalidConversionTaskId.Malformed', 'The task is not active')
    state.tasks.delete(task.id)
    if (task.snapshot !== null) state.snapshots.delete(task.snapshot)
    return { ImportTaskId: task.id, State: 'deleting' }
  },
}

function importTask(state: AwsState, objects: S3Objects, region: string, from: { bucket: string; key: string; format: string }) {
  const bytes = objects.read(from.bucket, from.key)
  const base = { id: `import-snap-${newId()}`, region, looksLeft: 2 }
  if (bytes === null) return { ...base, snapshot: null, problem: `Disk validation failed [no object ${from.key}]` }
  if (from.format === 'VMDK' && bytes.subarray(0, 4).toString('latin1') !== 'KDMV') {
    return { ...base, snapshot: null, problem: 'Disk validation failed [Unsupported VMDK File Format]' }
  }
  const gib = Math.ceil((from.format === 'VMDK' ? Number(bytes.readBigUInt64LE(12)) * 512 : bytes.length) / 1024 ** 3)
  const snapshot = state.addSnapshot({ region, gib, description: from.key, tags: [] })
  // What a VMDK holds is not looked into: the test does that with the object.
  for (let at = 0; from.format === 'RAW' && at < bytes.length; at += BLOCK_BYTES) {
    const block = Buffer.alloc(BLOCK_BYTES)
    bytes.copy(block, 0, at, at + BLOCK_BYTES)
    snapshot.blocks.set(at / BLOCK_BYTES, { bytes: block, digest: Buffer.alloc(0) })
  }
  snapshot.state = 'completed'
  return { ...base, snapshot: snapshot.id, problem: null }
}

/** A dry run ends where everything else would begin. */
function notDry(input: Values): void {
  if (input.DryRun === true) throw new Refused('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
}

function snapshotOf(state: AwsState, region: string, id: string): Snapshot {
  const snapshot = state.snapshots.get(id)
  if (snapshot?.region !== region) throw new Refused('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`)
  return snapshot
}

function imageOf(state: AwsState, region: string, id: string): Image {
  const image = state.images.get(id)
  if (image?.region !== region) throw new Refused('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)
  return image
}

function tagsOf(input: Values, type: string): readonly Tag[] {
  const all = (input.TagSpecifications ?? []) as readonly { ResourceType?: string; Tags?: readonly Tag[] }[]
  return all.flatMap((one) => (one.ResourceType === type ? (one.Tags ?? []) : []))
}

function addedTo(value: Value | undefined): string[] {
  const { Add = [] } = (value ?? {}) as { Add?: readonly { UserId?: string }[] }
  return Add.flatMap(({ UserId }) => (UserId === undefined ? [] : [UserId]))
}

/** A page of a list; the token is where the next one begins. */
function pageOf<T>(all: readonly T[], { MaxResults, NextToken }: Values): { items: readonly T[]; next: Values } {
  const start = Number(textIn(NextToken))
  const end = MaxResults === undefined ? all.length : start + Number(MaxResults)
  return { items: all.slice(start, end), next: end < all.length ? { NextToken: String(end) } : {} }
}

function fits(tags: readonly Tag[], own: Readonly<Record<string, string>>, input: Values): boolean {
  const filters = (input.Filters ?? []) as readonly { Name?: string; Values?: readonly string[] }[]
  return filters.every(({ Name = '', Values: wanted = [] }) => {
    const found = Name.startsWith('tag:') ? tags.find(({ Key }) => Key === Name.slice(4))?.Value : own[Name]
    return found !== undefined && wanted.includes(found)
  })
}

function describeSnapshot(snapshot: Snapshot): Values {
  if (snapshot.state === 'pending' && snapshot.looksLeft !== null && --snapshot.looksLeft <= 0) snapshot.state = 'completed'
  return {
    SnapshotId: snapshot.id,
    OwnerId: ACCOUNT,
    State: snapshot.state,
    Progress: snapshot.state === 'completed' ? '100%' : '',
    StartTime: snapshot.startedAt,
    VolumeSize: snapshot.gib,
    Description: snapshot.description,
    Tags: snapshot.tags.map(({ Key, Value: value }) => ({ Key, Value: value })),
  }
}

function describeImage(image: Image): Values {
  const isReady = image.looksLeft <= 0
  image.looksLeft--
  const { Architecture, BootMode, RootDeviceName, EnaSupport, ImdsSupport, TpmSupport, BlockDeviceMappings } = image.request as Values
  const [mapping] = (BlockDeviceMappings ?? []) as readonly { DeviceName: string; Ebs: Values }[]
  const known = Object.entries({ Architecture, BootMode, RootDeviceName, EnaSupport, ImdsSupport, TpmSupport })
  return {
    ImageId: image.id,
    Name: image.name,
    OwnerId: ACCOUNT,
    State: isReady ? 'available' : 'pending',
    ...Object.fromEntries(known.filter((entry): entry is [string, Value] => entry[1] !== undefined)),
    BlockDeviceMappings: [{ DeviceName: mapping?.DeviceName ?? '', Ebs: { ...mapping?.Ebs, SnapshotId: image.snapshot } }],
    Tags: image.tags.map(({ Key, Value: value }) => ({ Key, Value: value })),
  }
}
