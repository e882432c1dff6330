import { generateKeyPairSync, randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { GcpServer } from './servers/gcp-server.js'

/** A service account of the test server, and the key file that the console gives for it. */
export interface GcpAccount {
  readonly email: string
  readonly keyFile: string
  /** PEM, PKCS 8. */
  readonly privateKey: string
  /** The server takes it from now on. */
  enable(): void
  disable(): void
}

export function makeServiceAccount(server: GcpServer, name: string): GcpAccount {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const email = `${name}@${server.state.project}.iam.gserviceaccount.com`
  const keyId = randomUUID()
  const key = {
    type: 'service_account',
    project_id: server.state.project,
    private_key_id: keyId,
    private_key: privateKey,
    client_email: email,
    client_id: '1',
    auth_uri: 'https://accounts.example/auth',
    token_uri: 'https://accounts.example/token',
  }
  const enable = (): void => void server.accounts.set(email, { email, keyId, publicKey })
  enable()
  return { email, keyFile: JSON.stringify(key), privateKey, enable, disable: () => void server.accounts.delete(email) }
}

/** Where gcloud keeps Application Default Credentials. */
export async function writeDefaultCredentials(home: string, json: string): Promise<string> {
  const folder = path.join(home, '.config/gcloud')
  await fs.mkdir(folder, { recursive: true })
  const file = path.join(folder, 'application_default_credentials.json')
  await fs.writeFile(file, json, { mode: 0o600 })
  return file
}

/** Everything that is at the server, in words. */
export function leftAt({ state }: GcpServer): string[] {
  const objects = [...state.buckets].flatMap(([bucket, inside]) => [...inside.keys()].map((name) => `object ${name} in ${bucket}`))
  const sessions = [...state.sessions.values()].filter(({ object }) => object === null)
  return [...objects, ...sessions.map(({ name }) => `session of ${name}`), ...[...state.images.keys()].map((name) => `image ${name}`)]
}
