import type { ContainerLayout } from '#shared/containers/container-requests'
import { imageFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import { packageStem } from '#shared/ovf/package-names'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { accessOf } from '../../features/containers/containers-store.js'
import { type Destination, destinationReference, NO_DESTINATION } from '../../features/containers/destination.js'
import { NO_SIGNING, type Signing, signingRequest } from '../../features/containers/sign-choice.js'
import { type LabelRow, recordOf } from './label-rows.js'

/** What the dialog holds. */
export interface PackageChoices {
  readonly layout: ContainerLayout
  readonly to: Destination
  /** Empty: the usual one. */
  readonly path: string
  /** Empty: that of the system in the disk. */
  readonly architecture: string
  readonly addToIndex: boolean
  readonly compression: 'none' | 'gzip' | 'zstd'
  readonly labels: readonly LabelRow[]
  readonly annotations: readonly LabelRow[]
  readonly signing: Signing
}

export const FIRST_CHOICES: PackageChoices = {
  layout: 'boot-container',
  to: NO_DESTINATION,
  path: '',
  architecture: '',
  addToIndex: false,
  compression: 'none',
  labels: [],
  annotations: [],
  signing: NO_SIGNING,
}

/** Null while something is still missing. */
export function packageInput(
  info: Pick<ImageInfo, 'path' | 'revision'>,
  choices: PackageChoices,
  plainHosts: ReadonlySet<string>,
): JobInputDraft<'package-container'> | null {
  const { reference } = destinationReference(choices.to)
  // Signatures lie beside an image at its registry.
  const sign = choices.to.transport === 'docker' ? signingRequest(choices.signing) : undefined
  if (reference === null || sign === null) return null
  const access = accessOf(reference, plainHosts)
  return {
    source: info.path,
    revision: info.revision,
    layout: choices.layout,
    ...(choices.path.trim() === '' ? {} : { path: choices.path.trim() }),
    destination: reference,
    replace: choices.to.chosen?.replace ?? false,
    ...(choices.architecture === '' ? {} : { architecture: choices.architecture }),
    addToIndex: choices.addToIndex,
    labels: recordOf(choices.labels),
    annotations: recordOf(choices.annotations),
    compression: choices.compression,
    ...(sign === undefined ? {} : { sign }),
    ...(access === undefined ? {} : { access }),
  }
}

/** Where the disk lies in the image unless another place is said. */
export function pathHint({ name, format }: Pick<ImageInfo, 'name' | 'format'>, layout: ContainerLayout): string {
  if (layout === 'artifact') return name
  const extension = imageFormat(format).extensions[0] ?? format
  const stem = packageStem(name.replace(/\.(raw|img|iso|vdi|vhdx?)$/i, ''))
  return `/disk/${layout === 'boot-container' ? 'boot' : stem}.${extension}`
}
