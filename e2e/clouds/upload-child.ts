import { text } from 'node:stream/consumers'
import { cloudProvider } from '#core/clouds/providers'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { guardConnections } from './connect-guard.js'
import { runUpload, type BreakPoint, type UploadScene } from './run-upload.js'

/** What the program reads from its standard input. */
export interface ChildOrder {
  readonly provider: ProviderId
  readonly scene: UploadScene
  /** Where it is gone at once, as by `kill -9`. */
  readonly killAt: BreakPoint
}

const { provider, scene, killAt } = JSON.parse(await text(process.stdin)) as ChildOrder
const guard = guardConnections()
const outcome = await runUpload(await cloudProvider(provider), scene, {
  breakAt: killAt,
  onBreak: () => process.kill(process.pid, 'SIGKILL'),
})
console.log(JSON.stringify({ refused: guard.refused, error: outcome.error?.data ?? null }))
