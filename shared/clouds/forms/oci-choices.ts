import { sourceStem } from '../../platforms/artifacts.js'
import type { ArtifactId } from '../../platforms/artifact-ids.js'
import type { FieldValues } from '../field.js'
import { numberOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'

/** What is sent: an archive that says the firmware itself, or a bare disk whose settings are made after the import. */
export const OCI_FORMATS = ['archive', 'qcow2', 'vmdk'] as const
export type OciFormat = (typeof OCI_FORMATS)[number]

/** An archive is put around the qcow2 while it is sent: no copy of it is made on this machine. */
const ARTIFACTS: Readonly<Record<OciFormat, ArtifactId>> = { archive: 'oci-qcow2', qcow2: 'oci-qcow2', vmdk: 'vmware-vmdk' }
const EXTENSIONS: Readonly<Record<OciFormat, string>> = { archive: 'oci', qcow2: 'qcow2', vmdk: 'vmdk' }

/** Values of `launchMode` (Compute API, CreateImageDetails) that make sense for an image from elsewhere. */
export const LAUNCH_MODES = ['PARAVIRTUALIZED', 'EMULATED', 'NATIVE', 'CUSTOM'] as const
export const FIRMWARES = ['UEFI_64', 'BIOS'] as const
/** How the import finds the object: by its name, or by a pre-authenticated link, which federated users need. */
export const OCI_ROUTES = ['auto', 'object', 'link'] as const

/** A custom image is at most 400 GB. Source: Oracle Cloud, "Bring Your Own Image". */
export const OCI_MAX_BYTES = 400 * 1000 ** 3
const MIB = 1024 ** 2
/** Parts below 10 MiB are only taken at the end. Source: Oracle Cloud, "Using Multipart Uploads". */
export const OCI_MIN_PART_MIB = 10

export function ociFormat(values: FieldValues, facts: SourceFacts | null): OciFormat {
  const chosen = OCI_FORMATS.find((format) => format === textOf(values, 'format'))
  return chosen ?? usualFormat(facts)
}

/** BIOS is what an import takes for granted; all else has to be said in an archive. */
export function usualFormat(facts: SourceFacts | null): OciFormat {
  return facts?.firmware === 'bios' && facts.architecture !== 'aarch64' ? 'qcow2' : 'archive'
}

export function ociArtifact(values: FieldValues, facts: SourceFacts): ArtifactId {
  return ARTIFACTS[ociFormat(values, facts)]
}

export function usualFirmware(facts: SourceFacts | null): (typeof FIRMWARES)[number] {
  return facts?.firmware === 'bios' && facts.architecture !== 'aarch64' ? 'BIOS' : 'UEFI_64'
}

export function usualObject(values: FieldValues, facts: SourceFacts): string {
  return `${stemOf(facts)}.${EXTENSIONS[ociFormat(values, facts)]}`
}

export function stemOf(facts: SourceFacts): string {
  return sourceStem(facts.path.split('/').at(-1) ?? '')
}

/** `Oracle Linux Server 8.10` is listed as `Oracle Linux`, `8.10` in the console. */
export function usualSystem(facts: SourceFacts | null): { readonly name: string; readonly version: string } {
  if (facts?.os === null || facts?.os === undefined) return { name: 'Linux', version: '' }
  const { name, version } = facts.os
  const short = (version !== null && name.includes(version) ? name.slice(0, name.indexOf(version)) : name)
    .trim()
    .replace(/ (Server|GNU\/Linux)$/, '')
  return { name: short === '' ? facts.os.id : short, version: version ?? '' }
}

/** Bytes of a part where the size does not ask for more. */
export function ociPartBytes(values: FieldValues): number {
  return (numberOf(values, 'partMiB') ?? 16) * MIB
}
