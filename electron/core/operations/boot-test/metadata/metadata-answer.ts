export interface MetadataRequest {
  readonly method: string
  /** Begins with `/`; without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The address that the guest asked. */
  readonly address: string
}

export interface MetadataAnswer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** The guest waits for it so long. */
  readonly holdSeconds?: number
}

/** What answers the requests of one guest. */
export type MetadataResponder = (request: MetadataRequest) => MetadataAnswer

export function text(body: string, headers: Readonly<Record<string, string>> = {}): MetadataAnswer {
  return { status: 200, body, headers: { 'content-type': 'text/plain', ...headers } }
}

export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): MetadataAnswer {
  return { status: 200, body: JSON.stringify(value), headers: { 'content-type': 'application/json', ...headers } }
}

export function xml(body: string): MetadataAnswer {
  return { status: 200, body, headers: { 'content-type': 'text/xml; charset=utf-8' } }
}

export function refusal(status: number, body = ''): MetadataAnswer {
  return { status, body, headers: { 'content-type': 'text/plain' } }
}

/** The words of a path, without empty ones. */
export function words(path: string): string[] {
  return path.split('/').filter((word) => word !== '')
}

/** Values by name; a list is named by its places. */
export type Tree = string | number | boolean | readonly Tree[] | { readonly [name: string]: Tree }

export function isFolder(tree: Tree): tree is Exclude<Tree, string | number | boolean> {
  return typeof tree === 'object'
}

/** What a path leads to in a tree. */
export function find(tree: Tree, path: readonly string[]): Tree | undefined {
  return path.reduce<Tree | undefined>(
    (place, name) => (place !== undefined && isFolder(place) ? Object.entries(place).find(([key]) => key === name)?.[1] : undefined),
    tree,
  )
}

/** Names of a folder, one a line; those of folders end in `/`. */
export function listing(tree: Exclude<Tree, string | number | boolean>): string {
  return Object.entries(tree)
    .map(([name, value]) => (isFolder(value) ? `${name}/` : name))
    .join('\n')
}

/** Text as it may stand between tags and in quoted attributes. */
export function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
