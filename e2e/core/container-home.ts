import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { silentLogger } from '#core/log/logger'
import type { ContainerDeps } from '#core/operations/containers/container-source'
import { createHost } from '#core/process/create-host'
import { knows } from './registry-access.js'

/** A home folder of the test: no configuration of this machine's user takes part in how images are reached. */
export interface ContainerHome {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  remove(): Promise<void>
}

export async function openContainerHome(): Promise<ContainerHome> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-home-'))
  await allowEveryImage(folder)
  return { folder, env: { HOME: folder, PATH: process.env.PATH }, remove: () => fs.rm(folder, { recursive: true, force: true }) }
}

/** containers-policy.json(5) of a user that asks for no signatures. */
export async function allowEveryImage(home: string): Promise<void> {
  const config = path.join(home, '.config/containers')
  await fs.mkdir(config, { recursive: true })
  await fs.writeFile(path.join(config, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}')
}

/** What reading an image needs, with its folders in `home`, for a user who is signed in nowhere. */
export async function signedOutDeps(home: string, env: NodeJS.ProcessEnv): Promise<ContainerDeps> {
  const dirs = { config: `${home}/config`, state: `${home}/state`, cache: `${home}/cache`, runtime: `${home}/runtime` }
  return { host: await createHost({ dirs, env, log: silentLogger }), signIns: knows(null) }
}
