import type { OsTree } from '#shared/images/os-tree'
import type { GuestFiles, ImageFiles } from './guest-files.js'

/** Systems have one to a handful of each; an image can name as many as it likes, and each costs a call. */
const MAX_DEPLOYMENTS = 16
const DEPLOYMENT = /^[0-9a-f]{64}\.\d+$/

/** Files that may be able to tell where links lead and when things were made. */
export type TreeFiles = GuestFiles & Partial<Pick<ImageFiles, 'stat' | 'realPath'>>

export interface Deployment {
  readonly ostree: NonNullable<OsTree['ostree']>
  /** Its folder in the partition. */
  readonly folder: string
  /** The kernel argument names it. */
  readonly isBooted: boolean
}

/**
 * The OSTree deployment that boots: what the kernel argument `ostree=` points to (ostree-prepare-root(1)), else the newest one.
 * Null where the partition holds none.
 */
export async function findDeployment(files: TreeFiles, partition: number, ostreeArg: string | null): Promise<Deployment | null> {
  if (!(await files.find(partition, '/ostree').catch(() => undefined))) return null
  const named = ostreeArg === null ? null : await namedDeployment(files, partition, ostreeArg)
  return named ?? newestDeployment(files, partition, staterootOf(ostreeArg))
}

/** `/ostree/boot.1/STATEROOT/BOOTCSUM/SERIAL` */
const BOOT_LINK = /^\/ostree\/boot\.[01](?:\.[01])?\/([^/]+)\/([0-9a-f]+)\/\d+$/

function staterootOf(ostreeArg: string | null): string | null {
  return BOOT_LINK.exec(ostreeArg ?? '')?.[1] ?? null
}

async function namedDeployment(files: TreeFiles, partition: number, ostreeArg: string): Promise<Deployment | null> {
  const real = await files.realPath?.(partition, ostreeArg).catch(() => undefined)
  const [, stateroot, deployment] = /^\/ostree\/deploy\/([^/]+)\/deploy\/([^/]+)$/.exec(real ?? '') ?? []
  if (stateroot === undefined || deployment === undefined || real === undefined) return null
  const bootcsum = BOOT_LINK.exec(ostreeArg)?.[2] ?? null
  return { folder: real, ostree: { stateroot, deployment, bootcsum }, isBooted: true }
}

async function newestDeployment(files: TreeFiles, partition: number, wanted: string | null): Promise<Deployment | null> {
  const stateroots = (await files.list(partition, '/ostree/deploy')).map((entry) => entry.name).slice(0, MAX_DEPLOYMENTS)
  const found: { deployment: Deployment; made: number; serial: number }[] = []
  for (const stateroot of wanted !== null && stateroots.includes(wanted) ? [wanted] : stateroots) {
    const parent = `/ostree/deploy/${stateroot}/deploy`
    const names = (await files.list(partition, parent)).filter((entry) => entry.kind === 'folder' && DEPLOYMENT.test(entry.name))
    for (const { name } of names.slice(0, MAX_DEPLOYMENTS)) {
      const folder = `${parent}/${name}`
      // The folder itself keeps the time of the commit; the file of its origin is as new as the deployment.
      const made = (await files.stat?.(partition, `${folder}.origin`))?.mtime ?? (await files.stat?.(partition, folder))?.mtime ?? 0
      const deployment = { folder, ostree: { stateroot, deployment: name, bootcsum: null }, isBooted: false }
      found.push({ deployment, made, serial: Number(name.split('.')[1]) })
    }
  }
  return found.toSorted((a, b) => b.made - a.made || b.serial - a.serial)[0]?.deployment ?? null
}
