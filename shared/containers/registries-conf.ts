import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'
import { AppError } from '../errors/app-error.js'
import { fullRepository } from './docker-hub.js'
import type { ContainerReference } from './reference.js'

/** Which images a mirror, or a registry's mirrors, are asked for. */
export type MirrorUse = 'all' | 'digests' | 'tags'

export interface MirrorRow {
  /** `HOST[:PORT][/PATH]` in place of what the prefix matched. */
  readonly location: string
  readonly insecure: boolean
  readonly use: MirrorUse
}

/** What `registries.conf` says of the images whose name begins with a prefix. */
export interface RegistryRow {
  /** `HOST[:PORT][/PATH]`, or `*.DOMAIN`. */
  readonly prefix: string
  /** Takes the place of the prefix; null where nothing does. */
  readonly location: string | null
  readonly insecure: boolean
  readonly blocked: boolean
  readonly mirrors: readonly MirrorRow[]
  /** Where it stands. */
  readonly file: string
}

/** containers-registries.conf(5), of one file or of all together. */
export interface RegistriesConf {
  /** Registries where names without one are looked for; null where the file does not say. */
  readonly searched: readonly string[] | null
  readonly rows: readonly RegistryRow[]
  /** Full names by short names; an empty one takes an alias away. */
  readonly aliases: Readonly<Record<string, string>>
  /** Names of credential helpers for all registries, `containers-auth.json` among them; null where the file does not say. */
  readonly credentialHelpers: readonly string[] | null
}

const mirror = z.object({
  location: z.string().min(1),
  insecure: z.boolean().default(false),
  'pull-from-mirror': z.enum(['all', 'digest-only', 'tag-only']).optional(),
})
const registry = z.object({
  prefix: z.string().optional(),
  location: z.string().optional(),
  insecure: z.boolean().default(false),
  blocked: z.boolean().default(false),
  'mirror-by-digest-only': z.boolean().default(false),
  mirror: z.array(mirror).default([]),
})
const list = z.object({ registries: z.array(z.string()).default([]) }).optional()
const schema = z.object({
  'unqualified-search-registries': z.array(z.string()).optional(),
  registry: z.array(registry).default([]),
  aliases: z.record(z.string(), z.string()).default({}),
  'credential-helpers': z.array(z.string()).optional(),
  /** Version 1 of the file. */
  registries: z.object({ search: list, insecure: list, block: list }).optional(),
})

const USES = { all: 'all', 'digest-only': 'digests', 'tag-only': 'tags' } as const

/** Reads one file. Throws `bad-input` that names the file, and the line where it is no TOML. */
export function parseRegistriesConf(text: string, file: string): RegistriesConf {
  const parsed = schema.safeParse(readToml(text, file))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw wrong(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has another form'}`)
  }
  const { data } = parsed
  const rows = data.registry.map((row) => rowOf(row, file))
  const old = data.registries
  const insecure = (old?.insecure?.registries ?? []).map((name) => rowOf({ ...EMPTY_ROW, location: name, insecure: true }, file))
  const blocked = (old?.block?.registries ?? []).map((name) => rowOf({ ...EMPTY_ROW, location: name, blocked: true }, file))
  return {
    searched: data['unqualified-search-registries'] ?? old?.search?.registries ?? null,
    rows: [...rows, ...insecure, ...blocked],
    aliases: data.aliases,
    credentialHelpers: data['credential-helpers'] ?? null,
  }
}

const EMPTY_ROW = { insecure: false, blocked: false, 'mirror-by-digest-only': false, mirror: [] }

function rowOf(row: z.infer<typeof registry>, file: string): RegistryRow {
  const prefix = trimSlash(row.prefix ?? row.location ?? '')
  if (prefix === '') throw wrong(file, 'a registry has neither a prefix nor a location')
  const isWildcard = prefix.startsWith('*.')
  const location = row.location === undefined || row.location === '' ? (isWildcard ? null : prefix) : trimSlash(row.location)
  const mirrors = row.mirror.map(({ location: place, insecure, 'pull-from-mirror': use }) => ({
    location: trimSlash(place),
    insecure,
    use: row['mirror-by-digest-only'] ? ('digests' as const) : USES[use ?? 'all'],
  }))
  return { prefix, location, insecure: row.insecure, blocked: row.blocked, mirrors, file }
}

/** Several files as one: of two rows for one prefix, of two aliases and of two lists the later one counts. */
export function mergeRegistriesConf(files: readonly RegistriesConf[]): RegistriesConf {
  const rows = new Map(files.flatMap((file) => file.rows.map((row) => [row.prefix, row] as const)))
  return {
    searched: files.findLast(({ searched }) => searched !== null)?.searched ?? null,
    rows: [...rows.values()],
    aliases: Object.assign({}, ...files.map(({ aliases }) => aliases)) as Record<string, string>,
    credentialHelpers: files.findLast(({ credentialHelpers }) => credentialHelpers !== null)?.credentialHelpers ?? null,
  }
}

export interface PullPlace {
  readonly registry: string
  readonly repository: string
  readonly isMirror: boolean
  readonly isInsecure: boolean
  readonly serves: MirrorUse
}

/**
 * Where a repository is asked for, in this order: mirrors, then its own place. Pushes go to the place as it is named. Throws `container-refused` for
 * one that is blocked.
 */
export function placesFor(
  conf: RegistriesConf,
  name: { readonly registry: string; readonly repository: string },
  purpose: 'pull' | 'push',
): PullPlace[] {
  const full = `${name.registry}/${name.repository}`
  const row = rowFor(conf, full)
  const own = { ...name, isMirror: false, isInsecure: row?.insecure ?? false, serves: 'all' as const }
  if (row === null) return [own]
  if (row.blocked) throw new AppError('container-refused', { details: { reason: `${row.prefix} is blocked`, policy: row.file } })
  if (purpose === 'push') return [own]
  const rest = full.slice(matchedLength(row.prefix, full) ?? 0)
  const moved = row.location === null ? own : { ...own, ...splitName(`${row.location}${rest}`) }
  const mirrors = row.mirrors.map(({ location, insecure, use }) => ({
    ...splitName(`${location}${rest}`),
    isMirror: true,
    isInsecure: insecure,
    serves: use,
  }))
  return [...mirrors, moved]
}

function rowFor({ rows }: RegistriesConf, full: string): RegistryRow | null {
  const matching = rows.filter(({ prefix }) => matchedLength(prefix, full) !== null)
  return matching.toSorted((a, b) => b.prefix.length - a.prefix.length)[0] ?? null
}

/** How much of a name a prefix stands for; null where it does not match. */
function matchedLength(prefix: string, full: string): number | null {
  if (prefix.startsWith('*.')) {
    const host = full.slice(0, full.indexOf('/'))
    const bare = host.replace(/:\d+$/, '')
    const domain = prefix.slice(1)
    if (bare.endsWith(domain) && bare.length > domain.length) return bare.length
    return host.endsWith(domain) && host.length > domain.length ? host.length : null
  }
  return full === prefix || full.startsWith(`${prefix}/`) ? prefix.length : null
}

function splitName(full: string): { registry: string; repository: string } {
  const slash = full.indexOf('/')
  return slash < 0 ? { registry: full, repository: '' } : { registry: full.slice(0, slash), repository: full.slice(slash + 1) }
}

/**
 * What a name without a registry may mean, best first: its alias, else the same name at each registry that is searched. Empty where this machine is
 * configured for neither. A name with a registry is what it is.
 */
export function resolveShortName(reference: ContainerReference, conf: RegistriesConf): ContainerReference[] {
  const { registry: given, repository, transport } = reference
  if (transport !== 'docker' || given !== null || repository === null) return [reference]
  const alias = Object.hasOwn(conf.aliases, repository) ? (conf.aliases[repository] ?? '') : ''
  const found = alias.includes('/')
    ? [splitName(alias)]
    : (conf.searched ?? []).map((place) => splitName(`${trimSlash(place)}/${repository}`))
  return found.map((name) => ({ ...reference, registry: name.registry, repository: fullRepository(name.registry, name.repository) }))
}

function readToml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (thrown) {
    throw wrong(file, thrown instanceof TomlError ? `line ${thrown.line} is no TOML` : 'it is no TOML')
  }
}

function trimSlash(text: string): string {
  return text.replace(/\/+$/, '')
}

function wrong(file: string, reason: string): AppError {
  return new AppError('bad-input', { details: { file, reason: `${file} cannot be used: ${reason}` } })
}
