import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BuiltImage } from './container-image.js'

/** A registry of Debian's `docker-registry` on loopback, alone for one test file. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly registry: string
  readonly port: number
  /** `http://127.0.0.1:PORT` or `https://…`. */
  readonly url: string
  /** Certificate of the authority that signed its own; null without TLS. */
  readonly caFile: string | null
  /** Folder in the form of containers-certs.d(5), with `ca.crt`; null without TLS. */
  readonly certDir: string | null
  /** Everything it has; its storage is in `storage/docker/registry/v2`. */
  readonly folder: string
  /** Pushes an image, and all that an index names. */
  push(repository: string, reference: string, image: BuiltImage): Promise<void>
  /** Path of the file that holds a blob, to damage or remove it. */
  blobFile(digest: string): string
  /** What it wrote so far. */
  log(): string
  stop(): Promise<void>
}

export interface RegistryOptions {
  /** Passwords by name; without them everyone may read and write. */
  readonly users?: Readonly<Record<string, string>>
  readonly tls?: 'own-ca'
}

const PATIENCE_MS = 60_000

export async function startRegistry({ users, tls }: RegistryOptions = {}): Promise<TestRegistry> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-registry-'))
  const certificates = tls === undefined ? null : await makeCertificates(path.join(folder, 'certs'))
  const passwords = users === undefined ? null : await writePasswords(path.join(folder, 'htpasswd'), users)
  const configFile = path.join(folder, 'config.yml')
  await fs.writeFile(configFile, JSON.stringify(configuration({ folder, certificates, passwords }), null, 2))
  const child = spawn('docker-registry', ['serve', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '' },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (log += piece.toString()))
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    await fs.rm(folder, { recursive: true, force: true })
  }
  const port = await listening(
    () => log,
    () => child.exitCode !== null,
  ).catch(async (thrown: unknown) => {
    await stop()
    throw thrown
  })
  const url = `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`
  const [user] = Object.entries(users ?? {})
  const send = sender(url, certificates && (await fs.readFile(certificates.caFile)), user)
  return {
    registry: `127.0.0.1:${port}`,
    port,
    url,
    caFile: certificates?.caFile ?? null,
    certDir: certificates?.certDir ?? null,
    folder,
    push: (repository, reference, image) => pushImage(send, repository, reference, image),
    blobFile(digest) {
      const hex = digest.replace('sha256:', '')
      return path.join(folder, 'storage/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
    },
    log: () => log,
    stop,
  }
}

interface Certificates {
  readonly caFile: string
  readonly caKeyFile: string
  readonly certDir: string
  readonly certFile: string
  readonly keyFile: string
}

/** An authority of our own, and a certificate for 127.0.0.1, localhost and registry.example that it signed. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const certDir = path.join(folder, 'trusted')
  await fs.mkdir(certDir, { recursive: true })
  const [caFile, caKeyFile] = [path.join(certDir, 'ca.crt'), path.join(folder, 'ca-key.pem')]
  const [certFile, keyFile, requestFile, extensions] = ['server.pem', 'server-key.pem', 'server.csr', 'extensions'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string, string]
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...newKey, '-keyout', caKeyFile, '-out', caFile, '-days', '30', '-subj', '/CN=Test authority')
  openssl('req', ...newKey, '-keyout', keyFile, '-out', requestFile, '-subj', '/CN=registry')
  await fs.writeFile(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:registry.example\n')
  const signing = ['-CA', caFile, '-CAkey', caKeyFile, '-CAcreateserial', '-days', '30', '-extfile', extensions]
  openssl('x509', '-req', '-in', requestFile, '-out', certFile, ...signing)
  return { caFile, caKeyFile, certDir, certFile, keyFile }
}

async function writePasswords(file: string, users: Readonly<Record<string, string>>): Promise<string> {
  // A low cost: the registry computes it for every request.
  const lines = Object.entries(users).map(([user, password]) => execFileSync('htpasswd', ['-niB', '-C', '4', user], { input: password }))
  await fs.writeFile(file, Buffer.concat(lines))
  return file
}

interface ConfigurationParts {
  readonly folder: string
  readonly certificates: Certificates | null
  readonly passwords: string | null
}

/** YAML holds JSON. */
function configuration({ folder, certificates, passwords }: ConfigurationParts): object {
  return {
    version: '0.1',
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'storage') }, delete: { enabled: true } },
    http: {
      addr: '127.0.0.1:0',
      secret: 'of-the-test',
      ...(certificates === null ? {} : { tls: { certificate: certificates.certFile, key: certificates.keyFile } }),
    },
    ...(passwords === null ? {} : { auth: { htpasswd: { realm: 'test', path: passwords } } }),
  }
}

type Send = (
  method: string,
  target: string,
  body?: Buffer,
  contentType?: string,
) => Promise<{ status: number; location: string | undefined }>

function sender(url: string, ca: Buffer | null, user: readonly [string, string] | undefined): Send {
  const auth = user === undefined ? {} : { auth: user.join(':') }
  return async (method, target, body, contentType) => {
    const headers = { ...(contentType === undefined ? {} : { 'content-type': contentType }), 'content-length': body?.length ?? 0 }
    const options = { method, headers, agent: false as const, ...auth, ...(ca === null ? {} : { ca }) }
    const request = (ca === null ? http : https).request(new URL(target, url), options)
    request.end(body)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.resume()
    await once(response, 'end')
    return { status: response.statusCode ?? 0, location: response.headers.location }
  }
}

/** The port that the system chose: it says so once it listens. */
async function listening(log: () => string, hasEnded: () => boolean): Promise<number> {
  for (const start = Date.now(); Date.now() - start < PATIENCE_MS && !hasEnded(); await sleep(10)) {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(log())?.[1]
    if (port !== undefined) return Number(port)
  }
  throw new Error(`docker-registry did not start: ${log()}`)
}

async function pushImage(send: Send, repository: string, reference: string, image: BuiltImage): Promise<void> {
  const expectStatus = (status: number, what: string): void => {
    if (status !== 201 && status !== 202) throw new Error(`pushing ${what} of ${repository} was answered with ${status}`)
  }
  const manifests: [string, Buffer][] = []
  for (const [digest, bytes] of image.blobs) {
    const mediaType = mediaTypeOf(bytes)
    if (mediaType !== undefined) {
      manifests.push([mediaType, bytes])
      continue
    }
    const begun = await send('POST', `/v2/${repository}/blobs/uploads/`)
    expectStatus(begun.status, 'a blob')
    const target = new URL(begun.location ?? '', 'http://127.0.0.1')
    target.searchParams.set('digest', digest)
    const { status } = await send('PUT', `${target.pathname}${target.search}`, bytes, 'application/octet-stream')
    expectStatus(status, digest)
  }
  for (const [mediaType, bytes] of manifests) {
    const digest = [...image.blobs].find(([, blob]) => blob === bytes)?.[0] ?? ''
    expectStatus((await send('PUT', `/v2/${repository}/manifests/${digest}`, bytes, mediaType)).status, digest)
  }
  expectStatus((await send('PUT', `/v2/${repository}/manifests/${reference}`, image.manifest, image.mediaType)).status, reference)
}

/** Of a manifest that an index names; undefined for any other blob. */
function mediaTypeOf(bytes: Buffer): string | undefined {
  if (bytes.length > 64 * 1024 || bytes[0] !== 0x7b) return undefined
  try {
    const { mediaType, schemaVersion } = JSON.parse(bytes.toString('utf8')) as { mediaType?: string; schemaVersion?: number }
    return schemaVersion === 2 ? mediaType : undefined
  } catch {
    return undefined
  }
}
