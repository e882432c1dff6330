import type { ImageInfo } from '../images/image-info.js'
import type { MachineChoice } from '../jobs/convert-request.js'
import { imageArch } from './image-arch.js'
import type { PlatformArch } from './platform.js'

/** Names that an `.oci` archive has for its two members (oracle-cne/ocne pkg/commands/image/upload). */
export const OCI_DISK_NAME = 'output.QCOW2'
export const OCI_METADATA_NAME = 'image_metadata.json'

/**
 * Virtual machine shapes that an image may be started on, by architecture: those of oracle-cne/ocne pkg/util/oci/imagecapability.go,
 * without bare metal ones, whose disks are not paravirtualized.
 */
const SHAPES: Readonly<Record<PlatformArch, readonly string[]>> = {
  x86_64: [
    'VM.Standard.E2.1.Micro',
    'VM.Standard.E2.1',
    'VM.Standard.E2.2',
    'VM.Standard.E2.4',
    'VM.Standard.E2.8',
    'VM.Standard.E3.Flex',
    'VM.Standard.E4.Flex',
    'VM.Standard.E5.Flex',
    'VM.Standard.E6.Flex',
    'VM.Standard2.1',
    'VM.Standard2.2',
    'VM.Standard2.4',
    'VM.Standard2.8',
    'VM.Standard2.16',
    'VM.Standard2.24',
    'VM.Standard3.Flex',
  ],
  aarch64: ['VM.Standard.A1.Flex', 'VM.Standard.A2.Flex'],
  ppc64le: [],
  s390x: [],
}

/** What an import is told of an image. */
export interface OciMachine {
  readonly arch: PlatformArch
  readonly uefi: boolean
  /** Names under which the console lists it, such as `Oracle Linux` and `8.10`. */
  readonly system: string
  readonly version: string
  /** In place of those that are usual for the architecture. */
  readonly shapes?: readonly string[]
}

/**
 * `image_metadata.json` of an Oracle Cloud image archive: the only place where an import is told the firmware. The fields are those of
 * oracle-cne/ocne pkg/util/oci/imagecapability.go (version 2). All devices are paravirtualized, as in the archive that Talos documents for
 * Oracle Cloud: network boot volumes (iSCSI) need kernel arguments that an image made elsewhere does not have.
 */
export function ociMetadata({ arch, uefi, system, version, shapes = SHAPES[arch] }: OciMachine): string {
  const metadata = {
    version: 2,
    externalLaunchOptions: {
      firmware: uefi ? 'UEFI_64' : 'BIOS',
      networkType: 'PARAVIRTUALIZED',
      bootVolumeType: 'PARAVIRTUALIZED',
      remoteDataVolumeType: 'PARAVIRTUALIZED',
      localDataVolumeType: 'PARAVIRTUALIZED',
      launchOptionsSource: 'PARAVIRTUALIZED',
      pvAttachmentVersion: 2,
      pvEncryptionInTransitEnabled: false,
      consistentVolumeNamingEnabled: true,
    },
    imageCapabilityData: null,
    imageCapsFormatVersion: null,
    operatingSystem: system,
    operatingSystemVersion: version,
    additionalMetadata: {
      shapeCompatibilities: shapes.map((shape) => ({ internalShapeName: shape, ocpuConstraints: null, memoryConstraints: null })),
    },
  }
  return `${JSON.stringify(metadata, null, 2)}\n`
}

/** The same of an image that is known in full. */
export function ociImageMetadata(info: ImageInfo, choice: MachineChoice = {}): string {
  const arch = imageArch(info)
  const [system, version] = operatingSystem(info.osName)
  return ociMetadata({ arch, uefi: usesUefi(info, arch, choice), system, version })
}

/** ARM shapes know UEFI alone; what starts both ways starts with UEFI, as Oracle's own images do. */
function usesUefi(info: ImageInfo, arch: PlatformArch, choice: MachineChoice): boolean {
  if (arch === 'aarch64') return true
  if (choice.firmware !== undefined) return choice.firmware === 'efi'
  if (info.firmware === 'unknown') return info.partitions.some((partition) => partition.isEsp)
  return info.firmware !== 'bios'
}

/** `Oracle Linux Server 8.10` → `Oracle Linux`, `8.10`: the names under which Oracle Cloud lists its own images. */
function operatingSystem(osName: string | null): [name: string, version: string] {
  const match = /^(.*?)\s+(\d[\w.]*)/.exec(osName ?? '')
  const name = (match?.[1] ?? osName ?? 'Linux').replace(/ Server$| GNU\/Linux$/, '')
  return [name, match?.[2] ?? '']
}
