import type { ByteView } from '../images/byte-view.js'
import { type ByteSource, DamagedData, digestOf, piecesOf, viewOf, windowOf } from './byte-source.js'
import { ByteStream } from './byte-stream.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { objectOf, parseObject } from './lint-oci-archive.js'
import { lintPackedDisk, type SeenMember, seeMembers } from './packed-disk.js'
import { type PlacedMember, walkTar } from './tar-members.js'

/** Whom KubeVirt runs qemu as. */
const QEMU_UID = 107
const MAX_JSON = 4 * 1024 * 1024

type Blobs = (descriptor: unknown, what: string) => Promise<{ data: Record<string, unknown>; source: ByteSource } | null>

/**
 * A containerDisk as OCI archive: an image layout (OCI Image Format Specification 1.1) in a tar whose one image has a disk in `/disk`
 * (KubeVirt user guide, "containerDisk").
 */
export async function lintContainerDisk(work: LintWork): Promise<DiskFacts | null> {
  const { source, findings, host } = work
  const { members, end, broken } = await walkTar(source, host)
  findings.expect(
    'containerdisk.tar',
    broken === null && end !== null,
    'The archive is whole',
    broken ?? 'The end of the archive is missing',
  )
  const layout = await jsonOf(source, find(members, 'oci-layout'))
  const version = layout?.imageLayoutVersion
  findings.expect(
    'containerdisk.layout',
    version === '1.0.0',
    'An OCI image layout 1.0.0',
    'oci-layout is missing, or is none of version 1.0.0',
  )
  const index = await jsonOf(source, find(members, 'index.json'))
  const manifests = Array.isArray(index?.manifests) ? (index.manifests as unknown[]) : []
  const one = findings.expect(
    'containerdisk.index',
    manifests.length === 1,
    'The index names one image',
    `The index names ${manifests.length} images`,
  )
  if (!one) return null

  const blobs = blobReader(work, members)
  const manifest = await blobs(manifests[0], 'manifest')
  if (!manifest) return null
  const config = await blobs(manifest.data.config, 'config')
  const layers = Array.isArray(manifest.data.layers) ? (manifest.data.layers as unknown[]) : []
  const platform = typeof config?.data.architecture === 'string' && config.data.os === 'linux'
  findings.expect(
    'containerdisk.platform',
    platform,
    'The config names architecture and system',
    'The config names no architecture, or another system than linux',
  )
  const ids = objectOf(config?.data.rootfs)?.diff_ids
  const diffIds = Array.isArray(ids) ? (ids as unknown[]) : []
  findings.expect(
    'containerdisk.layers',
    layers.length === 1 && diffIds.length === 1,
    'One layer',
    `${layers.length} layers, and the config knows ${diffIds.length}`,
  )
  const layer = await blobs(layers[0], 'layer')
  return layer ? lintLayer(work, layer.source, { type: text(objectOf(layers[0])?.mediaType), diffId: text(diffIds[0]) }) : null
}

/** Reads what a descriptor names, after its size and digest were found right. */
function blobReader({ source, findings, host }: LintWork, members: readonly PlacedMember[]): Blobs {
  return async (descriptor, what) => {
    const { digest, size } = objectOf(descriptor) ?? {}
    const hex = typeof digest === 'string' ? /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] : undefined
    const member = hex === undefined ? undefined : find(members, `blobs/sha256/${hex}`)
    const blob = member && windowOf(source, member.at, member.bytes)
    const right = blob !== undefined && size === blob.bytes && (await digestOf(blob, 'sha256', host)) === hex
    findings.expect(
      `containerdisk.${what}`,
      right,
      `The ${what} is there, its size and digest are right`,
      `The ${what} is missing, or its size or digest is wrong`,
    )
    if (!blob || !right) return null
    return { data: what === 'layer' ? {} : ((await jsonOf(source, member)) ?? {}), source: blob }
  }
}

async function lintLayer(work: LintWork, layer: ByteSource, { type, diffId }: { type: string; diffId: string }): Promise<DiskFacts | null> {
  const { findings, host } = work
  const compressed = type.endsWith('gzip')
  const known = compressed || type.endsWith('.tar')
  if (
    !findings.expect(
      'containerdisk.layer-type',
      known,
      `The layer is ${type}`,
      `The layer is of the type ${type}, which is neither tar nor tar with gzip`,
    )
  )
    return null
  const hash = host.hash('sha256')
  const stream = new ByteStream(counted(compressed ? host.gunzip(layer) : piecesOf(layer, host), (piece) => hash.update(piece)))
  try {
    const { members, broken } = await seeMembers(stream)
    while ((await stream.next(MAX_JSON)).length > 0);
    findings.expect('containerdisk.layer-tar', !broken, 'The layer is a whole tar', 'The layer is no whole tar')
    findings.expect(
      'containerdisk.diff-id',
      diffId === `sha256:${hash.hex()}`,
      'The config names the digest of the unpacked layer',
      'The digest of the unpacked layer is not the one in the config',
    )
    return await lintFiles(work, members, compressed ? null : layer)
  } catch (thrown) {
    if (!(thrown instanceof DamagedData)) throw thrown
    findings.add('containerdisk.layer-tar', 'error', `The layer is damaged or cut short: ${thrown.message}`)
    return null
  } finally {
    await stream.close()
  }
}

async function lintFiles(work: LintWork, members: readonly SeenMember[], layer: ByteSource | null): Promise<DiskFacts | null> {
  const { findings } = work
  const files = members.filter(({ type }) => type === '0')
  const other = members.find(({ type, name }) => !(type === '0' || (type === '5' && /^(\.\/)?disk\/?$/.test(name))))
  findings.expect(
    'containerdisk.members',
    other === undefined,
    'Nothing but /disk is in it',
    `${other?.name} is neither the folder /disk nor a file in it`,
  )
  const [disk] = files.filter(({ name }) => /^(\.\/)?disk\/[^/]+$/.test(name))
  findings.expect(
    'containerdisk.path',
    disk !== undefined && files.length === 1,
    'One disk in /disk',
    `${files.length} files, of which one has to be in /disk`,
  )
  if (!disk) return null
  const owned = disk.uid === QEMU_UID && disk.gid === QEMU_UID
  findings.expect(
    'containerdisk.owner',
    owned,
    'The disk is owned by 107:107',
    `The disk is owned by ${disk.uid}:${disk.gid} instead of 107:107, whom KubeVirt runs qemu as`,
  )
  const facts = await lintPackedDisk(work, disk, layer)
  const taken = facts?.format === 'qcow2' || facts?.format === 'raw'
  findings.expect('containerdisk.format', taken, 'The disk is qcow2 or raw', 'KubeVirt takes qcow2 and raw alone')
  return facts
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

async function* counted(pieces: AsyncIterable<Uint8Array>, count: (piece: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    count(piece)
    yield piece
  }
}

function find(members: readonly PlacedMember[], name: string): PlacedMember | undefined {
  return members.find((member) => member.type === '0' && member.name.replace(/^\.\//, '') === name)
}

async function jsonOf(source: ByteSource, member: PlacedMember | undefined): Promise<Record<string, unknown> | null> {
  if (!member || member.bytes > MAX_JSON) return null
  const view: ByteView = await viewOf(source, member.at, member.bytes)
  return parseObject(view.text(0, member.bytes))
}
