import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'
import { runUml } from '#core/tools/uml/run-uml'
import { FAT_MODULES } from '#core/tools/uml/scripts'
import { type GuestFile, packFiles } from './pack-files.js'

export type { GuestFile } from './pack-files.js'

export interface FilesystemPlan {
  readonly kind: 'vfat' | 'ext4' | 'xfs' | 'btrfs'
  readonly label?: string
  /** FAT: eight hex digits. */
  readonly uuid?: string
  readonly mkfsArgs?: readonly string[]
}

export interface PartitionPlan {
  /** GPT type GUID or MBR type in hex; `5` or `f` is the extended partition that holds those after it. */
  readonly type: string
  readonly name?: string
  readonly uuid?: string
  readonly startSector?: number
  /** Without it the partition takes what is left. */
  readonly sizeSectors?: number
  /** Number in the table; logical partitions begin at 5. Default: position in the list. */
  readonly number?: number
  readonly bootable?: boolean
  readonly fs?: FilesystemPlan
  readonly files?: readonly GuestFile[]
  /** Shell commands, fixed text, run in the guest with the file system mounted at `$root`; for what files cannot express. */
  readonly inside?: string
  /** Shell commands, fixed text, run after the unmount with the partition as `$device`. */
  readonly after?: string
}

export interface DiskPlan {
  readonly sizeBytes: number
  readonly table: 'gpt' | 'mbr' | 'none'
  /** GPT disk GUID or MBR disk signature (`0x…`). */
  readonly diskId?: string
  /** Without a table: exactly one, over the whole disk. */
  readonly partitions: readonly PartitionPlan[]
  /** Default `qcow2`. */
  readonly format?: 'qcow2' | 'raw'
}

/** Makes a disk image with partition table, file systems and files in one run of User-Mode Linux: no root, no mount on the host. */
export async function buildDisk(host: Host, plan: DiskPlan, output: string): Promise<void> {
  const folder = await fs.mkdtemp(path.join(path.dirname(output), '.build-'))
  try {
    const raw = path.join(folder, 'disk.raw')
    await fs.writeFile(raw, '')
    await fs.truncate(raw, plan.sizeBytes)
    if (plan.table !== 'none') await host.run('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', raw], { stdin: tableScript(plan) })
    const work = path.join(folder, 'work')
    await fs.mkdir(work)
    const steps = await Promise.all(plan.partitions.map((partition, index) => partitionSteps(work, plan, partition, index)))
    const run = await runUml(host, {
      node: { driver: 'raw', path: raw },
      readFiles: [],
      folder: work,
      steps: steps.join('\n'),
      timeoutMs: 300_000,
    })
    const failed = run.records.filter((record) => record.startsWith('failed '))
    if (failed.length > 0) throw new Error(`building ${path.basename(output)}: ${failed.join(', ')}\n${run.console}`)
    const built = plan.format === 'raw' ? raw : path.join(folder, 'disk.qcow2')
    if (built !== raw) await host.run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, built])
    await fs.rename(built, output)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** sfdisk(8) "SCRIPT FORMAT". */
export function tableScript(plan: DiskPlan): string {
  const header = [`label: ${plan.table === 'mbr' ? 'dos' : 'gpt'}`, 'unit: sectors', ...(plan.diskId ? [`label-id: ${plan.diskId}`] : [])]
  const lines = plan.partitions.map((partition) => {
    const named = plan.table === 'gpt' && partition.number !== undefined ? `disk${partition.number} : ` : ''
    const fields = [
      ...(partition.startSector === undefined ? [] : [`start=${partition.startSector}`]),
      ...(partition.sizeSectors === undefined ? [] : [`size=${partition.sizeSectors}`]),
      `type=${partition.type}`,
      ...(partition.name === undefined ? [] : [`name="${partition.name}"`]),
      ...(partition.uuid === undefined ? [] : [`uuid=${partition.uuid}`]),
      ...(partition.bootable ? ['bootable'] : []),
    ]
    return named + fields.join(', ')
  })
  return `${[...header, '', ...lines].join('\n')}\n`
}

async function partitionSteps(work: string, plan: DiskPlan, partition: PartitionPlan, index: number): Promise<string> {
  const number = plan.table === 'none' ? 0 : (partition.number ?? index + 1)
  if (!partition.fs) return ''
  const { kind } = partition.fs
  const archive = `files-${number}.tar`
  await packFiles(path.join(work, archive), partition.files ?? [], { plain: kind === 'vfat' })
  const unpack = kind === 'vfat' ? '--no-same-owner --no-same-permissions' : "--xattrs --xattrs-include='*' --same-owner --same-permissions"
  return `
device=/dev/ubda${number === 0 ? '' : number}
root=/m/tmp/mnt-${number}
mkdir "$root"
${kind === 'vfat' ? `load ${FAT_MODULES}` : ''}
if ${mkfsCommand(partition.fs)} "$device" && busybox mount -t ${kind} ${kind === 'vfat' ? '-o utf8=1' : ''} "$device" "$root"; then
  tar -C "$root" -xf /m/work/${archive} ${unpack} || echo 'failed files on ${number}' >&3
  ${partition.inside ?? ':'}
  sync
  busybox umount "$root" || echo 'failed unmount of ${number}' >&3
  ${partition.after ?? ':'}
else
  echo 'failed mkfs or mount of ${number}' >&3
fi`
}

function mkfsCommand(plan: FilesystemPlan): string {
  const option = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value])
  const more = plan.mkfsArgs ?? []
  const words = {
    vfat: () => ['mkfs.fat', ...option('-n', plan.label), ...option('-i', plan.uuid), ...more],
    ext4: () => ['mkfs.ext4', '-q', '-F', '-E', 'nodiscard', ...option('-L', plan.label), ...option('-U', plan.uuid), ...more],
    xfs: () => ['mkfs.xfs', '-q', '-f', '-K', ...option('-L', plan.label), ...(plan.uuid ? ['-m', `uuid=${plan.uuid}`] : []), ...more],
    btrfs: () => ['mkfs.btrfs', '-q', '-f', '-K', ...option('-L', plan.label), ...option('-U', plan.uuid), ...more],
  }[plan.kind]()
  const odd = words.find((word) => !/^[\w./:=,^-]+$/.test(word))
  if (odd !== undefined) throw new TypeError(`not a plain mkfs argument: ${odd}`)
  return words.join(' ')
}
