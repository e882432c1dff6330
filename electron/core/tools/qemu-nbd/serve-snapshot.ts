import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#shared/errors/app-error'
import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { Access, Host, ToolProcess } from '../../process/host.js'

const POLL_MS = 10
const START_LIMIT_MS = 20_000

/** Reads the disk as it was in an internal snapshot, on a Unix socket; qemu-nbd(8) `--load-snapshot`. `-t`: until it is stopped. */
export function serveSnapshotArgs(node: BlockNode, snapshotId: string, socket: string): string[] {
  return ['--read-only', '-t', '-f', node.driver, `--load-snapshot=snapshot.id=${snapshotId}`, '-k', socket, jsonName(node)]
}

/**
 * Serves a snapshot in `folder`, a private one with a short path: addresses of sockets hold no more than 107 bytes, unix(7). Resolves
 * when it can be read. The caller stops it.
 */
export async function serveSnapshot(
  host: Host,
  work: { node: BlockNode; snapshotId: string; folder: string; access: Access },
): Promise<{ readonly socket: string; readonly process: ToolProcess }> {
  const socket = path.join(work.folder, 'socket')
  const served = await host.start('qemu-nbd', serveSnapshotArgs(work.node, work.snapshotId, socket), {
    access: { ...work.access, write: [work.folder] },
  })
  let problem: string | undefined
  void served.ended.then(({ stderr }) => {
    problem = stderr
  })
  const deadline = performance.now() + START_LIMIT_MS
  while (!(await fs.stat(socket).catch(() => null))) {
    if (problem !== undefined || performance.now() > deadline || host.signal?.aborted) {
      await served.stop(1000)
      throw explainQemuError(
        new AppError('tool-failed', { details: { tool: 'qemu-nbd', problem: 'it did not start' }, toolOutput: problem ?? '' }),
        { path: work.node.path },
      )
    }
    await sleep(POLL_MS)
  }
  return { socket, process: served }
}
