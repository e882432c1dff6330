import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '../../process/host.js'
import { runUml } from '../../tools/uml/run-uml.js'
import { umlVersion } from '../../tools/uml/version.js'
import { checkOperation, type Engine, type EngineOperation, type EngineProbe, type EngineRequest, type EngineRun } from '../engine.js'
import { readUmlReport } from './uml-report.js'
import { REWRITE_STEPS } from './uml-steps.js'

const NEEDED = ['linux.uml', 'busybox', 'qemu-storage-daemon', 'setpriv'] as const

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
    await Promise.all(request.operations.map((operation, index) => writeOperation(path.join(folder, 'ops', String(index + 1)), operation)))
    const done = await runUml(host, { node: request.disk.node, readFiles: request.disk.readFiles, folder, steps: REWRITE_STEPS })
    const report = readUmlReport(done.records, request.operations, done.console)
    return { engine: 'uml', ...report, durationMs: performance.now() - start }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

async function writeOperation(folder: string, operation: EngineOperation): Promise<void> {
  await fs.mkdir(folder, { recursive: true })
  const fields: Readonly<Record<string, string | Uint8Array>> = {
    partition: `${operation.partition}\n`,
    filesystem: `${operation.filesystem}\n`,
    sha256: `${operation.expectedSha256}\n`,
    mtime: `${operation.mtime}\n`,
    path: operation.path,
    content: operation.content,
  }
  await Promise.all(Object.entries(fields).map(([name, value]) => fs.writeFile(path.join(folder, name), value)))
}
