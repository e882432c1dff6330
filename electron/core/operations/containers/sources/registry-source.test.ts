import { expect, test } from 'vitest'
import { parseReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import type { RegistryRequest, RegistryResponse, RegistrySession } from '../../../registry/registry-session.js'
import { registrySource } from './registry-source.js'
import { digestOf } from './verified-blob.js'

const content = Buffer.from('0123456789'.repeat(1000))
const blob = { digest: digestOf(content), bytes: content.length }
const reference = parseReference('registry.example/team/disk:v1')

type Answer = { status?: number; headers?: Record<string, string>; body: Uint8Array; cutAt?: number; isBroken?: boolean }

function sessionOf(answer: (request: RegistryRequest, count: number) => Answer): { session: RegistrySession; asked: RegistryRequest[] } {
  const asked: RegistryRequest[] = []
  const request = (wanted: RegistryRequest): Promise<RegistryResponse> => {
    asked.push(wanted)
    const { status = 200, headers = {}, body, cutAt, isBroken } = answer(wanted, asked.length)
    return Promise.resolve({
      status,
      headers,
      url: `https://registry.example/v2/team/disk/${wanted.path.replace(/^https:\/\/[^/]+\/v2\/team\/disk\//, '')}`,
      body: pieces(body, cutAt),
      bytes: () => (isBroken ? Promise.reject(new AppError('registry-unreachable')) : Promise.resolve(Buffer.from(body))),
      discard: () => Promise.resolve(),
    })
  }
  const rest = { endpoint: 'registry.example', repository: 'team/disk', isMirror: false, isPlainHttp: false }
  return { session: { ...rest, request, close: () => Promise.resolve() }, asked }
}

async function* pieces(body: Uint8Array, cutAt = body.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < cutAt; at += 1000) yield await Promise.resolve(body.subarray(at, Math.min(cutAt, at + 1000)))
  if (cutAt < body.length) throw new AppError('registry-unreachable')
}

async function read(session: RegistrySession): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of registrySource(reference, session).blob(blob)) all.push(piece)
  return Buffer.concat(all)
}

test('a registry that ignores ranges sends all again, and what is there is passed over', async () => {
  const { session, asked } = sessionOf((_, count) => ({ body: content, ...(count === 1 ? { cutAt: 3500 } : {}) }))
  expect(await read(session)).toEqual(content)
  expect(asked.map(({ headers }) => headers?.range)).toEqual([undefined, 'bytes=3500-'])
})

test('a range that begins too early is passed over, one that begins too late is not taken', async () => {
  const from = (start: number) =>
    sessionOf((_, count) =>
      count === 1
        ? { body: content, cutAt: 3500 }
        : { status: 206, headers: { 'content-range': `bytes ${start}-9999/10000` }, body: content.subarray(start) },
    ).session
  expect(await read(from(3000))).toEqual(content)
  await expect(read(from(4000))).rejects.toMatchObject({ code: 'blob-mismatch' })
})

test('what ends too early without a word goes on, too', async () => {
  const { session } = sessionOf(({ headers }) => {
    const start = Number(/\d+/.exec(headers?.range ?? '0')?.[0])
    return { status: start === 0 ? 200 : 206, body: content.subarray(start, start + 4000) }
  })
  expect(await read(session)).toEqual(content)
})

test('a part that breaks in the middle is asked for again, and not without end', async () => {
  const answers = (broken: number) =>
    sessionOf((_, count) => ({ status: 206, body: content.subarray(100, 110), isBroken: count <= broken }))
  const twice = answers(2)
  expect(await registrySource(reference, twice.session).readBlobAt?.(blob, 100, 10)).toEqual(content.subarray(100, 110))
  expect(twice.asked).toHaveLength(3)
  const always = answers(9)
  await expect(registrySource(reference, always.session).readBlobAt?.(blob, 100, 10)).rejects.toMatchObject({
    code: 'registry-unreachable',
  })
  expect(always.asked).toHaveLength(3)
})

test('reading from the middle ends where the registry ignores ranges', async () => {
  const source = registrySource(reference, sessionOf(() => ({ body: content })).session)
  expect(await source.readBlobAt?.(blob, 100, 10)).toEqual(content.subarray(100, 110))
  expect(source.readBlobAt).toBeNull()
})

test('tags of all pages, each once', async () => {
  const pages: Record<string, Answer> = {
    'tags/list?n=1000': { body: tagsOf('b', 'a'), headers: { link: '</v2/team/disk/tags/list?last=a&n=2>; rel="next"' } },
    'https://registry.example/v2/team/disk/tags/list?last=a&n=2': { body: tagsOf('a', 'c') },
  }
  const { session } = sessionOf(({ path }) => pages[path] ?? { body: tagsOf() })
  expect(await registrySource(reference, session).tags?.()).toEqual(['b', 'a', 'c'])
})

test('a list of tags that goes round in a circle ends; one that leads to another server is refused', async () => {
  const next = (link: string) => registrySource(reference, sessionOf(() => ({ body: tagsOf('a'), headers: { link } })).session)
  expect(await next('</v2/team/disk/tags/list?n=1>; rel="next"').tags?.()).toEqual(['a'])
  await expect(next('<https://elsewhere.example/v2/>; rel="next"').tags?.()).rejects.toMatchObject({ code: 'registry-failed' })
})

test('a manifest has to be the one of its digest, and of the one that the registry names', async () => {
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }))
  const source = (headers: Record<string, string>) => registrySource(reference, sessionOf(() => ({ body: manifest, headers })).session)
  const type = 'application/vnd.oci.image.index.v1+json; charset=utf-8'
  expect(await source({ 'content-type': type }).manifest()).toMatchObject({ digest: digestOf(manifest), mediaType: type.split(';')[0] })
  await expect(source({ 'docker-content-digest': blob.digest }).manifest()).rejects.toMatchObject({ code: 'blob-mismatch' })
  await expect(source({}).manifest(blob.digest)).rejects.toMatchObject({ code: 'blob-mismatch' })
})

test('what a tag leads to is looked up once', async () => {
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }))
  const { session, asked } = sessionOf(() => ({ body: manifest }))
  const source = registrySource(reference, session)
  const { digest } = await source.manifest()
  await source.manifest()
  await source.manifest(digest)
  expect(asked.map(({ path }) => path)).toEqual(['manifests/v1'])
})

function tagsOf(...tags: string[]): Buffer {
  return Buffer.from(JSON.stringify({ name: 'team/disk', tags }))
}

test('manifests that would fill the memory together are refused', async () => {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: blob.digest, size: 1 }
  const large = (at: number): Buffer =>
    Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [], annotations: { at: `${at}`, long: 'x'.repeat(4_000_000) } }))
  let at = 0
  const { session } = sessionOf(() => ({ body: large(at) }))
  const source = registrySource(reference, session)
  for (; at < 16; at += 1) await source.manifest(digestOf(large(at)))
  await expect(source.manifest(digestOf(large(at)))).rejects.toMatchObject({ code: 'container-invalid' })
})
