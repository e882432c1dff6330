import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '../../process/host.js'
import { runUml } from '../../tools/uml/run-uml.js'
import { FAT_MODULES } from '../../tools/uml/scripts.js'
import { umlVersion } from '../../tools/uml/version.js'
import { checkOperation, type Engine, type EngineProbe, type EngineRequest, type EngineRun } from '../engine.js'
import { guestSteps } from './guest-steps/guest-steps.js'
import { readReport } from './report.js'
import { writeOperations } from './write-operations.js'

const NEEDED = ['linux.uml', 'busybox', 'qemu-storage-daemon', 'setpriv', 'perl'] as const

const STEPS = guestSteps({ disk: '/dev/ubda', partPrefix: '', work: '/m/work', tmp: '/m/tmp', loadFat: `load ${FAT_MODULES} 2>/dev/null` })
const START_MS = 180_000
/** Contents are written and read back; a disk that does less than this is not waited for. */
const SLOWEST_BYTES_PER_MS = 2000

/** User-Mode Linux in the sandbox: the whole kernel is one process of the user, without network, root or KVM. */
export const umlEngine: Engine = { id: 'uml', title: 'User-Mode Linux', probe, run }

async function probe(host: Host): Promise<EngineProbe> {
  const missing = NEEDED.filter((tool) => !host.has(tool))
  if (missing.length > 0) return { usable: false, reason: `Not installed: ${missing.join(', ')}.` }
  if (!host.sandbox.usable) return { usable: false, reason: `It needs the sandbox, and ${host.sandbox.reason}.` }
  try {
    await fs.access('/dev/fuse', fs.constants.R_OK | fs.constants.W_OK)
  } catch {
    return { usable: false, reason: 'It needs /dev/fuse, which is missing or may not be opened.' }
  }
  try {
    return { usable: true, reason: `Linux ${await umlVersion(host)} runs as a process of yours: neither root nor KVM is needed.` }
  } catch (thrown) {
    return { usable: false, reason: `linux.uml does not run here (${thrown instanceof Error ? thrown.message : String(thrown)}).` }
  }
}

async function run(host: Host, request: EngineRequest): Promise<EngineRun> {
  const start = performance.now()
  request.operations.forEach(checkOperation)
  const folder = await fs.mkdtemp(path.join(request.workDir, 'uml-'))
  try {
    const written = await writeOperations(folder, request.operations)
    const { node, readFiles } = request.disk
    const done = await runUml(host, {
      node,
      readFiles: [...readFiles, ...written.hostFiles],
      folder,
      steps: STEPS,
      timeoutMs: START_MS + written.contentBytes / SLOWEST_BYTES_PER_MS,
    })
    const report = readReport(done.records, request.operations, done.console, 'uml')
    return { engine: 'uml', ...report, durationMs: performance.now() - start }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
