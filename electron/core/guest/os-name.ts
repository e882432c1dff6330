import type { Partition } from '#shared/images/image-info'
import type { GuestFiles } from './guest-files.js'

const OS_RELEASE_MAX_BYTES = 64 * 1024
/** Systems have one to a handful of each; an image can name as many as it likes, and each costs a call. */
const MAX_DEPLOYMENTS = 8
const LINUX_KINDS: ReadonlySet<string> = new Set(['ext', 'xfs', 'btrfs'])

/** `PRETTY_NAME` of an os-release file, os-release(5): shell-like quoting, the last assignment counts. */
export function prettyName(text: string): string | null {
  const values = [...text.matchAll(/^PRETTY_NAME=(.*)$/gm)].map((match) => match[1] ?? '')
  const raw = values.at(-1)?.trim()
  if (raw === undefined || raw === '') return null
  const quoted = /^(["'])(.*)\1$/s.exec(raw)
  if (!quoted) return raw
  return quoted[1] === '"' ? (quoted[2] ?? '').replace(/\\([$"\\`])/g, '$1') : (quoted[2] ?? '')
}

/** Name of the system in the image: a plain root file system, or the newest OSTree deployment. Null where none is found. */
export async function findOsName(files: GuestFiles, partitions: readonly Partition[]): Promise<string | null> {
  for (const partition of partitions) {
    if (!LINUX_KINDS.has(partition.filesystem?.kind ?? '')) continue
    const name = (await plainOsName(files, partition.number)) ?? (await ostreeOsName(files, partition.number))
    if (name !== null) return name
  }
  return null
}

async function plainOsName(files: GuestFiles, partition: number): Promise<string | null> {
  const root = await files.list(partition, '/').catch(() => [])
  for (const [top, file] of [
    ['etc', '/etc/os-release'],
    ['usr', '/usr/lib/os-release'],
  ] as const) {
    if (!root.some((entry) => entry.name === top)) continue
    const content = await files.readIfPresent(partition, file, OS_RELEASE_MAX_BYTES)
    const name = content && prettyName(content.toString('utf8'))
    if (name) return name
  }
  return null
}

/** OSTree keeps systems in /ostree/deploy/STATEROOT/deploy/CHECKSUM.SERIAL; their own /etc is no place to look for the name. */
async function ostreeOsName(files: GuestFiles, partition: number): Promise<string | null> {
  if (!(await files.find(partition, '/ostree').catch(() => undefined))) return null
  for (const stateroot of (await files.list(partition, '/ostree/deploy')).slice(0, MAX_DEPLOYMENTS)) {
    const folder = `/ostree/deploy/${stateroot.name}/deploy`
    const deployments = (await files.list(partition, folder)).filter((entry) => /^[0-9a-f]{64}\.\d+$/.test(entry.name))
    for (const deployment of deployments.slice(0, MAX_DEPLOYMENTS)) {
      const content = await files.readIfPresent(partition, `${folder}/${deployment.name}/usr/lib/os-release`, OS_RELEASE_MAX_BYTES)
      const name = content && prettyName(content.toString('utf8'))
      if (name) return name
    }
  }
  return null
}
