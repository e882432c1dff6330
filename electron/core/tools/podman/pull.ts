import { explainToolFailure } from '#shared/containers/tool-problem'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

export interface PullImage {
  /** `HOST/NAME:TAG` or `HOST/NAME@DIGEST`, without a transport. */
  readonly image: string
  readonly registry: string | null
  /** Absolute paths. */
  readonly authFile?: string | undefined
  readonly certDir?: string | undefined
  readonly plainHttp?: boolean | undefined
  readonly platform?:
    | { readonly os?: string | undefined; readonly architecture?: string | undefined; readonly variant?: string | null | undefined }
    | undefined
  /** Where podman keeps blobs until they are unpacked; default: `/var/tmp`. */
  readonly temporaryFolder?: string | undefined
  /** One call for each line that podman says; there are no figures in them. */
  readonly onLine?: ((line: string) => void) | undefined
}

/**
 * `podman pull`. Returns the id of the image. Throws what registries fail with (`registry-unreachable`, `sign-in-needed`,
 * `container-not-found`, …), `container-refused`, `tool-missing`, `tool-failed`.
 */
export async function pullImage(host: Host, request: PullImage): Promise<string> {
  try {
    const { stdout } = await host.run('podman', pullArgs(request), {
      env: containerEnv(host.env, request.temporaryFolder),
      onRecord: (line, stream) => stream === 'stderr' && request.onLine?.(line),
    })
    return stdout.toString('utf8').trim().split('\n').at(-1) ?? ''
  } catch (thrown) {
    throw explainToolFailure(thrown, request.registry)
  }
}

/** podman-pull(1). */
export function pullArgs({ image, authFile, certDir, plainHttp, platform }: PullImage): string[] {
  return [
    'pull',
    ...(authFile === undefined ? [] : ['--authfile', authFile]),
    ...(certDir === undefined ? [] : ['--cert-dir', certDir]),
    ...(plainHttp ? ['--tls-verify=false'] : []),
    ...(platform?.os === undefined ? [] : ['--os', platform.os]),
    ...(platform?.architecture === undefined ? [] : ['--arch', platform.architecture]),
    ...(platform?.variant ? ['--variant', platform.variant] : []),
    '--',
    image,
  ]
}
