import fs from 'node:fs/promises'
import path from 'node:path'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { CloudContext } from '../cloud-provider.js'

export const SERVICE = 'Oracle Cloud'

/** Sections of `~/.oci/config` by name, with the values of `DEFAULT` where a section has none of its own (except for sessions). */
export type OciProfiles = ReadonlyMap<string, Readonly<Record<string, string>>>

/** What requests are signed with. Source: Oracle Cloud, "SDK and CLI Configuration File" and "Request Signatures". */
export interface OciCredentials {
  readonly profile: string
  readonly tenancy: string
  readonly keyId: string
  /** PEM. */
  readonly privateKey: string
  readonly passphrase: string | null
  readonly region: string
  /** Of `oci session authenticate`; null for an API key. `endsAt` in ms. */
  readonly session: { readonly endsAt: number | null } | null
}

/** Keys that would make another user of a section that has its own. */
const OWN_KEYS: ReadonlySet<string> = new Set(['security_token_file', 'fingerprint', 'key_file', 'pass_phrase', 'user'])

/** Never throws for what a line says: what is no section and no value is passed over. */
export function parseOciConfig(text: string): OciProfiles {
  const sections = new Map<string, Record<string, string>>()
  let current: Record<string, string> | null = null
  for (const line of text.split(/\r?\n/).map((raw) => raw.trim())) {
    const name = /^\[(.+)\]$/.exec(line)?.[1]?.trim()
    if (name !== undefined) {
      current = sections.get(name) ?? {}
      sections.set(name, current)
      continue
    }
    const [, key, value] = /^([A-Za-z_]+)\s*=\s*(.*)$/.exec(line) ?? []
    if (current !== null && key !== undefined && value !== undefined) current[key.toLowerCase()] = value
  }
  const usual = sections.get('DEFAULT') ?? {}
  return new Map([...sections].map(([name, own]) => [name, { ...inherited(usual, own), ...own }]))
}

/** A section with a key of its own takes the place, but not the person, of `DEFAULT`. */
function inherited(usual: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): Record<string, string> {
  const hasOwnKey = own.key_file !== undefined || own.security_token_file !== undefined
  return Object.fromEntries(Object.entries(usual).filter(([key]) => !(hasOwnKey && OWN_KEYS.has(key))))
}

export function ociConfigFile(env: NodeJS.ProcessEnv, values: FieldValues): string {
  const chosen = textOf(values, 'config') || env.OCI_CLI_CONFIG_FILE || env.OCI_CONFIG_FILE
  return expandHome(chosen || '~/.oci/config', env)
}

function expandHome(file: string, env: NodeJS.ProcessEnv): string {
  return file.startsWith('~/') ? path.join(env.HOME ?? '', file.slice(2)) : file
}

/** Empty where there is no such file. */
export async function readOciProfiles(env: NodeJS.ProcessEnv, values: FieldValues): Promise<OciProfiles> {
  const text = await fs.readFile(ociConfigFile(env, values), 'utf8').catch(() => '')
  return parseOciConfig(text)
}

/**
 * Reads the profile, its key and its session as they are on the disk now. Throws `bad-input` that names what is missing, and
 * `sign-in-expired` for a session that has ended.
 */
export async function readOciCredentials(ctx: CloudContext, values: FieldValues): Promise<OciCredentials> {
  const { env } = ctx.host
  const profile = textOf(values, 'profile') || 'DEFAULT'
  const found = (await readOciProfiles(env, values)).get(profile)
  if (found === undefined) throw wrong(`${ociConfigFile(env, values)} has no profile ${profile}`, 'oci setup config')
  const { tenancy, key_file: keyFile, security_token_file: tokenFile, fingerprint, user } = found
  if (tenancy === undefined || keyFile === undefined)
    throw wrong(`The profile ${profile} lacks ${tenancy === undefined ? 'tenancy' : 'key_file'}`)
  const region = textOf(values, 'region') || env.OCI_CLI_REGION || found.region
  if (region === undefined || region === '') throw wrong(`The profile ${profile} names no region`)
  const privateKey = pemOf(await read(expandHome(keyFile, env)), keyFile)
  const reference = textOf(values, 'passphrase')
  const passphrase = reference === '' ? (found.pass_phrase ?? found.passphrase ?? null) : await ctx.secret(reference)
  const base = { profile, tenancy, privateKey, passphrase, region }
  if (tokenFile !== undefined) return { ...base, ...sessionOf((await read(expandHome(tokenFile, env))).trim(), profile) }
  if (user === undefined || fingerprint === undefined)
    throw wrong(`The profile ${profile} lacks ${user === undefined ? 'user' : 'fingerprint'}`)
  return { ...base, keyId: `${tenancy}/${user}/${fingerprint}`, session: null }
}

function sessionOf(token: string, profile: string): Pick<OciCredentials, 'keyId' | 'session'> {
  const endsAt = sessionEnd(token)
  if (endsAt !== null && endsAt <= Date.now()) throw sessionEnded(profile, 'Its session has ended')
  return { keyId: `ST$${token}`, session: { endsAt } }
}

export function sessionEnded(profile: string, reason: string): AppError {
  const next = `Run oci session authenticate --profile-name ${profile}, then go on.`
  return new AppError('sign-in-expired', { details: { service: SERVICE, reason, next } })
}

/** `exp` of a session's token, which is a JSON web token, in ms; null where it says none. */
export function sessionEnd(token: string): number | null {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1000 : null
  } catch {
    return null
  }
}

/** The console writes a line below the key that is none of it. */
function pemOf(text: string, file: string): string {
  const pem = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(text)?.[0]
  if (pem === undefined) throw wrong(`${file} holds no private key`)
  return `${pem}\n`
}

async function read(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('bad-input', { details: { file, reason: `${file} cannot be read` }, cause })
  })
}

function wrong(reason: string, next?: string): AppError {
  return new AppError('bad-input', { details: { reason: next === undefined ? reason : `${reason}; make one with ${next}` } })
}
