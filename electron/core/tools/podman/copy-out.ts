import { containerEnv } from '../../process/container-env.js'
import type { Host, ToolProcess } from '../../process/host.js'

/**
 * `podman cp CONTAINER:PATH -`: a tar of a file, or of a folder with all in it, on its stdout. Links are followed inside of the container.
 * `path` is absolute. Throws `tool-missing`. `podman export` would open `/dev/stdout`, which it cannot where that is a socket.
 */
export function startCopyOut(host: Host, containerId: string, path: string): Promise<ToolProcess> {
  return host.start('podman', ['cp', `${containerId}:${path}`, '-'], { env: containerEnv(host.env) })
}
