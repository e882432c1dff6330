import fs from 'node:fs/promises'
import { type MachineArch, MACHINE_ARCHES } from '#shared/boot-test/machine-arch'
import { AppError } from '#shared/errors/app-error'
import type { EngineId } from '#shared/jobs/job-requests'
import type { DoctorReport, ToolReport } from '#shared/tools/doctor'
import { chooseEngine } from '../guest/choose-engine.js'
import { probeKvm } from '../guest/kvm.js'
import type { Host } from '../process/host.js'
import { TOOL_IDS, TOOLS, type ToolId, type ToolRow } from '../process/tool-table.js'
import { findUefi, UEFI_NAMES } from '../tools/qemu-system/find-firmware.js'

type Family = keyof ToolRow['packages']

const INSTALLERS: Readonly<Record<Family, string>> = {
  debian: 'sudo apt-get install -y --no-install-recommends',
  fedora: 'sudo dnf install -y',
  suse: 'sudo zypper install -y',
  arch: 'sudo pacman -S --needed',
}

/** No program, but files that boot tests need as much as programs. */
const UEFI_PACKAGES: Readonly<Record<MachineArch, Readonly<Record<Family, string>>>> = {
  x86_64: { debian: UEFI_NAMES.x86_64.package, fedora: 'edk2-ovmf', suse: 'qemu-ovmf-x86_64', arch: 'edk2-ovmf' },
  aarch64: { debian: UEFI_NAMES.aarch64.package, fedora: 'edk2-aarch64', suse: 'qemu-uefi-aarch64', arch: 'edk2-aarch64' },
}
const UEFI_PURPOSES: Readonly<Record<MachineArch, string>> = {
  x86_64: 'Boot tests: the firmware of images that boot by UEFI',
  aarch64: 'Boot tests: the firmware of images for 64-bit ARM',
}

/** Family of the distribution from os-release(5), `ID` and `ID_LIKE`; Debian where it cannot be told. */
export function distributionFamily(osRelease: string): Family {
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].flatMap((match) => (match[1] ?? '').replaceAll('"', '').split(' '))
  if (ids.some((id) => ['fedora', 'rhel', 'centos', 'ol'].includes(id))) return 'fedora'
  if (ids.some((id) => id.includes('suse'))) return 'suse'
  if (ids.includes('arch')) return 'arch'
  return 'debian'
}

/** First dotted number of a tool's version output, or null. */
export function parseVersion(output: string): string | null {
  return /(?:\b|_)v?(\d+(?:\.\d+)+)/.exec(output)?.[1] ?? null
}

export function versionAtLeast(version: string, minimum: string): boolean {
  const have = version.split('.').map(Number)
  const want = minimum.split('.').map(Number)
  for (const [index, part] of want.entries()) {
    const own = have[index] ?? 0
    if (own !== part) return own > part
  }
  return true
}

/** Tools with versions, the sandbox, KVM, the engines and which of them is used, and what to install. Everything is tried, not guessed. */
export async function runDoctor(host: Host, preference: EngineId | 'auto'): Promise<DoctorReport> {
  const family = distributionFamily(await fs.readFile('/etc/os-release', 'utf8').catch(() => ''))
  const [programs, firmware, engines, kvm] = await Promise.all([
    Promise.all(TOOL_IDS.map((id) => reportTool(host, id, family))),
    Promise.all(MACHINE_ARCHES.map((arch) => reportUefi(family, arch))),
    chooseEngine(host, preference),
    probeKvm(host),
  ])
  const tools = [...programs, ...firmware]
  const absent = programs.flatMap(({ id, path }) => (path === null ? [TOOLS[id as ToolId].packages] : []))
  const missing = [...absent, ...MACHINE_ARCHES.flatMap((arch, index) => (firmware[index]?.path === null ? [UEFI_PACKAGES[arch]] : []))]
    .map((names) => names[family])
    .filter((name) => name !== '-')
  return {
    tools,
    engines: engines.reports,
    sandbox: host.sandbox,
    kvm,
    installAll: missing.length > 0 ? `${INSTALLERS[family]} ${[...new Set(missing)].join(' ')}` : null,
    ok: tools.every((tool) => tool.ok || !tool.required) && engines.engine !== null,
  }
}

async function reportTool(host: Host, id: ToolId, family: Family): Promise<ToolReport> {
  const row: ToolRow = TOOLS[id]
  const common = { id, purpose: row.purpose, required: row.required, minimum: row.minimum }
  if (!host.has(id)) {
    const name = row.packages[family]
    const install = name === '-' ? null : `${INSTALLERS[family]} ${name}`
    const problem = name === '-' ? 'Not installed, and this distribution has no package of it' : 'Not installed'
    return { ...common, path: null, version: null, ok: false, problem, install }
  }
  const version = await readVersion(host, id)
  const tooOld = version !== null && row.minimum !== null && !versionAtLeast(version, row.minimum)
  return {
    ...common,
    path: host.find(id),
    version,
    ok: !tooOld,
    problem: tooOld ? `Version ${row.minimum} or later is needed` : '',
    install: null,
  }
}

/** UEFI firmware for virtual machines, which boot tests find by its descriptors. */
export async function reportUefi(family: Family, arch: MachineArch, find: typeof findUefi = findUefi): Promise<ToolReport> {
  const common = {
    id: UEFI_NAMES[arch].id,
    purpose: UEFI_PURPOSES[arch],
    required: false,
    version: null,
    minimum: null,
  }
  try {
    const { code } = await find('uefi', arch === 'x86_64' ? 'q35' : 'virt')
    return { ...common, path: code.path, ok: true, problem: '', install: null }
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'tool-missing') throw thrown
    return { ...common, path: null, ok: false, problem: 'Not installed', install: `${INSTALLERS[family]} ${UEFI_PACKAGES[arch][family]}` }
  }
}

async function readVersion(host: Host, id: ToolId): Promise<string | null> {
  const { versionArgs }: ToolRow = TOOLS[id]
  if (versionArgs === null) return null
  try {
    const result = await host.run(id, versionArgs, { okExitCodes: Array.from({ length: 256 }, (_, code) => code), timeoutMs: 10_000 })
    return parseVersion(`${result.stdout.toString('utf8')}\n${result.stderr}`)
  } catch (thrown) {
    host.log.warn('doctor.version', { tool: id, problem: String(thrown) })
    return null
  }
}
