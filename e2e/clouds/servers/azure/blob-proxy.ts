import { createHash, createHmac, randomBytes } from 'node:crypto'
import type http from 'node:http'

/** The account that azurite always has ("Use the Azurite emulator", well-known storage account). */
export const ACCOUNT = 'devstoreaccount1'
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
const MOST_PAGE_BYTES = 4 * 1024 ** 2

export interface BlobAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface BlobRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * Stands before azurite: knows who may come in, by signatures that were granted or by tokens, and holds pages against what the Blob service's
 * reference says and azurite does not look at: Content-MD5 of each page, and 4 MiB at most (Put Page).
 */
export class BlobProxy {
  /** By signature: the path that it opens. */
  readonly grants = new Map<string, string>()
  received = 0

  constructor(
    private readonly azurite: string,
    private readonly mayEnter: (token: string) => boolean,
  ) {}

  /** An address that lets in whoever has it. */
  grant(base: string, path: string): string {
    const signature = randomBytes(24).toString('base64')
    this.grants.set(signature, `/${ACCOUNT}/${path}`)
    const query = new URLSearchParams({ sv: '2021-12-02', sr: 'b', sp: 'rw', sig: signature })
    return `${base}/${ACCOUNT}/${path}?${query.toString()}`
  }

  async answer(request: BlobRequest): Promise<BlobAnswer> {
    const { url, headers, method, body } = request
    const signature = url.searchParams.get('sig')
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
    const isOpen =
      signature !== null ? this.grants.get(signature) === decodeURIComponent(url.pathname) : bearer !== undefined && this.mayEnter(bearer)
    if (!isOpen) return problem(403, 'AuthenticationFailed', 'Server failed to authenticate the request.')
    if (headers['x-ms-version'] === undefined) return problem(400, 'MissingRequiredHeader', 'x-ms-version is missing')
    if (method === 'PUT' && url.searchParams.get('comp') === 'page') {
      const bad = checkPages(headers, body)
      if (bad !== null) return bad
    }
    for (const name of ['sv', 'sr', 'sp', 'sig']) url.searchParams.delete(name)
    const answer = await this.forward(method, url, headers, body)
    if (answer.status < 300 && url.searchParams.get('comp') === 'page') this.received += body.length
    return answer
  }

  /** Asks azurite in the name of the account (Azure Storage, "Authorize with Shared Key"). */
  async forward(method: string, at: URL, headers: Readonly<Record<string, string>>, body: Buffer): Promise<BlobAnswer> {
    const url = new URL(at.pathname + at.search, this.azurite)
    const passed = Object.fromEntries(
      Object.entries(headers).filter(
        ([name]) => name.startsWith('x-ms-') || ['content-md5', 'content-type', 'if-none-match', 'range'].includes(name),
      ),
    )
    const own: Record<string, string> = { 'x-ms-version': '2021-12-02', ...passed, 'x-ms-date': new Date().toUTCString() }
    own.authorization = `SharedKey ${ACCOUNT}:${sign(method, url, own, body.length)}`
    const isBodiless = method === 'GET' || method === 'HEAD'
    const response = await fetch(url, { method, headers: own, ...(isBodiless ? {} : { body: new Uint8Array(body) }) })
    const answered = Object.fromEntries(
      [...response.headers].filter(([name]) => !['connection', 'transfer-encoding', 'keep-alive'].includes(name)),
    )
    return { status: response.status, headers: answered, body: Buffer.from(await response.arrayBuffer()) }
  }

  /** For the resource manager: what a disk is, in an account of its own. */
  ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<BlobAnswer> {
    return this.forward(method, new URL(`/${ACCOUNT}/${path}`, this.azurite), headers, Buffer.alloc(0))
  }

  async blobs(container: string): Promise<string[]> {
    const { status, body } = await this.ask('GET', `${container}?restype=container&comp=list`)
    if (status !== 200) return []
    return [...body.toString('utf8').matchAll(/<Blob><Name>([^<]*)</g)].map(([, name = '']) => `${container}/${name}`)
  }
}

function checkPages(headers: Readonly<Record<string, string>>, body: Buffer): BlobAnswer | null {
  const [, start = '', end = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers['x-ms-range'] ?? headers.range ?? '') ?? []
  const isWhole = start !== '' && Number(start) % 512 === 0 && (Number(end) + 1) % 512 === 0
  if (!isWhole || Number(end) - Number(start) + 1 !== body.length)
    return problem(416, 'InvalidPageRange', 'The page range specified is invalid.')
  if (body.length > MOST_PAGE_BYTES) return problem(413, 'RequestBodyTooLarge', 'The request body is too large.')
  const md5 = createHash('md5').update(body).digest('base64')
  return headers['content-md5'] === md5 ? null : problem(400, 'Md5Mismatch', 'The MD5 value specified in the request did not match.')
}

export function problem(status: number, code: string, message: string): BlobAnswer {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return { status, headers: { 'x-ms-error-code': code, 'content-type': 'application/xml' }, body: Buffer.from(body) }
}

function sign(method: string, url: URL, headers: Readonly<Record<string, string>>, length: number): string {
  const usual = [
    'content-encoding',
    'content-language',
    '',
    'content-md5',
    'content-type',
    'date',
    'if-modified-since',
    'if-match',
    'if-none-match',
  ]
  const lines = [...usual, 'if-unmodified-since', 'range'].map((name) =>
    name === '' ? (length === 0 ? '' : String(length)) : (headers[name] ?? ''),
  )
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .toSorted()
    .map((name) => `${name}:${headers[name] ?? ''}`)
  const query = [...url.searchParams].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `\n${name.toLowerCase()}:${value}`)
  const text = [method, ...lines, ...own, `/${ACCOUNT}${url.pathname}${query.join('')}`].join('\n')
  return createHmac('sha256', Buffer.from(KEY, 'base64')).update(text, 'utf8').digest('base64')
}

export function plainHeaders(incoming: http.IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')]),
  )
}
