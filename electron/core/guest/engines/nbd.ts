import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import { parseApplyReport } from '../../tools/qemu-nbd/apply-report.js'
import { writableDisk } from '../../tools/uml/run-uml.js'
import { checkOperation, type Engine, type EngineProbe, type EngineRequest, type EngineRun } from '../engine.js'
import { authorizationProblem, type NbdRun, type NbdRunner, polkitRunner } from './nbd-runner.js'
import { readReport } from './report.js'
import { writeOperations } from './write-operations.js'

const NEEDED = ['qemu-nbd', 'qemu-storage-daemon', 'bwrap', 'busybox', 'perl', 'setpriv', 'flock', 'blockdev'] as const

/** What has to be said before it is used: it is why no one but the user picks this engine. */
const CAUTION = "It lets this machine's own kernel read the file systems of the image as root: only for images that you trust."

/**
 * This machine's kernel, through an nbd device: the fastest engine, and the only one that needs root. The image itself is opened with the
 * user's rights in the sandbox; root only attaches, mounts, edits and detaches.
 */
export function createNbdEngine({ runner }: { readonly runner: NbdRunner }): Engine {
  return {
    id: 'nbd',
    title: 'Kernel of this machine (nbd)',
    caution: CAUTION,
    probe: (host) => probe(host, runner),
    run: (host, request) => run(host, request, runner),
  }
}

export const nbdEngine: Engine = createNbdEngine({ runner: polkitRunner })

async function probe(host: Host, runner: NbdRunner): Promise<EngineProbe> {
  const missing = NEEDED.filter((tool) => !host.has(tool))
  if (missing.length > 0) return { usable: false, reason: `Not installed: ${missing.join(', ')}.` }
  if (!host.sandbox.usable) return { usable: false, reason: `It needs the sandbox, and ${host.sandbox.reason}.` }
  const privileged = await runner.probe(host)
  if (!privileged.usable) return privileged
  return { usable: true, reason: `${CAUTION} ${privileged.reason}` }
}

async function run(host: Host, request: EngineRequest, runner: NbdRunner): Promise<EngineRun> {
  const start = performance.now()
  request.operations.forEach(checkOperation)
  // The helper takes a path that leads through no link.
  const folder = await fs.mkdtemp(path.join(await fs.realpath(request.workDir), 'nbd-'))
  try {
    const written = await writeOperations(folder, request.operations)
    const { node, readFiles } = request.disk
    const done = await runner.run(host, {
      folder,
      disk: JSON.stringify(writableDisk(node)),
      access: { read: [...readFiles, ...written.hostFiles], write: [node.path, folder] },
    })
    const report = readReport(checked(done), request.operations, done.stderr, 'nbd')
    return { engine: 'nbd', ...report, durationMs: performance.now() - start }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** Records of the steps. Nothing less than a detached device and a daemon that ended well counts. */
function checked(done: NbdRun): readonly string[] {
  const failed = (reason: string): AppError =>
    new AppError('engine-failed', { details: { engine: 'nbd', reason }, toolOutput: done.stderr })
  if (!done.served.serving)
    throw failed(lockProblem(done.stderr) ?? `the disk could not be opened (qemu-storage-daemon ended with ${done.served.daemon})`)
  const report = parseApplyReport(done.stdout)
  if (!report.complete) throw failed((done.stdout === '' ? authorizationProblem(done.exitCode) : undefined) ?? report.problem)
  if (done.exitCode !== 0) throw failed(`the helper ended with ${done.exitCode}`)
  if (done.served.daemon !== 0) throw failed(`qemu-storage-daemon ended with ${done.served.daemon}`)
  return report.records
}

function lockProblem(stderr: string): string | undefined {
  return /Failed to get (shared )?"\w+" lock/.test(stderr) ? 'another process uses the disk' : undefined
}
