import { z } from 'zod'
import { registryName, signInKeys } from '#shared/containers/docker-hub'
import { AppError } from '#shared/errors/app-error'
import type { RegistryCredential } from './sign-in-store.js'

/** containers-auth.json(5), and docker's `config.json`, which has the same form. */
export interface AuthFile {
  /** Everything that stands there, known to us or not. */
  readonly all: Readonly<Record<string, unknown>>
  readonly auths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Names of helpers by registry. */
  readonly helpers: Readonly<Record<string, string>>
  /** Helper for all others. */
  readonly store: string | null
}

const schema = z.looseObject({
  auths: z.record(z.string(), z.looseObject({}).nullable()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
})
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Reads an auth file. Throws `bad-input` that names the file, and tells nothing of what is in it. */
export function parseAuthFile(text: string, file: string): AuthFile {
  let json: unknown
  try {
    json = text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    // The parser's own words quote what it read.
    throw wrong(file, 'it is no JSON')
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw wrong(file, 'it does not have the form of an auth file')
  const { auths, credHelpers, credsStore } = parsed.data
  const entries = Object.entries(auths ?? {}).map(([key, entry]) => [key, entry ?? {}] as const)
  return {
    all: parsed.data,
    auths: Object.fromEntries(entries),
    helpers: credHelpers ?? {},
    store: credsStore === undefined || credsStore === null || credsStore === '' ? null : credsStore,
  }
}

/**
 * The sign-in for a repository: that of the longest part of its name that the file has (`HOST/NAMESPACE/REPOSITORY`, `HOST/NAMESPACE`, `HOST`), and of old
 * keys with `https://` before or a path behind. Null where there is none. Throws `bad-input` for an entry that cannot be read.
 */
export function findSignIn(auth: AuthFile, file: string, registry: string, repository: string | null): RegistryCredential | null {
  const key = keysFor(registry, repository)
    .map((wanted) => keyIn(auth.auths, wanted))
    .find((found) => found !== undefined)
  const entry = key ?? Object.keys(auth.auths).find((old) => signInKeys(registry).includes(hostOf(old)) && isOldKey(old))
  return entry === undefined ? null : readEntry(auth.auths[entry] ?? {}, file, entry)
}

/** The helper that an auth file names for a registry; null where it names none. */
export function helperFor({ helpers }: AuthFile, registry: string): string | null {
  const key = signInKeys(registry).find((name) => Object.hasOwn(helpers, name) || Object.hasOwn(helpers, `https://${name}/`))
  return key === undefined ? null : (helpers[key] ?? helpers[`https://${key}/`] ?? null)
}

/** The file with one more sign-in, or another one; all else stays. */
export function withSignIn(auth: AuthFile, registry: string, { user, secret, isToken }: RegistryCredential): Record<string, unknown> {
  const auths = { ...(without(auth, registry).auths as Record<string, unknown> | undefined) }
  const encoded = Buffer.from(isToken ? `${user}:` : `${user}:${secret}`, 'utf8').toString('base64')
  auths[registryName(registry)] = isToken ? { auth: encoded, identitytoken: secret } : { auth: encoded }
  return { ...auth.all, auths }
}

/** The file without the sign-ins for a registry as a whole; those for parts of it stay. */
export function without(auth: AuthFile, registry: string): Record<string, unknown> {
  const kept = Object.entries(auth.auths).filter(([key]) => !isFor(key, registry))
  return { ...auth.all, auths: Object.fromEntries(kept) }
}

export function holdsSignIn(auth: AuthFile, registry: string): boolean {
  return Object.keys(auth.auths).some((key) => isFor(key, registry))
}

/** Everyone it knows, by the registry or the part of one; an entry without anything in it is kept by a helper. */
export function signInsOf(auth: AuthFile, file: string): { readonly registry: string; readonly signIn: RegistryCredential }[] {
  return Object.keys(auth.auths).flatMap((key) => {
    const signIn = readEntry(auth.auths[key] ?? {}, file, key)
    const registry = isOldKey(key) ? registryName(hostOf(key)) : bareKey(key)
    return signIn === null ? [] : [{ registry, signIn }]
  })
}

function keysFor(registry: string, repository: string | null): string[] {
  const parts = repository === null || repository === '' ? [] : repository.split('/')
  return signInKeys(registry).flatMap((host) => parts.map((_, at) => [host, ...parts.slice(0, parts.length - at)].join('/')).concat(host))
}

function keyIn(auths: AuthFile['auths'], wanted: string): string | undefined {
  return Object.keys(auths).find((key) => key === wanted || bareKey(key) === wanted)
}

function isFor(key: string, registry: string): boolean {
  const keys = signInKeys(registry)
  return keys.includes(bareKey(key)) || (isOldKey(key) && keys.includes(hostOf(key)))
}

/** Keys that docker and podman wrote once: an address, or `HOST/v1`. */
function isOldKey(key: string): boolean {
  return /^https?:\/\//.test(key) || /^[^/]+\/v[12]\/?$/.test(key)
}

function bareKey(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/+$/, '')
}

function hostOf(key: string): string {
  return bareKey(key).split('/')[0] ?? ''
}

function readEntry(entry: Readonly<Record<string, unknown>>, file: string, key: string): RegistryCredential | null {
  const { auth, identitytoken, username, password } = entry
  const [user, secret] = typeof auth === 'string' && auth !== '' ? decode(auth, file, key) : [username, password]
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return { user: typeof user === 'string' && user !== '' ? user : '<token>', secret: identitytoken, isToken: true }
  }
  if (typeof user !== 'string' || typeof secret !== 'string' || user === '') return null
  return { user, secret, isToken: false }
}

function decode(auth: string, file: string, key: string): readonly [string, string] {
  const text = BASE64.test(auth) ? Buffer.from(auth, 'base64').toString('utf8') : ''
  const colon = text.indexOf(':')
  if (colon < 1) throw wrong(file, `its entry for ${bareKey(key).slice(0, 200)} is not the base64 of a user and a password`)
  // Old programs of docker fill up with zero bytes.
  return [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, '')]
}

function wrong(file: string, reason: string): AppError {
  return new AppError('bad-input', { details: { file, reason: `${file} cannot be used: ${reason}` } })
}
