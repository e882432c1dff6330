import { createHash } from 'node:crypto'
import { ACCOUNT, type AwsState, BLOCK_BYTES, type Snapshot, type Tag } from './aws-state.js'
import { checkShape, loadModel, ShapeError, textIn, type Values } from './models.js'
import type { SignedRequest } from './sigv4.js'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

const GIB = 1024 ** 3
const MODEL = loadModel('ebs', '2019-11-02')

/** The EBS direct APIs, by their API reference (StartSnapshot, PutSnapshotBlock, CompleteSnapshot). */
export function ebsAnswer(state: AwsState, region: string, request: SignedRequest): Answer {
  try {
    const url = new URL(request.target, 'http://server')
    const path = url.pathname.split('/').slice(1).map(decodeURIComponent)
    if (request.method === 'POST' && url.pathname === '/snapshots') return startSnapshot(state, region, request)
    if (request.method === 'POST' && path[0] === 'snapshots' && path[1] === 'completion')
      return complete(state, region, path[2] ?? '', request)
    if (request.method === 'PUT' && path[0] === 'snapshots' && path[2] === 'blocks')
      return putBlock(state, region, path[1] ?? '', path[3] ?? '', request)
    return ebsProblem(404, 'ResourceNotFoundException', 'There is no such operation')
  } catch (thrown) {
    if (thrown instanceof ShapeError) return ebsProblem(400, 'ValidationException', thrown.message, 'INVALID_PARAMETER_VALUE')
    throw thrown
  }
}

export function ebsProblem(status: number, type: string, message: string, reason?: string): Answer {
  const body = JSON.stringify({ message, ...(reason === undefined ? {} : { Reason: reason }) })
  return { status, headers: { 'content-type': 'application/json', 'x-amzn-errortype': type }, body }
}

function startSnapshot(state: AwsState, region: string, request: SignedRequest): Answer {
  const input = checkShape(MODEL, 'StartSnapshotRequest', JSON.parse(request.body.toString('utf8') || '{}'), 'Request') as Values
  const token = typeof input.ClientToken === 'string' ? `${region} ${input.ClientToken}` : null
  const asked = JSON.stringify(input)
  const known = token === null ? undefined : state.tokens.get(token)
  if (known !== undefined && known.asked !== asked) return ebsProblem(409, 'ConflictException', 'The token was used for another request')
  if (known === undefined && !state.hasQuotaLeft) {
    return ebsProblem(
      402,
      'ServiceQuotaExceededException',
      'You have reached the number of pending snapshots',
      'DEPENDENCY_SERVICE_QUOTA_EXCEEDED',
    )
  }
  const snapshot =
    state.snapshots.get(known?.id ?? '') ??
    state.addSnapshot({
      region,
      gib: Number(input.VolumeSize),
      description: textIn(input.Description),
      tags: (input.Tags ?? []) as unknown as readonly Tag[],
    })
  if (token !== null) state.tokens.set(token, { asked, id: snapshot.id })
  const body = {
    SnapshotId: snapshot.id,
    OwnerId: ACCOUNT,
    Status: 'pending',
    StartTime: Date.parse(snapshot.startedAt) / 1000,
    VolumeSize: snapshot.gib,
    BlockSize: BLOCK_BYTES,
    Description: snapshot.description,
    Tags: snapshot.tags,
  }
  return json(201, body)
}

function putBlock(state: AwsState, region: string, id: string, index: string, request: SignedRequest): Answer {
  const input = checkShape(
    MODEL,
    'PutSnapshotBlockRequest',
    {
      SnapshotId: id,
      BlockIndex: index,
      BlockData: 'checked below',
      ...header(request, 'x-amz-data-length', 'DataLength'),
      ...header(request, 'x-amz-progress', 'Progress'),
      ...header(request, 'x-amz-checksum', 'Checksum'),
      ...header(request, 'x-amz-checksum-algorithm', 'ChecksumAlgorithm'),
    },
    'Request',
  ) as Values
  const found = pending(state, region, id)
  if (!('blocks' in found)) return found
  const bytes = request.body
  if (bytes.length !== BLOCK_BYTES || input.DataLength !== BLOCK_BYTES) return invalid(`A block has ${BLOCK_BYTES} bytes`, 'INVALID_BLOCK')
  const digest = createHash('sha256').update(bytes).digest()
  if (digest.toString('base64') !== input.Checksum) return invalid('The checksum is not that of the block', 'INVALID_BLOCK')
  if ((Number(index) + 1) * BLOCK_BYTES > found.gib * GIB) return invalid('The block is outside of the volume', 'INVALID_BLOCK')
  found.blocks.set(Number(index), { bytes: Buffer.from(bytes), digest })
  state.received += bytes.length
  return { status: 201, headers: { 'x-amz-checksum': input.Checksum, 'x-amz-checksum-algorithm': 'SHA256' }, body: '' }
}

function complete(state: AwsState, region: string, id: string, request: SignedRequest): Answer {
  const input = checkShape(
    MODEL,
    'CompleteSnapshotRequest',
    {
      SnapshotId: id,
      ...header(request, 'x-amz-changedblockscount', 'ChangedBlocksCount'),
      ...header(request, 'x-amz-checksum', 'Checksum'),
      ...header(request, 'x-amz-checksum-algorithm', 'ChecksumAlgorithm'),
      ...header(request, 'x-amz-checksum-aggregation-method', 'ChecksumAggregationMethod'),
    },
    'Request',
  ) as Values
  const found = pending(state, region, id)
  if (!('blocks' in found)) return found
  if (input.ChangedBlocksCount !== found.blocks.size) return invalid(`${found.blocks.size} blocks were written`, 'INVALID_PARAMETER_VALUE')
  if (input.Checksum !== undefined) {
    const hash = createHash('sha256')
    for (const index of [...found.blocks.keys()].toSorted((a, b) => a - b)) hash.update(found.blocks.get(index)?.digest ?? '')
    if (hash.digest('base64') !== input.Checksum) return invalid('The checksum is not that of the blocks', 'INVALID_PARAMETER_VALUE')
  }
  found.looksLeft = 2
  return json(202, { Status: 'pending' })
}

/** The snapshot that can still be written, or why not. */
function pending(state: AwsState, region: string, id: string): Snapshot | Answer {
  const snapshot = state.snapshots.get(id)
  if (snapshot?.region !== region || snapshot.unknownFor > 0) {
    if (snapshot !== undefined) snapshot.unknownFor--
    return ebsProblem(404, 'ResourceNotFoundException', `The snapshot '${id}' does not exist.`, 'SNAPSHOT_NOT_FOUND')
  }
  return snapshot.state === 'pending' && snapshot.looksLeft === null
    ? snapshot
    : invalid(`The snapshot is ${snapshot.state}`, 'INVALID_SNAPSHOT_ID')
}

function invalid(message: string, reason: string): Answer {
  return ebsProblem(400, 'ValidationException', message, reason)
}

function header({ headers }: SignedRequest, name: string, member: string): Record<string, string> {
  const value = headers[name]
  return value === undefined ? {} : { [member]: value }
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
