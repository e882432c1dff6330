import { ByteView } from '../images/byte-view.js'
import { DamagedData, piecesOf } from './byte-source.js'
import { ByteStream } from './byte-stream.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { lintPackedDisk, type SeenMember, seeMembers } from './packed-disk.js'

const FIRMWARES = ['BIOS', 'UEFI_64']

/** Oracle's `.oci`: a tar, plain or in gzip, of `image_metadata.json` and one disk ("Image Import/Export", exported images). */
export async function lintOciArchive(work: LintWork, compressed: boolean): Promise<DiskFacts | null> {
  const { source, findings, host } = work
  const stream = new ByteStream(compressed ? host.gunzip(source) : piecesOf(source, host))
  try {
    const { members, closed, broken } = await seeMembers(stream)
    findings.expect('oci.tar', closed && !broken, 'The archive is whole', 'The archive is damaged, or its end is missing')
    const odd = members.find(({ type }) => type !== '0')
    findings.expect('oci.members', odd === undefined, 'Plain files, nothing else', `${odd?.name} is no plain file`)
    lintMetadata(work, members)
    const disks = members.filter(({ name }) => !/\.json$/i.test(name))
    findings.expect('oci.one-disk', disks.length === 1, 'It holds one disk', `It holds ${disks.length} disks`)
    const [disk] = disks
    if (!disk) return null
    const facts = await lintPackedDisk(work, disk, compressed ? null : source)
    const taken = facts?.format === 'qcow2' || facts?.format === 'vmdk'
    findings.expect('oci.format', taken, 'The disk is one that Oracle Cloud imports', 'Oracle Cloud imports qcow2 and VMDK alone')
    return facts
  } catch (thrown) {
    if (!(thrown instanceof DamagedData)) throw thrown
    findings.add('oci.tar', 'error', `The archive is damaged or cut short: ${thrown.message}`)
    return null
  } finally {
    await stream.close()
  }
}

function lintMetadata({ findings }: LintWork, members: readonly SeenMember[]): void {
  const [metadata, ...more] = members.filter(({ name }) => name === 'image_metadata.json')
  const once = metadata !== undefined && more.length === 0
  findings.expect(
    'oci.metadata',
    once,
    'image_metadata.json is there',
    metadata ? 'image_metadata.json is there twice' : 'image_metadata.json is missing',
  )
  if (!metadata) return
  const data = parseObject(new ByteView(metadata.head).text(0, metadata.head.length))
  if (!findings.expect('oci.metadata-json', data !== null, 'The metadata is JSON', 'The metadata is no JSON') || !data) return
  findings.expect(
    'oci.version',
    data.version === 2,
    'Version 2 of the metadata',
    `Version ${JSON.stringify(data.version)} of the metadata instead of 2`,
  )
  const options = objectOf(data.externalLaunchOptions)
  const firmware = options?.firmware
  const known = typeof firmware === 'string' && FIRMWARES.includes(firmware)
  findings.expect('oci.firmware', known, `Firmware ${String(firmware)}`, `The firmware has to be one of ${FIRMWARES.join(', ')}`)
  const drivers = ['networkType', 'bootVolumeType', 'remoteDataVolumeType'].find((name) => typeof options?.[name] !== 'string')
  findings.expect('oci.launch', drivers === undefined, 'Network and volumes have their types', `The metadata does not say ${drivers}`)
}

/** A JSON object; null for all else. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return null
  }
}

export function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}
