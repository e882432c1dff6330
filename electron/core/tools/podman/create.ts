import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

export interface CreateContainer {
  /** Id of an image that is there. */
  readonly imageId: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** Images of disks have no command, and podman wants one; it is never run. */
const NO_COMMAND = '/never-run'

/** `podman create`: a container that is never started, to read its files. Returns its id. Throws `tool-missing`, `tool-failed`. */
export async function createContainer(host: Host, request: CreateContainer): Promise<string> {
  const { stdout } = await host.run('podman', createArgs(request), { env: containerEnv(host.env), timeoutMs: 600_000 })
  return stdout.toString('utf8').trim().split('\n').at(-1) ?? ''
}

/** podman-create(1). */
export function createArgs({ imageId, name, labels }: CreateContainer): string[] {
  const labelled = Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`])
  return ['create', '--pull=never', '--network=none', '--log-driver=none', '--name', name, ...labelled, '--', imageId, NO_COMMAND]
}
