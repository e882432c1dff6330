import { explainToolFailure } from '#shared/containers/tool-problem'
import { AppError } from '#shared/errors/app-error'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

/** How one side of a copy is reached. Paths are absolute; an auth file is private and 0600. */
export interface CopySide {
  /** With its transport: `docker://HOST/NAME:TAG`, `oci-archive:/FILE:NAME` … */
  readonly image: string
  readonly registry: string | null
  readonly authFile?: string | undefined
  readonly certDir?: string | undefined
  readonly plainHttp?: boolean | undefined
}

export interface CopyImage {
  readonly from: CopySide
  readonly to: CopySide
  /** All images of an index. */
  readonly all?: boolean
  readonly platform?:
    | { readonly os?: string | undefined; readonly architecture?: string | undefined; readonly variant?: string | null | undefined }
    | undefined
  /** The policy of this machine is not asked: for what was made here a moment ago, and is named by its digest. */
  readonly isOwn?: boolean
  /** Fail rather than change the manifest. */
  readonly keepDigests?: boolean
  /** Also try again what broke off; skopeo begins such a blob from its start. */
  readonly retries?: number
  /** Signatures that the destination cannot hold. */
  readonly dropSignatures?: boolean
  readonly sign?:
    | { readonly kind: 'sigstore'; readonly keyFile: string; readonly passphraseFile?: string | undefined }
    | { readonly kind: 'gpg'; readonly key: string; readonly passphraseFile?: string | undefined }
    | undefined
  /** Gets the digest of what was written. */
  readonly digestFile?: string | undefined
  /** Where skopeo keeps blobs in between; default: `/var/tmp`. */
  readonly temporaryFolder?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** One call for each line; there are no figures in them. */
  readonly onLine?: ((line: string) => void) | undefined
}

/**
 * `skopeo copy`. Throws what registries fail with (`registry-unreachable`, `sign-in-needed`, `container-not-found`, …), `container-refused`,
 * `blob-mismatch`, `tool-missing`, `tool-failed`.
 */
export async function copyImage(host: Host, request: CopyImage): Promise<void> {
  try {
    await host.run('skopeo', copyArgs(request), {
      env: containerEnv(host.env, request.temporaryFolder),
      onRecord: (line) => request.onLine?.(line),
      tailOnly: true,
      ...(request.signal ? { signal: request.signal } : {}),
    })
  } catch (thrown) {
    throw explainToolFailure(thrown, registryThatFailed(request, thrown instanceof AppError ? (thrown.data.toolOutput ?? '') : ''))
  }
}

/** Which side it was, by what skopeo said: whoever signs in has to do it at the right one. */
export function registryThatFailed({ from, to }: Pick<CopyImage, 'from' | 'to'>, said: string): string | null {
  const isNamed = (registry: string | null): boolean => registry !== null && said.includes(registry)
  return [to.registry, from.registry].find(isNamed) ?? from.registry ?? to.registry
}

/** skopeo-copy(1). */
export function copyArgs(request: CopyImage): string[] {
  const { from, to, platform, sign } = request
  const given = (option: string, value: string | undefined): string[] => (value === undefined ? [] : [option, value])
  return [
    // Options of skopeo itself, before the command.
    ...given('--override-os', platform?.os),
    ...given('--override-arch', platform?.architecture),
    ...given('--override-variant', platform?.variant ?? undefined),
    ...(request.isOwn ? ['--insecure-policy'] : []),
    // It does not ask TMPDIR where archives are made or unpacked.
    ...given('--tmpdir', request.temporaryFolder),
    'copy',
    ...(request.all ? ['--all'] : []),
    ...(request.keepDigests ? ['--preserve-digests'] : []),
    ...(request.dropSignatures ? ['--remove-signatures'] : []),
    ...given('--retry-times', request.retries === undefined ? undefined : String(request.retries)),
    ...given('--src-authfile', from.authFile),
    ...given('--src-cert-dir', from.certDir),
    ...(from.plainHttp ? ['--src-tls-verify=false'] : []),
    ...given('--dest-authfile', to.authFile),
    ...given('--dest-cert-dir', to.certDir),
    ...(to.plainHttp ? ['--dest-tls-verify=false'] : []),
    ...(sign === undefined ? [] : sign.kind === 'gpg' ? ['--sign-by', sign.key] : ['--sign-by-sigstore-private-key', sign.keyFile]),
    ...given('--sign-passphrase-file', sign?.passphraseFile),
    ...given('--digestfile', request.digestFile),
    '--',
    from.image,
    to.image,
  ]
}
