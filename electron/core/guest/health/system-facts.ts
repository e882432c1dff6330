import { type Fact, type FstabFact, known, unknown } from '#shared/health/facts'
import type { Partition } from '#shared/images/image-info'
import { parseFstab } from '#shared/system/fstab'
import { partitionOfSpec } from '../device-spec.js'
import type { SystemReader } from './system-reader.js'

/** Where packages put the agents that PlatformRow.agents names. One of the paths is enough. */
const AGENT_PATHS: Readonly<Record<string, readonly string[]>> = {
  'cloud-init': ['/usr/bin/cloud-init', '/usr/local/bin/cloud-init'],
  WALinuxAgent: ['/usr/sbin/waagent', '/usr/bin/waagent'],
  'google-guest-agent': ['/usr/bin/google_guest_agent', '/usr/bin/google_guest_agent_manager'],
  'oracle-cloud-agent': ['/usr/libexec/oracle-cloud-agent'],
  'open-vm-tools': ['/usr/bin/vmtoolsd'],
  'qemu-guest-agent': ['/usr/bin/qemu-ga', '/usr/sbin/qemu-ga'],
  'hyperv-daemons': ['/usr/sbin/hypervkvpd', '/usr/sbin/hv_kvp_daemon', '/usr/bin/hv_kvp_daemon'],
  'virtualbox-guest-additions': ['/usr/sbin/VBoxService', '/usr/bin/VBoxService'],
  sshd: ['/usr/sbin/sshd', '/usr/bin/sshd'],
  ignition: ['/usr/lib/dracut/modules.d/30ignition', '/usr/libexec/ignition-rmcfg', '/usr/bin/ignition'],
  afterburn: ['/usr/bin/afterburn'],
}
/** Rows of fstab(5) that name a disk. */
const DISK = /^(UUID|LABEL|PARTUUID|PARTLABEL)=|^\/dev\//

export async function findAgents(system: SystemReader): Promise<Fact<ReadonlyMap<string, boolean>>> {
  const rows = Object.entries(AGENT_PATHS).map(async ([name, paths]) => {
    const found = await Promise.all(paths.map((path) => system.has(path)))
    return [name, found.includes(true)] as const
  })
  return known(new Map(await Promise.all(rows)))
}

export async function findFstab(system: SystemReader, partitions: readonly Partition[]): Promise<Fact<FstabFact[]>> {
  if (!(await system.has('/etc/fstab')) && (await system.has('/etc'))) return known([])
  const text = await system.text('/etc/fstab')
  if (text === undefined) return unknown('the system has no /etc/fstab that can be read')
  return known(
    parseFstab(text).flatMap(({ row }): FstabFact[] =>
      row === null ? [] : [{ row, partition: partitionOfSpec(partitions, row.spec)?.number ?? null, isDisk: isDisk(row) }],
    ),
  )
}

function isDisk(row: FstabFact['row']): boolean {
  return DISK.test(row.spec) && !row.options.some((option) => option === 'bind' || option === 'rbind')
}

/** State of root's password by shadow(5). Only what stands in the field is told, never its value. */
export async function findRootPassword(system: SystemReader): Promise<Fact<'none' | 'locked' | 'set'>> {
  const text = await system.text('/etc/shadow')
  if (text === undefined) return unknown('the system has no /etc/shadow that can be read')
  const field = /^root:([^:\n]*):/m.exec(text)?.[1]
  if (field === undefined) return unknown('/etc/shadow has no line for root')
  if (field === '') return known('none')
  return known(/^[!*]/.test(field) ? 'locked' : 'set')
}
