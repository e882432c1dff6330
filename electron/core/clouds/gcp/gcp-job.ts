import type { UploadRun } from '../cloud-provider.js'
import type { GcpClient } from './gcp-client.js'
import type { GcsPlace } from './gcp-object.js'

/** How often an operation is looked at, and how long. Milliseconds. */
export interface GcpPace {
  readonly firstMs: number
  readonly maxMs: number
  readonly timeoutMs: number
}

/** One upload on its way. */
export interface GcpJob {
  readonly run: UploadRun
  readonly client: GcpClient
  readonly place: GcsPlace
  readonly project: string
  readonly name: string
  readonly pace: GcpPace
}
