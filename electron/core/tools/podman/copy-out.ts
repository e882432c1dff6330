import { containerEnv } from '../../process/container-env.js'
import type { Host, ToolProcess } from '../../process/host.js'

/**
 * `podman cp CONTAINER:PATH -`: a tar of a file, or of a folder with all in it, on its stdout. Links are followed inside of the container.
 * `path` is absolute. Throws `tool-missing`.
 */
export function startCopyOut(host: Host, containerId: string, path: string): Promise<ToolProcess> {
  return host.start('podman', ['cp', `${containerId}:${path}`, '-'], { env: containerEnv(host.env) })
}

/** `podman export CONTAINER`: a tar of all files, as the layers together make them, on its stdout. Throws `tool-missing`. */
export function startExport(host: Host, containerId: string): Promise<ToolProcess> {
  return host.start('podman', ['export', containerId], { env: containerEnv(host.env) })
}
