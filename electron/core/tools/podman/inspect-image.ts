import { z } from 'zod'
import { AppError } from '#shared/errors/app-error'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

const inspectSchema = z.array(
  z.object({
    Id: z.string(),
    Digest: z.string().nullish(),
    Architecture: z.string().nullish(),
    Os: z.string().nullish(),
    Size: z.number().nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
)

export interface InspectedImage {
  /** 64 hex digits: the digest of its configuration. */
  readonly id: string
  /** Of its manifest. */
  readonly digest: string | null
  /** GOARCH. */
  readonly architecture: string | null
  readonly os: string | null
  readonly bytes: number
  readonly labels: Readonly<Record<string, string>>
}

const NO_SUCH_IMAGE = 125

/** `podman image inspect` of ids or names; those that are not there are left out. Throws `tool-missing`, `tool-failed`. */
export async function inspectLocalImages(host: Host, images: readonly string[], signal?: AbortSignal): Promise<InspectedImage[]> {
  if (images.length === 0) return []
  const { stdout, stderr, exitCode } = await host.run('podman', ['image', 'inspect', '--', ...images], {
    env: containerEnv(host.env),
    okExitCodes: [0, NO_SUCH_IMAGE],
    timeoutMs: 120_000,
    maxOutputBytes: 64 * 1024 * 1024,
    ...(signal ? { signal } : {}),
  })
  if (exitCode === NO_SUCH_IMAGE && !/image not known|no such image|failed to find image|unable to inspect/i.test(stderr)) {
    throw new AppError('tool-failed', { details: { tool: 'podman', problem: `exit code ${exitCode}`, exitCode }, toolOutput: stderr })
  }
  return parseInspectedImages(stdout.toString('utf8'))
}

/** podman-image-inspect(1). */
function parseInspectedImages(text: string): InspectedImage[] {
  return inspectSchema.parse(JSON.parse(text.trim() === '' ? '[]' : text)).map((one) => ({
    id: one.Id,
    digest: one.Digest ?? null,
    architecture: one.Architecture ?? null,
    os: one.Os ?? null,
    bytes: one.Size ?? 0,
    labels: one.Labels ?? {},
  }))
}
