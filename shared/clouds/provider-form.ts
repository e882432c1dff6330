import type { PlatformId } from '../platforms/platform.js'
import type { MachineChoice } from '../jobs/convert-request.js'
import type { ArtifactId } from '../platforms/artifact-ids.js'
import type { Field, FieldValues } from './field.js'
import type { ProviderId } from './provider-ids.js'
import type { SourceFacts } from './source-facts.js'
import type { CheckRow, UploadStep } from './upload-plan.js'

/**
 * What is sent. `source`: the file as it is. `disk`: the content of the disk, read where it is, without a copy. `artifact`: a file of a preset
 * of the conversion workbench; the source itself where it is that already and nothing is edited.
 */
export type Payload =
  | { readonly kind: 'source' }
  | { readonly kind: 'disk' }
  | { readonly kind: 'artifact'; readonly artifact: ArtifactId; readonly machine?: MachineChoice }

/** The pure half of a provider: what to fill in, what can be told without a network, and what will be done. */
export interface ProviderForm {
  readonly id: ProviderId
  readonly title: string
  /** One line of what comes out at the end. */
  readonly summary: string
  /** The platform that an image is retargeted to before; null where there is none. */
  readonly platform: PlatformId | null
  /** Kinds of source it takes. */
  readonly takes: readonly SourceFacts['kind'][]
  /** In the order of the form; only what is visible with these values. `facts` is null for `--fields` without an image. */
  fields(values: FieldValues, facts: SourceFacts | null): readonly Field[]
  /** Names, sizes, architecture, firmware: rows in the state `error` keep it from starting. What a field itself demands is checked by `checkFields`. */
  validate(values: FieldValues, facts: SourceFacts): readonly CheckRow[]
  payload(values: FieldValues, facts: SourceFacts): Payload
  /** Steps after the conversion, in order. */
  steps(values: FieldValues, facts: SourceFacts): readonly UploadStep[]
  /** The same with the provider's own tools; secrets are left out. */
  commands(values: FieldValues, facts: SourceFacts): readonly string[]
}
