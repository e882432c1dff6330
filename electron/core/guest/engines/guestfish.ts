import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import { prepareAppliance } from '../../tools/guestfish/appliance.js'
import { GuestfishSession } from '../../tools/guestfish/session.js'
import { checkOperation, type Engine, type EngineProbe, type EngineRequest, type EngineRun } from '../engine.js'
import { probeKvm } from '../kvm.js'
import { GuestfishWriter } from './guestfish-writer.js'

/** The libguestfs appliance: a small virtual machine, with KVM where that works and without it elsewhere. */
export const guestfishEngine: Engine = { id: 'guestfish', title: 'libguestfs appliance', probe, run }

async function probe(host: Host): Promise<EngineProbe> {
  const missing = (['guestfish', 'supermin', 'qemu-system-x86_64'] as const).filter((tool) => !host.has(tool))
  if (missing.length > 0) return { usable: false, reason: `Not installed: ${missing.join(', ')}.` }
  const kernel = await kernelProblem()
  if (kernel) return { usable: false, reason: kernel }
  const kvm = await probeKvm(host)
  if (kvm.usable) return { usable: true, reason: 'A virtual machine with KVM; it needs about five seconds to start.' }
  return { usable: true, reason: `A virtual machine without KVM, so it is slow to start. ${kvm.reason}` }
}

/** supermin(1) takes the appliance's kernel from /boot; some distributions let only root read it. */
async function kernelProblem(): Promise<string | undefined> {
  const kernels = (await fs.readdir('/boot').catch(() => [])).filter((name) => /^vmlinu[xz]-/.test(name))
  if (kernels.length === 0) return 'libguestfs needs a kernel in /boot, and there is none.'
  const readable = await Promise.all(
    kernels.map((name) =>
      fs.access(path.join('/boot', name), fs.constants.R_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return readable.includes(true) ? undefined : 'libguestfs needs to read the kernel in /boot, which only root may do here.'
}

async function run(host: Host, request: EngineRequest): Promise<EngineRun> {
  const start = performance.now()
  request.operations.forEach(checkOperation)
  const folder = await fs.mkdtemp(path.join(request.workDir, 'guestfish-'))
  const notes: string[] = []
  try {
    const session = await launchAppliance(host, request, folder, notes)
    try {
      const writer = new GuestfishWriter(session, folder)
      const outcomes = await writer.applyAll(request.operations)
      await session.finish()
      return { engine: 'guestfish', outcomes, notes: [...notes, ...writer.notes], durationMs: performance.now() - start }
    } catch (thrown) {
      await session.abandon()
      throw thrown
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** KVM that passed its probe can still fail under a real kernel; the appliance then starts once more without it. */
export async function launchAppliance(host: Host, request: EngineRequest, folder: string, notes: string[]): Promise<GuestfishSession> {
  const { node, readFiles } = request.disk
  const appliance = await prepareAppliance(host)
  const contents = await hostFiles(request)
  const common = { disk: { path: node.path, driver: node.driver }, readFiles: [...readFiles, ...contents], folder, appliance }
  const kvm = await probeKvm(host)
  if (kvm.usable) {
    try {
      return await GuestfishSession.launch(host, { ...common, accelerator: 'kvm' })
    } catch (thrown) {
      if (!(thrown instanceof AppError) || (thrown.code !== 'engine-failed' && thrown.code !== 'tool-timeout')) throw thrown
      notes.push('The appliance did not start with KVM and was started again without it.')
    }
  }
  return GuestfishSession.launch(host, { ...common, accelerator: 'tcg' })
}

/** Contents that are uploaded from where they are. */
async function hostFiles({ operations }: EngineRequest): Promise<string[]> {
  const files = operations.flatMap((one) => ('content' in one && !(one.content instanceof Uint8Array) ? [one.content.hostFile] : []))
  return Promise.all(files.map((file) => fs.realpath(file)))
}
