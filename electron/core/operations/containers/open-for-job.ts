import type { ContainerPlatform } from '#shared/containers/container-report'
import { baseOf } from '#shared/containers/entry-name'
import { imageKind } from '#shared/containers/image-kind'
import { parseReference, pinned } from '#shared/containers/reference'
import type { JobInput } from '#shared/jobs/job-requests'
import { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import type { JobContext } from '../job-context.js'
import { workFolder } from '../work-folder.js'
import { chooseImage } from './choose-image.js'
import type { ContainerSource } from './container-source.js'
import { openByPodman, type PodmanImage } from './open-by-podman.js'
import { openLayer } from './layer-stream.js'
import { openContainerSource } from './open-container-source.js'
import { requireTrusted } from './signatures/check-signature.js'
import type { TakenLayer } from './take.js'

const STEP_BYTES = 1024 * 1024

type Input = JobInput<'extract-container'>

/** An image that is ready to be taken apart. */
export interface JobImage {
  /** What the reference led to: an index where there is one. */
  readonly digest: string
  readonly imageDigest: string
  readonly platform: ContainerPlatform | null
  readonly layers: readonly TakenLayer[]
  /** Null where podman gives out the files. */
  readonly source: ContainerSource | null
  /** Bytes that arrived so far, of all layers together. */
  readonly progress: { arrived(): number; readonly total: number; onBytes: () => void }
  readonly proofs: readonly string[]
  /** Where a path of the image stands in what `layers` give. */
  pathIn(path: string): string
  /** All of the same image, where `layers` give a part of it: to follow a link. */
  readonly whole: JobImage | null
}

/** Looks an image up and has the policy of this machine checked. Throws as `openContainerSource`, `chooseImage` and `requireTrusted`. */
export async function openByStream(ctx: JobContext, input: Input, signIns: SignInStore): Promise<JobImage> {
  const deps = { host: ctx.host, signIns, pausePoint: () => ctx.pausePoint() }
  const source = await openContainerSource(deps, input.reference, input.access)
  ctx.defer(() => source.close())
  const chosen = await chooseImage(source, { digest: input.digest, platform: platformOf(input) })
  const digests = [...new Set([chosen.rootDigest, chosen.digest])]
  const signature = await requireTrusted(deps, { source, digests, access: input.access })
  const { layers } = imageKind(chosen.manifest)
  const arrived = new Map<number, number>()
  const progress = {
    arrived: () => [...arrived.values()].reduce((sum, bytes) => sum + bytes, 0),
    total: layers.reduce((sum, layer) => sum + layer.bytes, 0),
    onBytes: () => {},
  }
  return {
    digest: chosen.rootDigest,
    imageDigest: chosen.digest,
    platform: chosen.platform,
    source,
    progress,
    pathIn: (path) => path,
    whole: null,
    proofs: signature.state === 'verified' ? [signature.detail] : [],
    layers: layers.map((layer, number) => ({
      layer,
      open: (signal) =>
        openLayer(ctx.host.bind({ signal }), source, layer, {
          signal,
          pausePoint: deps.pausePoint,
          diffId: layer.kind === 'tar' ? (chosen.config?.diffIds[number] ?? null) : null,
          onBytes: (bytes) => {
            // Told in steps: at full speed the telling would cost more than the work.
            const isStep = bytes - (arrived.get(number) ?? 0) >= STEP_BYTES || bytes === layer.bytes
            if (!isStep) return
            arrived.set(number, bytes)
            progress.onBytes()
          },
        }),
    })),
  }
}

/**
 * The same by podman, which pulls an image that is not in its storage yet; after the job all is as it was. Its files come as one layer: of `path` alone, where that is
 * given. Throws as `openByPodman`.
 */
export async function openWithPodman(ctx: JobContext, input: Input, signIns: SignInStore, path: string | null): Promise<JobImage> {
  const parsed = parseReference(input.reference)
  const reference = input.digest === undefined ? parsed : pinned(parsed, input.digest)
  const temporaryFolder = workFolder(ctx, input.output)
  const opened = await openByPodman(ctx, signIns, { reference, platform: input.platform, access: input.access, temporaryFolder })
  const whole = podmanImage(opened, input, null)
  return path === null || path === '/' ? whole : { ...podmanImage(opened, input, path), whole }
}

function podmanImage({ image, files }: PodmanImage, { digest: asked }: Input, path: string | null): JobImage {
  const digest = image.digest ?? asked ?? `sha256:${image.id}`
  const progress = { read: 0, arrived: () => progress.read, total: image.bytes, onBytes: () => {} }
  const onBytes = (bytes: number): void => {
    const before = progress.read
    progress.read += bytes
    if (Math.floor(before / STEP_BYTES) < Math.floor(progress.read / STEP_BYTES)) progress.onBytes()
  }
  const layer = { digest, mediaType: '', bytes: image.bytes, compression: 'none' as const, kind: 'tar' as const, title: null }
  const { os, architecture } = image
  return {
    digest,
    imageDigest: digest,
    platform: os === null || architecture === null ? null : { os, architecture, variant: null },
    source: null,
    progress,
    // A copy of one thing bears its own name alone.
    pathIn: (wanted) => (path === null ? wanted : `/${baseOf(wanted)}`),
    whole: null,
    proofs: ['Podman checked the image, and gave out its files'],
    layers: [{ layer, open: async () => new ByteSource(counted(path === null ? files.all() : files.at(path), onBytes)) }],
  }
}

function platformOf({ platform }: Input): Partial<ContainerPlatform> | undefined {
  if (platform === undefined) return undefined
  const { os, architecture, variant } = platform
  return { architecture, ...(os === undefined ? {} : { os }), ...(variant === undefined ? {} : { variant }) }
}

async function* counted(content: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const bytes of content) {
    onBytes(bytes.length)
    yield bytes
  }
}
