import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

/** `podman rmi`, without force: an image that a container uses stays. Throws `tool-missing`, and `tool-failed` with podman's reason. */
export async function removeImage(host: Host, image: string): Promise<void> {
  await host.run('podman', ['rmi', '--', image], { env: containerEnv(host.env), timeoutMs: 300_000 })
}
