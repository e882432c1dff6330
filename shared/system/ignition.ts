import type { z } from 'zod'
import { ignitionSchema } from './ignition-schema.js'

/** Minor versions of the specification 3 that Ignition releases know (coreos/ignition docs/specs.md). */
const NEWEST_MINOR = 5
/** The minor version in which each of these came, coreos/ignition docs/migrating-configs.md. */
const SINCE: readonly { readonly path: RegExp; readonly minor: number; readonly what: string }[] = [
  { path: /^ignition\.proxy$/, minor: 1, what: 'ignition.proxy' },
  { path: /^storage\.luks$/, minor: 2, what: 'storage.luks' },
  { path: /^(passwd\.(users|groups)\.\d+\.shouldExist)$/, minor: 2, what: 'shouldExist of users and groups' },
  { path: /^kernelArguments$/, minor: 3, what: 'kernelArguments' },
  { path: /^storage\.luks\.\d+\.(discard|openOptions)$/, minor: 4, what: 'discard and openOptions of LUKS' },
  { path: /^storage\.luks\.\d+\.cex$/, minor: 5, what: 'cex of LUKS' },
]

export interface CheckedIgnition {
  /** `3.4.0`; null where the text does not say. */
  readonly version: string | null
  /** What keeps Ignition from taking it, in words, with the place where it stands. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Checks the text of an Ignition configuration against the specification 3.0 to 3.5: the version, and the form of what is configured.
 * Names that the specification does not have are warned of, as Ignition itself does.
 */
export function checkIgnition(text: string): CheckedIgnition {
  const value = parse(text)
  if (typeof value === 'string') return { version: null, problems: [value], warnings: [] }
  const version = versionOf(value)
  const refused = versionProblem(value, version)
  if (refused !== null) return { version, problems: [refused], warnings: [] }
  const result = ignitionSchema.safeParse(value)
  const problems = result.success ? [] : result.error.issues.filter((issue) => issue.code !== 'unrecognized_keys').map(describe)
  const unknown = result.success
    ? []
    : result.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue) : []))
  const minor = Number(/^3\.(\d+)/.exec(version ?? '')?.[1] ?? 0)
  return { version, problems: [...problems, ...tooNew(value, minor), ...conflicts(value)], warnings: unknown }
}

function parse(text: string): Readonly<Record<string, unknown>> | string {
  if (text.trim() === '') return 'the configuration is empty'
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
    return 'the configuration is no JSON object'
  } catch (thrown) {
    if (/^\s*(variant|version)\s*:/m.test(text)) return 'this is a Butane configuration (YAML): turn it into Ignition with butane first'
    if (text.trimStart().startsWith('#cloud-config')) return 'this is user data of cloud-init, no Ignition configuration'
    return `the configuration is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
}

function versionOf(value: Readonly<Record<string, unknown>>): string | null {
  const { ignition } = value
  return isRecord(ignition) && typeof ignition.version === 'string' ? ignition.version : null
}

function versionProblem(value: Readonly<Record<string, unknown>>, version: string | null): string | null {
  if (version === null && value.ignitionVersion === 1) return 'this is specification 1 of Ignition, which no supported system takes'
  if (version === null) return 'ignition.version is missing: it says which specification counts, such as 3.4.0'
  if (version.startsWith('2.'))
    return `version ${version} is of the specification 2, of Container Linux and OpenShift before 4.6: turn it into version 3 with ign-converter`
  if (version.endsWith('-experimental')) return `version ${version} is experimental: a released Ignition may refuse it`
  const [, minor] = /^3\.(\d+)\.0$/.exec(version) ?? []
  if (minor === undefined) return `version ${version} is none that Ignition has: 3.0.0 to 3.${NEWEST_MINOR}.0 are`
  return Number(minor) > NEWEST_MINOR ? `version ${version} is newer than 3.${NEWEST_MINOR}.0, the newest that is known here` : null
}

/** Parts that came with a later version are refused by Ignition as unknown, which means: passed over. */
function tooNew(value: unknown, minor: number): string[] {
  const paths = pathsOf(value)
  return SINCE.filter((row) => row.minor > minor && paths.some((path) => row.path.test(path))).map(
    (row) => `${row.what} came with version 3.${row.minor}.0: raise ignition.version, or it is passed over`,
  )
}

/** The same path twice, or a user twice: Ignition refuses what contradicts itself. */
function conflicts(value: Readonly<Record<string, unknown>>): string[] {
  const storage = isRecord(value.storage) ? value.storage : {}
  const nodes = ['files', 'directories', 'links'].flatMap((kind) => namesOf(storage[kind], 'path'))
  const passwd = isRecord(value.passwd) ? value.passwd : {}
  const systemd = isRecord(value.systemd) ? value.systemd : {}
  return [
    ...twice(nodes).map((path) => `storage has ${path} twice`),
    ...twice(namesOf(passwd.users, 'name')).map((name) => `passwd.users has ${name} twice`),
    ...twice(namesOf(systemd.units, 'name')).map((name) => `systemd.units has ${name} twice`),
  ]
}

function namesOf(list: unknown, key: string): string[] {
  return Array.isArray(list) ? list.flatMap((row: unknown) => (isRecord(row) && typeof row[key] === 'string' ? [row[key]] : [])) : []
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

function pathsOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    return [path, ...pathsOf(inner, path)]
  })
}

function describe(issue: z.core.$ZodIssue): string {
  const place = issue.path.join('.')
  return place === '' ? issue.message : `${place}: ${issue.message}`
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): string[] {
  return issue.keys.map((key) => `${[...issue.path, key].join('.')} is not in the specification: Ignition passes over it`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
