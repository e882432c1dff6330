import { resolveDirs } from '#core/files/dirs'
import { silentLogger } from '#core/log/logger'
import { createHost } from '#core/process/create-host'
import type { Host } from '#core/process/host'

/** A host for builders and tests, with the state folders that the environment names. */
export function builderHost(env: NodeJS.ProcessEnv = process.env): Promise<Host> {
  return createHost({ dirs: resolveDirs(env), env, log: silentLogger })
}
