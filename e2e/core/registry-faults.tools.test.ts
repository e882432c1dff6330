import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { RegistrySession } from '#core/registry/registry-session'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.js'
import { digestOf, imageOf, layerOf } from './container-image.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { hurried, manifestOf, withSession } from './registry-access.js'
import { failureOf } from './workbench.js'

const SECRET = 'MARKER-9c1f'
const MANIFEST = /manifests/
const CONTENT = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff))

let registry: TestRegistry
let proxy: FaultProxy
const image = imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: CONTENT }])] })
const [LAYER = ''] = image.layers
const blob = image.blobs.get(LAYER) ?? Buffer.alloc(0)

beforeAll(async () => {
  registry = await startRegistry()
  await registry.push('team/disk', 'v1', image)
  proxy = await startFaultProxy(registry.url)
})

afterEach(() => {
  proxy.set({ kind: 'pass' })
  proxy.requireToken(null)
  proxy.forget()
})

afterAll(async () => {
  await proxy.stop()
  await registry.stop()
})

async function readBlob(session: RegistrySession, from = 0): Promise<Buffer> {
  const response = await session.request({ method: 'GET', path: `blobs/${LAYER}`, headers: from === 0 ? {} : { range: `bytes=${from}-` } })
  return response.bytes(blob.length)
}

test('what breaks is asked for three times, and no more', async () => {
  const { limits, waits } = hurried()
  proxy.set({ kind: 'reset' }, { match: MANIFEST, times: 2 })
  expect(await withSession({ registry: proxy.registry, limits }, manifestOf)).toBe(image.digest)
  expect(waits).toHaveLength(2)
  expect(waits[0]).toBeGreaterThanOrEqual(limits.backoffMs)
  proxy.set({ kind: 'reset' }, { match: MANIFEST })
  proxy.forget()
  const error = await failureOf(withSession({ registry: proxy.registry, limits }, manifestOf))
  expect(error.data).toMatchObject({ code: 'registry-unreachable', details: { registry: proxy.registry } })
  expect(proxy.count(MANIFEST)).toBe(3)
})

test('500 is asked for three times and then told in the words of the registry', async () => {
  const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'the storage is gone' }] })
  proxy.set({ kind: 'status', code: 500, body }, { match: MANIFEST })
  const error = await failureOf(withSession({ registry: proxy.registry, limits: hurried().limits }, manifestOf))
  expect(error.data).toMatchObject({ code: 'registry-failed', details: { status: 500, reason: 'It answered 500: the storage is gone' } })
  expect(proxy.count(MANIFEST)).toBe(3)
})

test('what changes something is sent once', async () => {
  proxy.set({ kind: 'status', code: 500 }, { match: /^POST/ })
  const push = { registry: proxy.registry, purpose: 'push' as const, limits: hurried().limits }
  const error = await failureOf(withSession(push, (session) => session.request({ method: 'POST', path: 'blobs/uploads/' })))
  expect(error.code).toBe('registry-failed')
  expect(proxy.count(/^POST/)).toBe(1)
})

test.each([
  ['429 and a wait that is worth it', { code: 429, headers: { 'retry-after': '3' } }, [3000]],
  ['503 until a date', { code: 503, headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:01 GMT' } }, [500]],
])('%s', async (_, { code, headers }, expected) => {
  const { limits, waits } = hurried()
  proxy.set({ kind: 'status', code, headers }, { match: MANIFEST, times: 1 })
  expect(await withSession({ registry: proxy.registry, limits }, manifestOf)).toBe(image.digest)
  expect(waits).toEqual(expected)
})

test('429 with a long wait is told at once', async () => {
  const { limits, waits } = hurried()
  proxy.set({ kind: 'status', code: 429, headers: { 'retry-after': '3600' } }, { match: MANIFEST })
  const error = await failureOf(withSession({ registry: proxy.registry, limits }, manifestOf))
  expect(error.data).toMatchObject({ code: 'registry-busy', details: { status: 429, seconds: 3600 } })
  expect(waits).toEqual([])
})

test('429 without an end is waited for half a minute in sum', async () => {
  const { limits, waits } = hurried()
  proxy.set({ kind: 'status', code: 429, headers: { 'retry-after': '10' } }, { match: MANIFEST })
  const error = await failureOf(withSession({ registry: proxy.registry, limits }, manifestOf))
  expect(error.data).toMatchObject({ code: 'registry-busy', details: { status: 429, seconds: 10 } })
  expect(waits).toEqual([10_000, 10_000, 10_000])
})

test.each([
  [401, 'sign-in-needed'],
  [403, 'registry-denied'],
  [404, 'container-not-found'],
  [418, 'registry-failed'],
])('%d is %s', async (code, expected) => {
  proxy.set({ kind: 'status', code }, { match: MANIFEST })
  const error = await failureOf(withSession({ registry: proxy.registry }, manifestOf))
  expect(error.code).toBe(expected)
  expect(proxy.count(MANIFEST)).toBe(1)
})

test('a blob that is cut is told as cut; one with the wrong length too', async () => {
  proxy.set({ kind: 'cut', after: 300_000 })
  expect((await failureOf(withSession({ registry: proxy.registry }, readBlob))).code).toBe('registry-unreachable')
  proxy.set({ kind: 'wrong-length', by: 10 })
  expect((await failureOf(withSession({ registry: proxy.registry }, (session) => readLonger(session)))).code).toBe('registry-unreachable')
})

async function readLonger(session: RegistrySession): Promise<Buffer> {
  const response = await session.request({ method: 'GET', path: `blobs/${LAYER}` })
  return response.bytes(blob.length + 10)
}

test('a body that stands still is told after the limit', async () => {
  proxy.set({ kind: 'stall', after: 300_000 })
  const request = { registry: proxy.registry, limits: { stallMs: 200 } }
  const error = await failureOf(withSession(request, readBlob))
  expect(error.data).toMatchObject({ code: 'registry-stalled', details: { registry: proxy.registry, seconds: 1 } })
})

test('cancelling ends a body that stands still, and a wait', async () => {
  const stop = new AbortController()
  proxy.set({ kind: 'stall', after: 300_000 })
  const reading = withSession({ registry: proxy.registry, signal: stop.signal }, async (session) => {
    const response = await session.request({ method: 'GET', path: `blobs/${LAYER}` })
    let size = 0
    for await (const piece of response.body) {
      size += piece.length
      if (size === 300_000) stop.abort()
    }
  })
  expect((await failureOf(reading)).code).toBe('cancelled')

  const waiting = new AbortController()
  proxy.set({ kind: 'status', code: 429, headers: { 'retry-after': '20' } }, { match: MANIFEST })
  const asking = failureOf(withSession({ registry: proxy.registry, signal: waiting.signal }, manifestOf))
  waiting.abort()
  expect((await asking).code).toBe('cancelled')
})

test('a body larger than expected is not read', async () => {
  const work = async (session: RegistrySession) => (await session.request({ method: 'GET', path: `blobs/${LAYER}` })).bytes(1000)
  expect((await failureOf(withSession({ registry: proxy.registry }, work))).code).toBe('registry-failed')
})

test('a token is fetched once for several blobs, and once more when it ends between two parts of one', async () => {
  proxy.requireToken({ users: { ada: SECRET }, uses: 2 })
  const signedIn = { registry: proxy.registry, credential: { user: 'ada', secret: SECRET, isToken: false } }
  await withSession(signedIn, async (session) => {
    expect(await manifestOf(session)).toBe(image.digest)
    proxy.set({ kind: 'cut', after: 400_000 }, { times: 1 })
    expect((await failureOf(readBlob(session))).code).toBe('registry-unreachable')
    expect(proxy.tokens).toHaveLength(1)
    expect(digestOf(await readBlob(session, 400_000))).toBe(digestOf(blob.subarray(400_000)))
    expect(proxy.tokens).toHaveLength(2)
  })
  const asked = new URL(proxy.seen.find(({ path }) => path.startsWith('/token'))?.path ?? '', proxy.url)
  expect(Object.fromEntries(asked.searchParams)).toEqual({
    service: 'registry.example',
    scope: 'repository:team/disk:pull',
    account: 'ada',
  })
})

test('requests that are refused at once share one new token', async () => {
  const before = proxy.tokens.length
  proxy.requireToken({})
  await withSession({ registry: proxy.registry }, async (session) => {
    await manifestOf(session)
    proxy.requireToken({})
    const parts = await Promise.all([0, 1, 2, 3].map((at) => readBlob(session, at)))
    expect(parts.map(({ length }) => length)).toEqual([0, 1, 2, 3].map((at) => blob.length - at))
  })
  expect(proxy.tokens.length - before).toBe(2)
})

test('a token that says when it ends is not used after that', async () => {
  const before = proxy.tokens.length
  proxy.requireToken({ expiresIn: 1e-9 })
  await withSession({ registry: proxy.registry }, async (session) => {
    await manifestOf(session)
    await manifestOf(session)
  })
  expect(proxy.tokens.length - before).toBe(2)
  expect(proxy.seen.filter(({ path, status }) => MANIFEST.test(path) && status === 401)).toHaveLength(1)
})

test('an identity token is changed into an access token', async () => {
  proxy.requireToken({ users: {}, identityTokens: [SECRET] })
  const credential = { user: '<token>', secret: SECRET, isToken: true }
  expect(await withSession({ registry: proxy.registry, credential }, manifestOf)).toBe(image.digest)
  expect(proxy.count(/^POST \/token$/)).toBe(1)
  expect(proxy.seen.map(({ path }) => path).join()).not.toContain(SECRET)
})

test('a token server that refuses: no secret is told', async () => {
  proxy.requireToken({ users: { ada: 'other' } })
  const error = await failureOf(
    withSession({ registry: proxy.registry, credential: { user: 'ada', secret: SECRET, isToken: false } }, manifestOf),
  )
  expect(error.data).toMatchObject({ code: 'sign-in-needed', details: { user: 'ada' } })
  const nobody = await failureOf(withSession({ registry: proxy.registry }, manifestOf))
  expect(nobody.data.details.user).toBeUndefined()
  expect(JSON.stringify([error.data, error.message, String(error.stack)])).not.toContain(SECRET)
})

test('a registry that repeats a secret in its error is not quoted with it', async () => {
  proxy.set(
    { kind: 'status', code: 403, body: JSON.stringify({ errors: [{ code: 'DENIED', message: `no right for ${SECRET}` }] }) },
    { match: MANIFEST },
  )
  const error = await failureOf(
    withSession({ registry: proxy.registry, credential: { user: 'ada', secret: SECRET, isToken: false } }, manifestOf),
  )
  expect(error.data.details.message).toBe('no right for …')
})

test('a stream is pushed with a token that was asked for beforehand', async () => {
  proxy.requireToken({})
  await withSession({ registry: proxy.registry, purpose: 'push' }, async (session) => {
    const begun = await session.request({ method: 'POST', path: 'blobs/uploads/' })
    await begun.discard()
    const bytes = Buffer.from('streamed')
    const body = (async function* () {
      yield bytes.subarray(0, 3)
      yield bytes.subarray(3)
    })()
    const patched = await session.request({ method: 'PATCH', path: begun.headers.location ?? '', body, bodyBytes: bytes.length })
    const put = await session.request({ method: 'PUT', path: `${patched.headers.location}&digest=${digestOf(bytes)}` })
    expect(put.status).toBe(201)
  })
})

test('where a blob is kept elsewhere, nobody signs in there', async () => {
  const storage = await startFaultProxy(registry.url)
  try {
    proxy.requireToken({})
    proxy.set({ kind: 'redirect', to: `${storage.url}PATH` })
    const read = await withSession({ registry: proxy.registry }, async (session) => {
      await manifestOf(session)
      return readBlob(session)
    })
    expect(digestOf(read)).toBe(LAYER)
    expect(proxy.seen.some(({ headers }) => headers.authorization !== undefined)).toBe(true)
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    storage.set({ kind: 'status', code: 403 })
    const error = await failureOf(withSession({ registry: proxy.registry }, readBlob))
    expect(error.data).toMatchObject({
      code: 'registry-failed',
      details: { reason: `${storage.registry}, where it keeps its blobs, answered 403` },
    })
  } finally {
    await storage.stop()
  }
})

test('an upload that goes on elsewhere signs in only at the registry', async () => {
  const storage = await startFaultProxy(registry.url)
  try {
    proxy.requireToken({})
    proxy.set(
      { kind: 'status', code: 202, headers: { location: `${storage.url}/v2/team/disk/blobs/uploads/elsewhere` } },
      { match: /^POST/ },
    )
    storage.set({ kind: 'status', code: 202 }, { match: /./ })
    await withSession({ registry: proxy.registry, purpose: 'push' }, async (session) => {
      const begun = await session.request({ method: 'POST', path: 'blobs/uploads/' })
      await session.request({ method: 'PATCH', path: begun.headers.location ?? '', body: Buffer.from('x') })
    })
    expect(proxy.seen.at(-1)?.headers.authorization).toMatch(/^Bearer token-/)
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
  } finally {
    await storage.stop()
  }
})

test('redirects without end are left after ten', async () => {
  proxy.set({ kind: 'redirect', to: 'PATH' })
  const error = await failureOf(withSession({ registry: proxy.registry }, readBlob))
  expect(error.code).toBe('registry-failed')
  expect(proxy.count(/blobs/)).toBe(11)
})
