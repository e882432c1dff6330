import { X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { AppError } from '#shared/errors/app-error'

/** Where Linux distributions keep the authorities that they trust, in the order of Go's crypto/x509 (`root_linux.go`). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

export interface TrustRequest {
  /** `HOST[:PORT]`, as references write it. */
  readonly registry: string
  readonly env: NodeJS.ProcessEnv
  /** Takes the place of the folders of containers-certs.d(5). */
  readonly certDir: string | undefined
  /** Leaves out the client certificate. */
  readonly withoutClient?: boolean
}

/** Folders of containers-certs.d(5) for one registry; the first that is there counts. */
export function certFolders({ registry, env, certDir }: TrustRequest): string[] {
  if (certDir !== undefined) return [certDir]
  const config = env.XDG_CONFIG_HOME ?? path.join(env.HOME ?? os.homedir(), '.config')
  return [path.join(config, 'containers/certs.d'), '/etc/containers/certs.d', '/etc/docker/certs.d'].map((folder) =>
    path.join(folder, registry),
  )
}

/**
 * Whom a TLS connection to a registry trusts: the authorities of this machine (`SSL_CERT_FILE` in their place, Node's own where there are none),
 * those of the registry's folder, and the client certificate there. Throws `bad-input` that names a file which cannot be used.
 */
export function trustFor(request: TrustRequest): tls.SecureContext {
  const folder = certFolders(request).find((candidate) => fs.existsSync(candidate))
  if (folder === undefined && request.certDir !== undefined) throw wrong(request.certDir, 'the folder with certificates is not there')
  const names = folder === undefined ? [] : fs.readdirSync(folder).toSorted()
  const own = names.filter((name) => name.endsWith('.crt')).map((name) => path.join(folder ?? '', name))
  const certificate = request.withoutClient ? undefined : names.find((name) => name.endsWith('.cert'))
  const keyFile = certificate === undefined ? undefined : path.join(folder ?? '', certificate.replace(/\.cert$/, '.key'))
  const pair = {
    ...(certificate === undefined ? {} : { cert: read(path.join(folder ?? '', certificate)) }),
    ...(keyFile === undefined ? {} : { key: read(keyFile) }),
  }
  const authorities = [...systemAuthorities(request.env), ...own.map(readAuthority)]
  try {
    return tls.createSecureContext({ ...pair, ca: authorities })
  } catch (cause) {
    throw wrong(folder ?? '', 'the certificates there cannot be used', cause)
  }
}

/** A file with the certificate of an authority. Throws `bad-input` when it holds none. */
export function readAuthority(file: string): Buffer {
  const pem = read(file)
  try {
    // `createSecureContext` takes what is no certificate for none, and says nothing.
    void new X509Certificate(pem)
    return pem
  } catch (cause) {
    throw wrong(file, 'it holds no certificate', cause)
  }
}

/** The authorities of this machine; `SSL_CERT_FILE` in their place, Node's own where there are none. */
export function systemAuthorities(env: NodeJS.ProcessEnv): (string | Buffer)[] {
  if (env.SSL_CERT_FILE !== undefined && env.SSL_CERT_FILE !== '') return [read(env.SSL_CERT_FILE)]
  const bundle = BUNDLES.find((file) => fs.existsSync(file))
  return bundle === undefined ? [...tls.rootCertificates] : [read(bundle)]
}

function read(file: string): Buffer {
  try {
    return fs.readFileSync(file)
  } catch (cause) {
    throw new AppError('bad-input', { details: { file, reason: `${file} cannot be read` }, cause })
  }
}

function wrong(file: string, reason: string, cause?: unknown): AppError {
  return new AppError('bad-input', { details: { file, reason: `${file}: ${reason}` }, cause })
}
