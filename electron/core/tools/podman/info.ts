import { z } from 'zod'
import { AppError } from '#shared/errors/app-error'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

const infoSchema = z.object({
  host: z.object({
    /** GOARCH. */
    arch: z.string(),
    security: z.object({ rootless: z.boolean() }),
    ociRuntime: z.object({ name: z.string() }).partial().nullish(),
  }),
  store: z.object({ graphRoot: z.string(), graphDriverName: z.string(), runRoot: z.string() }),
})

export interface PodmanInfo {
  /** GOARCH of this machine. */
  readonly architecture: string
  readonly isRootless: boolean
  /** Folder of the storage, and its driver. */
  readonly root: string
  readonly driver: string
}

/** `podman info`. Throws `tool-missing`, and `tool-failed` where podman cannot reach its storage. */
export async function readPodmanInfo(host: Host): Promise<PodmanInfo> {
  const { stdout } = await host.run('podman', ['info', '--format', 'json'], { env: containerEnv(host.env), timeoutMs: 60_000 })
  return parsePodmanInfo(stdout.toString('utf8'))
}

/** podman-info(1). */
function parsePodmanInfo(text: string): PodmanInfo {
  const parsed = infoSchema.safeParse(JSON.parse(text))
  if (!parsed.success) throw new AppError('tool-failed', { details: { tool: 'podman', problem: 'it says nothing of its storage' } })
  const { host, store } = parsed.data
  return { architecture: host.arch, isRootless: host.security.rootless, root: store.graphRoot, driver: store.graphDriverName }
}
