import { explainToolFailure } from '#shared/containers/tool-problem'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

const MAX_BYTES = 16 * 1024 * 1024

/** `skopeo inspect --raw`: the bytes of a manifest, as they are kept. Throws `container-not-found`, `tool-missing`, `tool-failed`. */
export function inspectManifest(host: Host, image: string): Promise<Buffer> {
  return inspect(host, ['inspect', '--raw', '--', image])
}

/** `skopeo inspect --config --raw`: the bytes of a configuration. Throws as `inspectManifest`. */
export function inspectConfig(host: Host, image: string): Promise<Buffer> {
  return inspect(host, ['inspect', '--config', '--raw', '--', image])
}

async function inspect(host: Host, args: readonly string[]): Promise<Buffer> {
  try {
    const { stdout } = await host.run('skopeo', args, { env: containerEnv(host.env), timeoutMs: 120_000, maxOutputBytes: MAX_BYTES })
    return stdout
  } catch (thrown) {
    throw explainToolFailure(thrown, null)
  }
}
