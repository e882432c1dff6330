import { z } from 'zod'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

const containersSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Image: z.string().nullish(),
    ImageID: z.string().nullish(),
    State: z.string().nullish(),
    Created: z.number().nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
    Size: z.object({ rwSize: z.number() }).nullish(),
  }),
)

export interface LocalContainer {
  /** 64 hex digits. */
  readonly id: string
  readonly name: string
  /** Name of its image. */
  readonly image: string
  readonly imageId: string
  /** `created`, `running`, `exited`, `storage` (of buildah) … */
  readonly state: string
  /** What it holds beside its image; null where that was not asked for. */
  readonly bytes: number | null
  /** ISO 8601. */
  readonly createdAt: string | null
  readonly labels: Readonly<Record<string, string>>
}

export interface ListContainers {
  /** Only those with this label, `NAME` or `NAME=VALUE`. */
  readonly label?: string
  /** Also measure them, which takes time. */
  readonly measure?: boolean
  readonly signal?: AbortSignal
}

/** `podman ps`: all containers, whatever their state; those of buildah too, which have no labels. Throws `tool-missing`, `tool-failed`. */
export async function listContainers(host: Host, { label, measure = false, signal }: ListContainers = {}): Promise<LocalContainer[]> {
  const which = label === undefined ? ['--external'] : ['--filter', `label=${label}`]
  const { stdout } = await host.run('podman', ['ps', '--all', ...which, '--no-trunc', ...(measure ? ['--size'] : []), '--format', 'json'], {
    env: containerEnv(host.env),
    timeoutMs: 120_000,
    maxOutputBytes: 64 * 1024 * 1024,
    ...(signal ? { signal } : {}),
  })
  return parseContainers(stdout.toString('utf8'))
}

/** podman-ps(1). */
export function parseContainers(text: string): LocalContainer[] {
  return containersSchema.parse(JSON.parse(text === '' ? '[]' : text)).map((one) => ({
    id: one.Id,
    name: one.Names?.[0] ?? one.Id.slice(0, 12),
    image: one.Image ?? '',
    imageId: one.ImageID ?? '',
    state: one.State ?? '',
    bytes: one.Size?.rwSize ?? null,
    createdAt: one.Created ? new Date(one.Created * 1000).toISOString() : null,
    labels: one.Labels ?? {},
  }))
}
