import { containerEnv } from '../../process/container-env.js'
import type { Host, RunOptions } from '../../process/host.js'

export interface Mount {
  /** Absolute path on this machine, and in the container. */
  readonly from: string
  readonly to: string
  readonly readOnly?: boolean
}

export interface PrivilegedRun {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Name of an image that is there; never pulled. */
  readonly image: string
  readonly mounts: readonly Mount[]
  /** See the processes of this machine, as bootc wants. */
  readonly hostProcesses: boolean
  readonly command: readonly string[]
}

/** podman-run(1): a container that may do what root may. */
export function runArgs({ name, labels, image, mounts, hostProcesses, command }: PrivilegedRun): string[] {
  return [
    'run',
    '--rm',
    '--privileged',
    '--pull=never',
    ...(hostProcesses ? ['--pid=host'] : []),
    '--security-opt',
    'label=type:unconfined_t',
    '--name',
    name,
    ...Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]),
    ...mounts.flatMap(({ from, to, readOnly = false }) => ['--volume', `${from}:${to}${readOnly ? ':ro' : ''}`]),
    image,
    ...command,
  ]
}

/** `podman run`, to its end. Throws `tool-missing`, `tool-failed`, `cancelled`. */
export async function runPrivileged(host: Host, request: PrivilegedRun, onRecord: NonNullable<RunOptions['onRecord']>): Promise<void> {
  await host.run('podman', runArgs(request), { env: containerEnv(host.env), tailOnly: true, onRecord })
}
