import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { DiskUse } from './may-run.js'

/** Where the kernel tells about devices; for tests. */
export interface KernelFolders {
  readonly sys: string
  readonly mountinfo: string
}

const KERNEL: KernelFolders = { sys: '/sys', mountinfo: '/proc/self/mountinfo' }
/** A device mapper on another one on a RAID: deeper than this nobody builds. */
const MAX_DEPTH = 8

/** Disks of virtio and Xen say that they turn because nobody told them otherwise. */
const VIRTUAL = /^x?vd[a-z]/

/** The disks that files lie on, or will: of one that is not there yet its folder counts. What cannot be told is one disk a device number. */
export async function disksOf(files: readonly string[], kernel = KERNEL): Promise<DiskUse[]> {
  const numbers = new Set<string>()
  for (const file of files) {
    const device = await deviceOf(file)
    if (device !== null) numbers.add(device)
  }
  const disks = await Promise.all([...numbers].map((number) => disksBelow(number, kernel)))
  return [...new Map(disks.flat().map((disk) => [disk.id, disk])).values()]
}

/** The disks behind a device number, `8:1`. sysfs(5): `/sys/dev/block`, `slaves` of device mappers and RAIDs, `queue/rotational`. */
export async function disksBelow(number: string, kernel = KERNEL, depth = 0): Promise<DiskUse[]> {
  const device = number.startsWith('0:') ? await mountedDevice(number, kernel) : number
  const folder = device === null ? null : await realpath(path.join(kernel.sys, 'dev/block', device)).catch(() => null)
  if (folder === null) return [{ id: number, rotational: false }]
  const slaves = await readdir(path.join(folder, 'slaves')).catch(() => [])
  if (slaves.length > 0 && depth < MAX_DEPTH) {
    const below = await Promise.all(slaves.map((slave) => readText(path.join(folder, 'slaves', slave, 'dev'))))
    return (await Promise.all(below.map((each) => disksBelow(each, kernel, depth + 1)))).flat()
  }
  const disk = (await readText(path.join(folder, 'partition'))) === '' ? folder : path.dirname(folder)
  const name = path.basename(disk)
  const turns = !VIRTUAL.test(name) && (await readText(path.join(disk, 'queue/rotational'))) === '1'
  return [{ id: name, rotational: turns }]
}

/**
 * btrfs and others have device numbers of their own (`0:45`); what they were mounted from is the device.
 * proc(5), `/proc/PID/mountinfo`: field 3 is the number; after the hyphen come type and source.
 */
async function mountedDevice(number: string, { mountinfo }: KernelFolders): Promise<string | null> {
  for (const line of (await readText(mountinfo)).split('\n')) {
    const [mount = '', rest = ''] = line.split(' - ')
    const source = rest.split(' ')[1] ?? ''
    if (mount.split(' ')[2] !== number || !source.startsWith('/dev/')) continue
    const stats = await stat(source).catch(() => null)
    if (stats?.isBlockDevice()) return numberOf(stats.rdev)
  }
  return null
}

async function deviceOf(file: string): Promise<string | null> {
  const stats = (await stat(file).catch(() => null)) ?? (await stat(path.dirname(file)).catch(() => null))
  if (!stats) return null
  return numberOf(stats.isBlockDevice() ? stats.rdev : stats.dev)
}

/** makedev(3): 12 bits of the major number above 8 of the minor, and the rest of both above these. */
function numberOf(device: number): string {
  const wide = BigInt(device)
  const major = ((wide >> 8n) & 0xfffn) | ((wide >> 32n) & 0xfffff000n)
  const minor = (wide & 0xffn) | ((wide >> 12n) & 0xffffff00n)
  return `${major}:${minor}`
}

async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim()
}
