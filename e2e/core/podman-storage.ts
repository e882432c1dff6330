import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { allowEveryImage } from './container-home.js'
import { type BuiltImage, writeLayout } from './container-image.js'

const run = promisify(execFile)

/** Podman's storage in a folder of the test: nothing of this machine's own is seen or touched. */
export interface PodmanStorage {
  readonly root: string
  /** Leads podman, skopeo and buildah, and a core that runs them, to this storage. */
  readonly env: NodeJS.ProcessEnv
  /** Puts an image in under a name, such as `localhost/disk:1`. Returns its id. */
  put(image: BuiltImage, name: string): Promise<string>
  /** What podman says on stdout. */
  podman(...args: string[]): Promise<string>
  /** All containers and images, and what podman keeps in between: temporary files, mounted file systems. */
  left(): Promise<{ containers: string[]; images: string[]; temporary: string[] }>
  /** Where a file of an image lies, as this storage keeps it. */
  fileOf(name: string, file: string): Promise<string>
  /** What takes room in it and belongs to no image and no container: podman shows it nowhere. */
  strays(): Promise<string[]>
  remove(): Promise<void>
}

export async function openPodmanStorage(): Promise<PodmanStorage> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-podman-'))
  const at = (name: string): string => path.join(root, name)
  for (const name of ['runtime', 'tmp', 'var-tmp']) await fs.mkdir(at(name), { recursive: true })
  await fs.writeFile(at('storage.conf'), `[storage]\ndriver = "vfs"\ngraphroot = "${at('graph')}"\nrunroot = "${at('run')}"\n`)
  // Locks in shared memory and the folders below /run belong to all podmans of a user.
  await fs.writeFile(
    at('containers.conf'),
    [
      '[engine]',
      'lock_type = "file"',
      'events_logger = "none"',
      'cgroup_manager = "cgroupfs"',
      `tmp_dir = "${at('tmp')}"`,
      `static_dir = "${at('graph/libpod')}"`,
      `volume_path = "${at('graph/volumes')}"`,
      '[network]',
      `network_config_dir = "${at('networks')}"`,
      '',
    ].join('\n'),
  )
  await fs.writeFile(at('registries.conf'), 'unqualified-search-registries = []\n')
  await fs.writeFile(at('auth.json'), '{}')
  await allowEveryImage(at('home'))
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: at('home'),
    XDG_RUNTIME_DIR: at('runtime'),
    CONTAINERS_CONF: at('containers.conf'),
    CONTAINERS_STORAGE_CONF: at('storage.conf'),
    CONTAINERS_REGISTRIES_CONF: at('registries.conf'),
    REGISTRY_AUTH_FILE: at('auth.json'),
  }
  const podman = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('podman', args, { env: { ...env, TMPDIR: at('var-tmp') } })
    return stdout.trim()
  }
  const lines = async (...args: string[]): Promise<string[]> => (await podman(...args)).split('\n').filter((line) => line !== '')
  return {
    root,
    env,
    async put(image, name) {
      const folder = await fs.mkdtemp(at('layout-'))
      await writeLayout(folder, image)
      await run('skopeo', ['copy', '--quiet', `oci:${folder}`, `containers-storage:${name}`], { env: { ...env, TMPDIR: at('var-tmp') } })
      await fs.rm(folder, { recursive: true })
      return podman('image', 'inspect', '--format', '{{.Id}}', name)
    },
    podman,
    async left() {
      return {
        containers: await lines('ps', '--all', '--external', '--format', '{{.Names}}'),
        images: await lines('images', '--format', '{{.Repository}}:{{.Tag}}'),
        temporary: await fs.readdir(at('var-tmp')),
      }
    },
    async fileOf(name, file) {
      const images = await recordsOf(at('graph'), 'images')
      return path.join(at('graph/vfs/dir'), images.find(({ names }) => names?.includes(name))?.layer ?? 'none', file)
    },
    strays: () => straysIn(at('graph')),
    remove: () => fs.rm(root, { recursive: true, force: true }),
  }
}

interface StorageRecord {
  readonly id: string
  readonly names?: readonly string[]
  readonly parent?: string
  readonly flags?: { readonly incomplete?: boolean }
  readonly layer?: string
  readonly 'mapped-layers'?: readonly string[]
}

/** The records of containers/storage, which podman, buildah and skopeo share. */
async function recordsOf(graph: string, kind: string): Promise<StorageRecord[]> {
  const text = await fs.readFile(path.join(graph, `vfs-${kind}`, `${kind}.json`), 'utf8').catch(() => '')
  return text === '' ? [] : (JSON.parse(text) as StorageRecord[])
}

async function straysIn(graph: string): Promise<string[]> {
  const [layers, images, containers] = await Promise.all([
    recordsOf(graph, 'layers'),
    recordsOf(graph, 'images'),
    recordsOf(graph, 'containers'),
  ])
  const parents = new Map(layers.map(({ id, parent }) => [id, parent]))
  const used = new Set<string>()
  for (const top of [...images, ...containers].flatMap((one) => [one.layer, ...(one['mapped-layers'] ?? [])])) {
    for (let id = top; id !== undefined && id !== ''; id = parents.get(id)) used.add(id)
  }
  const folders = await fs.readdir(path.join(graph, 'vfs/dir')).catch(() => [])
  return [
    ...layers.filter(({ id }) => !used.has(id)).map(({ id, flags }) => `${flags?.incomplete ? 'unfinished ' : ''}layer ${id}`),
    ...folders.filter((name) => !parents.has(name)).map((name) => `folder ${name}`),
  ]
}
