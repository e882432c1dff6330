import { text } from 'node:stream/consumers'
import type { CloudProvider } from '#core/clouds/cloud-provider'
import { guardConnections } from './connect-guard.js'
import { runUpload, type BreakPoint, type MakeContainers, type UploadScene } from './run-upload.js'

/** What the program reads from its standard input. */
export interface ChildOrder {
  readonly scene: UploadScene
  /** Where it is gone at once, as by `kill -9`. */
  readonly killAt?: BreakPoint
}

/** The whole program: reads its order, and runs it to its end or its death. */
export async function runChild(provider: CloudProvider, containers?: MakeContainers): Promise<void> {
  const { scene, killAt } = JSON.parse(await text(process.stdin)) as ChildOrder
  const guard = guardConnections()
  const kill = killAt === undefined ? {} : { breakAt: killAt, onBreak: () => process.kill(process.pid, 'SIGKILL') }
  const outcome = await runUpload(provider, scene, { ...kill, ...(containers === undefined ? {} : { containers }) })
  console.log(JSON.stringify({ refused: guard.refused, error: outcome.error?.data ?? null }))
}
