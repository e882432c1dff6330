import type { UploadRun } from '../cloud-provider.js'
import type { OciClient } from './oci-client.js'
import type { ObjectPlace } from './oci-place.js'

/** How often an import is looked at, and how long. Milliseconds. */
export interface OciPace {
  readonly firstMs: number
  readonly maxMs: number
  readonly timeoutMs: number
}

/** One upload on its way. */
export interface OciJob {
  readonly run: UploadRun
  readonly client: OciClient
  readonly place: ObjectPlace
  /** OCID. */
  readonly compartment: string
  readonly pace: OciPace
}
