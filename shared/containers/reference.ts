import { AppError } from '../errors/app-error.js'

/** Where container images are kept, by the names that skopeo and podman give them (containers-transports(5)). */
export const TRANSPORTS = ['docker', 'oci', 'oci-archive', 'docker-archive', 'dir', 'containers-storage'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** An image at a place. What a place has not, is null. */
export interface ContainerReference {
  readonly transport: Transport
  /** `HOST[:PORT]` of a registry; null for files, and for a short name that was not resolved yet. */
  readonly registry: string | null
  /** Path of the repository at its registry, or name of the image inside an archive or layout. */
  readonly repository: string | null
  /** File or folder of `oci:`, `oci-archive:`, `docker-archive:` and `dir:`, as it was written. */
  readonly path: string | null
  readonly tag: string | null
  /** `sha256:` and 64 hex digits. */
  readonly digest: string | null
}

export const DIGEST = /^sha256:[0-9a-f]{64}$/
const TAG = /^[\w][\w.-]{0,127}$/
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const REGISTRY = /^(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::\d{1,5})?$/
const MAX_NAME = 255

/**
 * Reads a reference as people paste it: with a transport, with `docker://`, as a URL of a registry page is refused, or as a plain name. Grammar:
 * distribution/reference (`reference/regexp.go`) and containers-transports(5). Throws `bad-input` that says which part is wrong.
 */
export function parseReference(text: string): ContainerReference {
  const trimmed = text.trim()
  if (trimmed === '') throw wrong(text, 'it is empty')
  if (hasControl(trimmed)) throw wrong(text, 'it holds control characters or spaces')
  const web = /^(https?):\/\//i.exec(trimmed)
  if (web) throw wrong(text, `it is a web address; leave out ${web[0]}`)
  const transport = TRANSPORTS.find((name) => trimmed.startsWith(`${name}:`))
  if (transport === undefined || transport === 'docker') return parseNamed('docker', stripDocker(trimmed), text)
  const rest = trimmed.slice(transport.length + 1)
  if (transport === 'containers-storage') return parseNamed(transport, rest.replace(/^\[[^\]]*\]/, ''), text)
  return parsePath(transport, rest, text)
}

/** The canonical text, which `parseReference` reads back to the same. */
export function printReference(reference: ContainerReference): string {
  const { transport, registry, repository, path, tag, digest } = reference
  const name = [registry, repository].filter((part) => part !== null).join('/')
  const suffix = `${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
  if (transport === 'docker') return `docker://${name}${suffix}`
  if (transport === 'containers-storage') return `containers-storage:${name}${suffix}`
  const inside = repository === null && tag === null ? '' : `:${[repository, tag].filter((part) => part !== null).join(':')}`
  return `${transport}:${path ?? ''}${inside}${digest === null ? '' : `@${digest}`}`
}

/** What the user knows it by: without a transport where it is one of a registry. */
export function shortReference(reference: ContainerReference): string {
  return printReference(reference).replace(/^docker:\/\//, '')
}

/** Whether a name has no registry: podman looks such a one up in `registries.conf`. */
export function isShortName({ transport, registry }: ContainerReference): boolean {
  return transport === 'docker' && registry === null
}

/** The same image pinned to a digest; its tag stays, so that people see what it was. */
export function pinned(reference: ContainerReference, digest: string): ContainerReference {
  return { ...reference, digest }
}

function stripDocker(text: string): string {
  return text.replace(/^docker:(\/\/)?/, '')
}

function parseNamed(transport: 'docker' | 'containers-storage', text: string, asked: string): ContainerReference {
  const [beforeDigest = '', digest = null, ...more] = text.split('@')
  const afterDigest = text.slice(beforeDigest.length)
  // What stands there may be a password, so it is not repeated.
  if (!beforeDigest.includes('/') && /^@(?!sha256:).*\//s.test(afterDigest))
    throw wrong(`…${afterDigest}`, 'a reference holds no user and password; leave out what stands before the @, and sign in')
  if (more.length > 0) throw wrong(asked, 'it has more than one @')
  if (digest !== null && !DIGEST.test(digest)) throw wrong(asked, 'the digest after @ has to be sha256: and 64 hex digits in lower case')
  const slash = beforeDigest.lastIndexOf('/')
  const colon = beforeDigest.indexOf(':', slash + 1)
  const tag = colon < 0 ? null : beforeDigest.slice(colon + 1)
  if (tag !== null && !TAG.test(tag)) throw wrong(asked, 'a tag has up to 128 letters, digits, dots, dashes and underscores')
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon)
  const parts = name.split('/')
  const [first = ''] = parts
  const hasRegistry = parts.length > 1 && (/[.:[\]]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const registry = hasRegistry ? first : null
  if (registry !== null && (registry.length > MAX_NAME || !REGISTRY.test(registry))) throw wrong(asked, 'the name of the registry is none')
  const repository = (hasRegistry ? parts.slice(1) : parts).join('/')
  if (repository === '') throw wrong(asked, 'it names no repository')
  if (repository.length > MAX_NAME) throw wrong(asked, `a repository has at most ${MAX_NAME} characters`)
  const bad = repository.split('/').find((component) => !COMPONENT.test(component))
  if (bad !== undefined) {
    const reason = /[A-Z]/.test(bad)
      ? 'a repository is written in lower case'
      : 'a repository has letters, digits and single . _ - between them'
    throw wrong(asked, reason)
  }
  return { transport, registry, repository, path: null, tag, digest }
}

function parsePath(transport: Exclude<Transport, 'docker' | 'containers-storage'>, text: string, asked: string): ContainerReference {
  const none = { transport, registry: null, repository: null, tag: null, digest: null }
  if (text === '') throw wrong(asked, 'it names no file or folder')
  if (transport === 'dir') return { ...none, path: text }
  const colon = text.indexOf(':')
  if (colon < 0) return { ...none, path: text }
  const [path, inside] = [text.slice(0, colon), text.slice(colon + 1)]
  if (path === '') throw wrong(asked, 'it names no file or folder')
  const [name = '', digest = null] = inside.split('@')
  if (digest !== null && !DIGEST.test(digest)) throw wrong(asked, 'the digest after @ has to be sha256: and 64 hex digits in lower case')
  // An archive of docker holds `name:tag`; a layout calls images what it likes.
  const split = transport === 'docker-archive' ? name.lastIndexOf(':') : -1
  const [repository, tag] = split < 0 ? [name, null] : [name.slice(0, split), name.slice(split + 1)]
  return { ...none, path, repository: repository === '' ? null : repository, tag, digest }
}

function hasControl(text: string): boolean {
  const isFile = /^(oci|oci-archive|docker-archive|dir):/.test(text)
  return (isFile ? /[\0-\x1f\x7f]/ : /[\0-\x20\x7f]/).test(text)
}

function wrong(text: string, reason: string): AppError {
  return new AppError('bad-input', { details: { reference: text.slice(0, 300), reason } })
}
