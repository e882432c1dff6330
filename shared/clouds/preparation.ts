import type { Edit } from '../edits/edit.js'
import type { DiskFormat } from '../images/formats.js'
import type { MachineChoice } from '../jobs/convert-request.js'
import type { ArtifactId } from '../platforms/artifact-ids.js'
import { artifact, artifactPlatform } from '../platforms/artifacts.js'
import { fittingBytes } from '../platforms/image-advice.js'
import type { FieldValues } from './field.js'
import type { Payload, ProviderForm } from './provider-form.js'
import { withDefaults } from './read-values.js'
import type { SourceFacts } from './source-facts.js'
import type { UploadStep } from './upload-plan.js'

/**
 * What is done to a file before it is sent. `none`: nothing. `overlay`: its disk is read through a file that holds the edits. `unpack`: its disk is unpacked, and
 * edited if need be. `convert`: a new file is made, of a preset, or of the source's own format with the edits in it.
 */
export type Preparation =
  | { readonly kind: 'none' }
  | { readonly kind: 'overlay' }
  | { readonly kind: 'unpack' }
  | {
      readonly kind: 'convert'
      readonly artifact: ArtifactId | null
      readonly format: DiskFormat
      readonly subformat: string | null
      /** The machine that an OVF describes; null where nothing was chosen. */
      readonly machine: MachineChoice | null
    }

/** An upload that is wanted, before its values have their defaults. */
export interface WantedUpload {
  readonly values: FieldValues
  readonly facts: SourceFacts
  readonly edits: readonly Edit[]
}

const QCOW2_WITHOUT_ZSTD: ReadonlySet<string> = new Set(['v3', 'v2', 'compressed'])

/** All qcow2 but those of zstd are read by everything that takes qcow2; a qcow2 with a backing file has no subformat in the facts. */
function isOfFormat(facts: SourceFacts, format: DiskFormat, subformat: string): boolean {
  if (facts.format !== format || facts.subformat === null) return false
  return format === 'qcow2' ? QCOW2_WITHOUT_ZSTD.has(facts.subformat) : facts.subformat === subformat
}

/** Whether a file is what a preset would make of it, in a size that its platform takes. */
export function isArtifactAlready(facts: SourceFacts, id: ArtifactId): boolean {
  const { container, format, subformat } = artifact(id)
  if (container !== null) return container === 'ova' && facts.kind === 'ova'
  const isWhole = fittingBytes(artifactPlatform(id), facts.virtualBytes) === facts.virtualBytes
  return facts.kind === 'disk' && isWhole && isOfFormat(facts, format, subformat)
}

export function preparationOf(payload: Payload, { facts, edits }: Pick<WantedUpload, 'facts' | 'edits'>): Preparation {
  const isDisk = facts.kind === 'disk' || facts.kind === 'ova'
  if (!isDisk) return { kind: 'none' }
  if (payload.kind === 'disk') {
    if (facts.format === null) return { kind: 'unpack' }
    return edits.length > 0 ? { kind: 'overlay' } : { kind: 'none' }
  }
  if (payload.kind === 'artifact') {
    const { format, subformat } = artifact(payload.artifact)
    if (edits.length === 0 && isArtifactAlready(facts, payload.artifact)) return { kind: 'none' }
    return { kind: 'convert', artifact: payload.artifact, format, subformat, machine: payload.machine ?? null }
  }
  if (edits.length === 0) return { kind: 'none' }
  return { kind: 'convert', artifact: null, format: facts.format ?? 'qcow2', subformat: facts.subformat, machine: null }
}

/** The values as a provider gets them: defaults filled in, and nothing that belongs to no field that is shown. */
export function completeValues(form: ProviderForm, values: FieldValues, facts: SourceFacts | null): FieldValues {
  return withDefaults(form.fields(values, facts), values)
}

const CONVERT_WORDS: Readonly<Record<Exclude<Preparation['kind'], 'none' | 'convert'>, string>> = {
  overlay: 'Write the edits to an overlay',
  unpack: 'Unpack the disk',
}

/** All steps of an upload: what is done here first, then those of the provider. */
export function uploadSteps(form: ProviderForm, wanted: WantedUpload): UploadStep[] {
  const values = completeValues(form, wanted.values, wanted.facts)
  const preparation = preparationOf(form.payload(values, wanted.facts), wanted)
  const steps = form.steps(values, wanted.facts)
  if (preparation.kind === 'none') return [...steps]
  const title = preparation.kind === 'convert' ? convertTitle(preparation) : CONVERT_WORDS[preparation.kind]
  const weight =
    Math.max(
      0.05,
      steps.reduce((sum, step) => sum + step.weight, 0),
    ) * (preparation.kind === 'overlay' ? 0.1 : 0.4)
  return [{ id: PREPARE_STEP, title, kind: 'convert', weight, creates: [] }, ...steps]
}

/** Id of the step before those of the provider. */
export const PREPARE_STEP = 'prepare-source'

function convertTitle({ artifact: id, format }: Extract<Preparation, { kind: 'convert' }>): string {
  return id === null ? `Write the edits to a new ${format}` : `Convert to ${artifact(id).name}`
}
