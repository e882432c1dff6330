import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Core } from '#core/core-api'
import { createCore } from '#core/create-core'
import type { Dirs } from '#core/files/dirs'
import { silentLogger } from '#core/log/logger'
import { hashOf } from '../core/workbench.js'

/** A folder with one image in it and state folders of its own, so that whatever appears there is this test's. */
export interface Scene {
  /** Occurs in no path but this scene's, and is plain enough to stand unescaped in /proc. */
  readonly mark: string
  readonly root: string
  /** Holds nothing but the source at first; its name has a space. */
  readonly folder: string
  readonly dirs: Dirs
  readonly source: string
  /** SHA-256 of the source. */
  readonly original: string
  /** Environment that leads a program to this scene's folders. */
  readonly env: NodeJS.ProcessEnv
  at(name: string): string
  /** A core as the next start would make it. */
  nextStart(env?: NodeJS.ProcessEnv): Promise<Core>
  /** Names in the image folder but the source, and what stands in the staging folders. */
  leftFiles(): Promise<string[]>
  close(): Promise<void>
}

export async function openScene(image: string, sourceName = 'disk.qcow2'): Promise<Scene> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-fault-'))
  await fs.chmod(root, 0o755)
  const folder = path.join(root, 'my images')
  await fs.mkdir(folder)
  const source = path.join(folder, sourceName)
  await fs.copyFile(image, source)
  const dirs: Dirs = { config: `${root}/config`, state: `${root}/state`, cache: `${root}/cache`, runtime: `${root}/runtime` }
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    DISKWRIGHT_CONFIG_DIR: dirs.config,
    DISKWRIGHT_STATE_DIR: dirs.state,
    DISKWRIGHT_CACHE_DIR: dirs.cache,
    DISKWRIGHT_RUNTIME_DIR: dirs.runtime,
  }
  const cores: Core[] = []
  return {
    mark: path.basename(root),
    root,
    folder,
    dirs,
    source,
    original: await hashOf(source),
    env,
    at: (name) => path.join(folder, name),
    async nextStart(more = {}) {
      const core = await createCore({ dirs, env: { ...env, ...more }, log: silentLogger })
      cores.push(core)
      return core
    },
    async leftFiles() {
      const images = (await fs.readdir(folder)).filter((name) => name !== sourceName)
      const inside = async (name: string) =>
        (await fs.readdir(path.join(dirs.runtime, name)).catch(() => [])).map((file) => `${name}/${file}`)
      return [...images, ...(await inside('staging')), ...(await inside('exports'))].toSorted()
    },
    async close() {
      await Promise.all(cores.map((core) => core.close()))
      await fs.rm(root, { recursive: true, force: true })
    },
  }
}
