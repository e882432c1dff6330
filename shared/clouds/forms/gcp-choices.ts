import { sourceStem } from '../../platforms/artifacts.js'
import type { FieldValues } from '../field.js'
import { textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'

/** Source: Compute Engine API, Image.guestOsFeatures. */
export const GUEST_FEATURES = [
  'UEFI_COMPATIBLE',
  'GVNIC',
  'VIRTIO_SCSI_MULTIQUEUE',
  'SEV_CAPABLE',
  'SEV_SNP_CAPABLE',
  'SEV_LIVE_MIGRATABLE',
  'TDX_CAPABLE',
  'IDPF',
  'SUSPEND_RESUME_COMPATIBLE',
] as const

const MIB = 1024 ** 2
/** Chunks of a session, the last one excepted, are whole multiples of it. Source: Cloud Storage, "Resumable uploads". */
export const GCS_UNIT = 256 * 1024

export function gcpArchitecture(facts: SourceFacts | null): 'X86_64' | 'ARM64' | null {
  if (facts?.architecture === 'aarch64') return 'ARM64'
  return facts?.architecture === 'x86_64' ? 'X86_64' : null
}

/** What goes without saying on an image of today; UEFI where the image has it. */
export function usualFeatures(facts: SourceFacts | null): string[] {
  return [...(facts?.firmware === 'bios' ? [] : ['UEFI_COMPATIBLE']), 'GVNIC', 'VIRTIO_SCSI_MULTIQUEUE']
}

export function gcpObject(values: FieldValues, facts: SourceFacts): string {
  return textOf(values, 'object') || `${gcpName(facts)}.tar.gz`
}

/** A name that Compute Engine takes, of the file's own. */
export function gcpName(facts: SourceFacts): string {
  const stem = sourceStem(facts.path.split('/').at(-1) ?? '').toLowerCase()
  const plain = stem
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
  return plain.replace(/-+$/, '') || 'image'
}

export function gcpChunkBytes(values: FieldValues): number {
  const chosen = values.chunkMiB
  return (typeof chosen === 'number' ? chosen : 16) * MIB
}
