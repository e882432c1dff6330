import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

/** `podman rm`, without force: one that runs stays. Throws `tool-missing`, and `tool-failed` with podman's reason. */
export async function removeContainer(host: Host, container: string): Promise<void> {
  await host.run('podman', ['rm', '--', container], { env: containerEnv(host.env), timeoutMs: 300_000 })
}
