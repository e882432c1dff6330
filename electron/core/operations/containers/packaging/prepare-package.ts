import type { JobInput } from '#shared/jobs/job-requests'
import { type GoPlatform, IMAGE_CREATED, IMAGE_TITLE, layerFrame, type Texts } from '#shared/containers/package'
import { goArch } from '#shared/containers/platform-match'
import { AppError, toAppError } from '#shared/errors/app-error'
import { imageArch } from '#shared/platforms/image-arch'
import { showControl } from '#shared/text/visible'
import path from 'node:path'
import type { Host } from '../../../process/host.js'
import { readImage } from '../../inspect-image.js'
import { type Destination, readDestination } from './destination.js'
import { diskName, diskPathFor } from './packed-image.js'
import { openSourceDisk, type SourceDisk } from './source-disk.js'

export type PackageInput = JobInput<'package-container'>

/** All that is known of an image before the disk's bytes were read. */
export interface PackagePlan {
  readonly input: PackageInput
  readonly disk: SourceDisk
  readonly destination: Destination
  readonly diskPath: string
  readonly platform: GoPlatform
  readonly labels: Texts
  /** RFC 3339; only where the user or `SOURCE_DATE_EPOCH` says one. */
  readonly created: string | undefined
  /** Bytes of the layer without compression. */
  readonly layerBytes: number
  readonly notes: readonly string[]
}

/** What will be made of a disk, and whether that fits together. Nothing is written. The caller closes the disk. Throws `bad-input`, `container-unsupported`, `image-changed`. */
export async function preparePackage(host: Host, input: PackageInput): Promise<PackagePlan> {
  const destination = readDestination(input.destination)
  checkTogether(input, destination)
  const disk = await openSourceDisk(input.source, input.revision)
  try {
    const diskPath = diskPathFor(input.layout, disk.path, disk.format, input.path)
    const frame = input.layout === 'artifact' ? null : layerFrame(diskPath, disk.bytes)
    const system = await systemOf(host, disk.path)
    const architecture = input.architecture === undefined ? system.architecture : askedArchitecture(input.architecture)
    return {
      input,
      disk,
      destination,
      diskPath,
      platform: { architecture, os: 'linux' },
      labels: labelsOf(input, disk.path, system.osName),
      created: createdOf(input, host.env),
      layerBytes: frame === null ? disk.bytes : frame.head.length + disk.bytes + frame.tailBytes,
      notes: input.architecture === undefined ? [`Architecture ${architecture}, by ${system.reason}`] : [],
    }
  } catch (thrown) {
    await disk.close()
    throw thrown
  }
}

/** By whichever name it is called, as registries know it. */
function askedArchitecture(text: string): string {
  const architecture = goArch(text)
  if (!/^[a-z0-9]+$/.test(architecture))
    throw new AppError('bad-input', {
      details: { reason: `an architecture is a word such as amd64, arm64 or riscv64, not ${showControl(text)}` },
    })
  return architecture
}

function checkTogether({ layout, compression, addToIndex, sign }: PackageInput, { kind, reference }: Destination): void {
  const refuse = (reason: string): AppError => new AppError('bad-input', { details: { reason } })
  const { transport } = reference
  if (layout === 'artifact' && compression !== 'none') throw refuse('an artifact is the disk itself: its bytes are not compressed')
  if (layout === 'artifact' && (kind === 'storage' || transport === 'docker-archive')) {
    throw refuse(`${transport}: has no place for artifacts; a registry, oci: and oci-archive: have`)
  }
  if (addToIndex && (kind === 'storage' || transport === 'docker-archive')) throw refuse(`${transport}: has no indexes of several images`)
  if (compression !== 'none' && transport === 'docker-archive') throw refuse('docker-archive: holds layers that are not compressed')
  if (sign !== undefined && kind !== 'registry') throw refuse(`${transport}: has no place for a signature; registries have`)
}

function labelsOf(input: PackageInput, file: string, osName: string | null): Texts {
  const title = { [IMAGE_TITLE]: diskName(file) }
  return { ...title, ...(osName === null ? {} : { 'org.opencontainers.image.description': osName }), ...input.labels }
}

/** reproducible-builds.org, "SOURCE_DATE_EPOCH": seconds since 1970. */
function createdOf({ labels, annotations }: PackageInput, env: NodeJS.ProcessEnv): string | undefined {
  const said = annotations[IMAGE_CREATED] ?? labels[IMAGE_CREATED]
  const epoch = env.SOURCE_DATE_EPOCH ?? ''
  const time = said === undefined ? (/^\d{1,12}$/.test(epoch) ? new Date(Number(epoch) * 1000) : null) : new Date(said)
  if (time === null) return undefined
  if (Number.isNaN(time.getTime())) throw new AppError('bad-input', { details: { reason: `${IMAGE_CREATED} is no time: ${said}` } })
  return time.toISOString().replace(/\.000Z$/, 'Z')
}

interface System {
  readonly architecture: string
  readonly osName: string | null
  readonly reason: string
}

/** A disk that cannot be looked into is packaged as well: its bytes are not touched. */
async function systemOf(host: Host, file: string): Promise<System> {
  try {
    const { info } = await readImage(host, file)
    return { architecture: goArch(imageArch(info)), osName: info.osName, reason: 'its partitions and name' }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled' || host.signal?.aborted) throw thrown
    return { architecture: goArch(imageArch({ partitions: [], name: path.basename(file) })), osName: null, reason: 'its name' }
  }
}
