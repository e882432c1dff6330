import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { fingerprintOf } from './servers/oci/signature.js'
import type { OciServer } from './servers/oci-server.js'
import { newId } from './servers/oci/state.js'

/** A user of the test server with an API key. Made once: keys take time. */
export interface OciAccount {
  readonly user: string
  readonly keyId: string
  readonly publicKey: string
  /** PEM, PKCS 8. */
  readonly privateKey: string
  readonly fingerprint: string
}

export function makeAccount(server: OciServer): OciAccount {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const user = newId('user')
  const fingerprint = fingerprintOf(publicKey)
  const keyId = `${server.tenancy}/${user}/${fingerprint}`
  server.keys.set(keyId, { publicKey })
  return { user, keyId, publicKey, privateKey, fingerprint }
}

/** `~/.oci/config` and the key, as `oci setup config` writes them. */
export async function writeProfile(home: string, server: OciServer, account: OciAccount): Promise<void> {
  const folder = path.join(home, '.oci')
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  await fs.writeFile(path.join(folder, 'key.pem'), `${account.privateKey}OCI_API_KEY\n`, { mode: 0o600 })
  const lines = ['[DEFAULT]', `user=${account.user}`, `fingerprint=${account.fingerprint}`, `tenancy=${server.tenancy}`]
  await fs.writeFile(path.join(folder, 'config'), [...lines, 'region=eu-frankfurt-1', 'key_file=~/.oci/key.pem', ''].join('\n'), {
    mode: 0o600,
  })
}

/** A session as `oci session authenticate` leaves it, in a section of its own; the server takes it until `endsAt` (seconds). */
export async function writeSession(home: string, server: OciServer, account: OciAccount, name: string, endsAt: number): Promise<string> {
  const folder = path.join(home, '.oci/sessions', name)
  await fs.mkdir(folder, { recursive: true })
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
  const token = `${part({ alg: 'RS256' })}.${part({ sub: account.user, exp: endsAt })}.${part({ signed: name })}`
  await fs.writeFile(path.join(folder, 'token'), token)
  await fs.writeFile(path.join(folder, 'key.pem'), account.privateKey)
  const section = [
    `[${name}]`,
    `tenancy=${server.tenancy}`,
    'region=eu-frankfurt-1',
    `key_file=${folder}/key.pem`,
    `security_token_file=${folder}/token`,
  ]
  await fs.appendFile(path.join(home, '.oci/config'), `${section.join('\n')}\n`)
  server.keys.set(`ST$${token}`, { publicKey: account.publicKey, endsAt })
  return token
}

/** Everything that is at the server, in words. */
export function leftAt({ state }: OciServer): string[] {
  const inBuckets = [...state.buckets.values()].flatMap(({ name, objects, uploads, links }) => [
    ...[...objects.keys()].map((object) => `object ${object} in ${name}`),
    ...[...uploads.values()].map(({ object }) => `upload of ${object} in ${name}`),
    ...[...links.values()].map((link) => `link ${link.name} in ${name}`),
  ])
  const images = [...state.images.values()].filter(({ lifecycleState }) => lifecycleState !== 'DELETED')
  return [...inBuckets, ...images.map(({ displayName }) => `image ${displayName}`)]
}
