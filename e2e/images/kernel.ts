import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'

export interface KernelFile {
  readonly path: string
  readonly version: string
  /** Folder of its modules. */
  readonly modules: string
}

const PACKAGE = 'linux-image-cloud-amd64'

/**
 * A distribution kernel: from /boot where this user may read it, else unpacked from its package, which `apt-get download` fetches
 * without root.
 */
export async function findKernel(host: Host, folder: string): Promise<KernelFile> {
  return (await readableKernel('/')) ?? downloadKernel(host, folder)
}

/** The kernel in /boot of a tree of files; undefined where there is none that this user may read. */
export async function readableKernel(root: string): Promise<KernelFile | undefined> {
  const boot = path.join(root, 'boot')
  const names = (await fs.readdir(boot).catch(() => [])).filter((name) => name.startsWith('vmlinuz-'))
  // A cloud kernel has its drivers built small; any other one boots as well.
  const sorted = names.toSorted((left, right) => Number(right.includes('cloud')) - Number(left.includes('cloud')))
  for (const name of sorted) {
    const file = path.join(boot, name)
    const readable = await fs.access(file, fs.constants.R_OK).then(
      () => true,
      () => false,
    )
    const version = name.slice('vmlinuz-'.length)
    if (readable) return { path: file, version, modules: path.join(root, 'lib/modules', version) }
  }
  return undefined
}

async function downloadKernel(host: Host, folder: string): Promise<KernelFile> {
  const name = await imagePackage(host)
  const script = 'cd "$1" && apt-get download -qq -- "$2" && dpkg-deb -x ./*.deb kernel'
  await host.run('sh', ['-c', script, 'kernel', folder, name], { timeoutMs: 600_000 })
  const found = await readableKernel(path.join(folder, 'kernel'))
  if (!found) throw new Error(`the package ${name} holds no kernel`)
  return found
}

/** The package that the metapackage stands for today. */
async function imagePackage(host: Host): Promise<string> {
  const { stdout } = await host.run('sh', ['-c', 'apt-cache depends --important -- "$1"', 'kernel', PACKAGE])
  const name = /Depends: (linux-image-[\w.+-]+)/.exec(stdout.toString('utf8'))?.[1]
  if (name === undefined) throw new Error(`no kernel may be read in /boot, and the package ${PACKAGE} is not to be had`)
  return name
}
