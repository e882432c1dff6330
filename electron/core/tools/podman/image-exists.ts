import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

/** `podman image exists`. Throws `tool-missing`, `tool-failed`. */
export async function imageExists(host: Host, image: string): Promise<boolean> {
  const { exitCode } = await host.run('podman', ['image', 'exists', '--', image], {
    env: containerEnv(host.env),
    okExitCodes: [0, 1],
    timeoutMs: 60_000,
  })
  return exitCode === 0
}
