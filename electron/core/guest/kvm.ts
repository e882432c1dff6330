import fs from 'node:fs/promises'
import path from 'node:path'
import { ARCH_TRAITS, type MachineArch } from '#shared/boot-test/machine-arch'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../process/host.js'
import { probeRom, runOnAccelerator } from '../tools/qemu-system/probe-accelerator.js'

export interface KvmReport {
  readonly usable: boolean
  /** One sentence for people. */
  readonly reason: string
}

const known = new Map<MachineArch, Promise<KvmReport>>()

/**
 * Whether KVM works, found out by running guest code with it: a /dev/kvm that is there proves nothing, since nested ones often
 * abort. Asked once for each process and kind of guest; `refresh` asks again.
 */
export function probeKvm(
  host: Host,
  { refresh = false, arch = 'x86_64' }: { refresh?: boolean; arch?: MachineArch } = {},
): Promise<KvmReport> {
  const before = refresh ? undefined : known.get(arch)
  if (before) return before
  const asked = probe(host, arch)
  known.set(arch, asked)
  // A cancelled question is no answer.
  asked.catch(() => {
    if (known.get(arch) === asked) known.delete(arch)
  })
  return asked
}

async function probe(host: Host, arch: MachineArch): Promise<KvmReport> {
  const { tool, title } = ARCH_TRAITS[arch]
  if (!host.has(tool)) return { usable: false, reason: `${tool} is not installed.` }
  if (arch === 'aarch64' && process.arch !== 'arm64') return { usable: false, reason: `KVM runs ${title} on machines of ${title} alone.` }
  const closed = await openProblem()
  if (closed) return { usable: false, reason: closed }
  try {
    await runOnAccelerator(host, 'kvm', await romFile(host, arch), arch)
    return { usable: true, reason: 'A small virtual machine ran with KVM.' }
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === 'cancelled') throw thrown
    return { usable: false, reason: `/dev/kvm is there, but a virtual machine does not run with it (${firstLine(thrown)}).` }
  }
}

/** Kept in the cache, so that a killed process leaves nothing behind. It comes to its name whole: others may be reading it. */
async function romFile(host: Host, arch: MachineArch): Promise<string> {
  const rom = probeRom(arch)
  const file = path.join(host.dirs.cache, arch === 'x86_64' ? 'kvm-probe.rom' : `kvm-probe-${arch}.rom`)
  const there = await fs.readFile(file).catch(() => undefined)
  if (there?.equals(rom)) return file
  await fs.mkdir(host.dirs.cache, { recursive: true })
  const part = `${file}.${process.pid}`
  await fs.writeFile(part, rom)
  await fs.rename(part, file)
  return file
}

async function openProblem(): Promise<string | undefined> {
  try {
    const handle = await fs.open('/dev/kvm', 'r+')
    await handle.close()
    return undefined
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return 'There is no /dev/kvm: virtualization is off or not offered here.'
    if (code === 'EACCES' || code === 'EPERM') return 'You may not open /dev/kvm; members of the group kvm may.'
    return `/dev/kvm cannot be opened (${code ?? 'unknown cause'}).`
  }
}

function firstLine(error: AppError): string {
  const lines = (error.data.toolOutput ?? '').split('\n').filter((line) => line.trim() !== '')
  return lines[0] ?? error.message
}
