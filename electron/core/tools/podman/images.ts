import { z } from 'zod'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

const imagesSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Size: z.number(),
    Created: z.number().nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
    Digest: z.string().nullish(),
  }),
)

export interface LocalImage {
  /** 64 hex digits. */
  readonly id: string
  /** `localhost/disk:1` … */
  readonly names: readonly string[]
  readonly bytes: number
  /** ISO 8601. */
  readonly createdAt: string | null
  readonly labels: Readonly<Record<string, string>>
  /** Of its manifest. */
  readonly digest: string | null
}

/** `podman images`, those without a name too. Throws `tool-missing`, `tool-failed`. */
export async function listImages(host: Host, signal?: AbortSignal): Promise<LocalImage[]> {
  const { stdout } = await host.run('podman', ['images', '--no-trunc', '--format', 'json'], {
    env: containerEnv(host.env),
    timeoutMs: 120_000,
    maxOutputBytes: 64 * 1024 * 1024,
    ...(signal ? { signal } : {}),
  })
  return parseImages(stdout.toString('utf8'))
}

/** podman-images(1); an image with several names is told once for each of them. */
export function parseImages(text: string): LocalImage[] {
  const byId = new Map<string, LocalImage>()
  for (const { Id, Names, Size, Created, Labels, Digest } of imagesSchema.parse(JSON.parse(text === '' ? '[]' : text))) {
    const names = [...new Set([...(byId.get(Id)?.names ?? []), ...(Names ?? [])])]
    byId.set(Id, {
      id: Id,
      names,
      bytes: Size,
      createdAt: Created ? new Date(Created * 1000).toISOString() : null,
      labels: Labels ?? {},
      digest: Digest ?? null,
    })
  }
  return [...byId.values()]
}
