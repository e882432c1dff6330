import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

/** Seconds that a container which runs gets to end. */
const GRACE_SECONDS = 5

/**
 * `podman rm --force` of a container that Diskwright itself made: one that a killed `podman run` left running is stopped first. Fine when it is gone already. Throws
 * `tool-missing`, `tool-failed`.
 */
export async function removeOwnContainer(host: Host, container: string): Promise<void> {
  await host.run('podman', ['rm', '--force', '--ignore', `--time=${GRACE_SECONDS}`, '--', container], {
    env: containerEnv(host.env),
    timeoutMs: 300_000,
  })
}
