import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { imageOf, layerOf } from './container-image.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { hurried, manifestOf, withSession } from './registry-access.js'
import { failureOf } from './workbench.js'

/** Stands in every error that leaks it. */
const SECRET = 'MARKER-9c1f'

let open: TestRegistry
let guarded: TestRegistry
let secure: TestRegistry
const image = await layerOf([{ name: 'disk/boot.raw', data: Buffer.alloc(300_000, 'x') }]).then((layer) => imageOf({ layers: [layer] }))

beforeAll(async () => {
  ;[open, guarded, secure] = await Promise.all([
    startRegistry(),
    startRegistry({ users: { ada: SECRET } }),
    startRegistry({ tls: 'own-ca', users: { ada: SECRET } }),
  ])
  for (const registry of [open, guarded, secure]) await registry.push('team/disk', 'v1', image)
})

afterAll(async () => {
  await Promise.all([open, guarded, secure].map((registry) => registry.stop()))
})

const ada = { user: 'ada', secret: SECRET, isToken: false }

test('anonymous: a manifest, and a part of a blob by its range', async () => {
  await withSession({ registry: open.registry }, async (session) => {
    expect(await manifestOf(session)).toBe(image.digest)
    expect(session).toMatchObject({ endpoint: open.registry, isMirror: false, isPlainHttp: true })
    const [digest = ''] = image.layers
    const part = await session.request({ method: 'GET', path: `blobs/${digest}`, headers: { range: 'bytes=10-19' } })
    expect(part.status).toBe(206)
    expect(await part.bytes(100)).toEqual(image.blobs.get(digest)?.subarray(10, 20))
  })
})

test('with the right password', async () => {
  expect(await withSession({ registry: guarded.registry, credential: ada }, manifestOf)).toBe(image.digest)
})

test('without a password, and with a wrong one, sign-in is asked for and no secret is told', async () => {
  const without = await failureOf(withSession({ registry: guarded.registry }, manifestOf))
  expect(without.data).toMatchObject({ code: 'sign-in-needed', actions: [{ kind: 'sign-in', registry: guarded.registry }] })
  expect(without.data.details.user).toBeUndefined()
  const wrong = await failureOf(withSession({ registry: guarded.registry, credential: { ...ada, secret: `${SECRET}-wrong` } }, manifestOf))
  expect(wrong.data).toMatchObject({ code: 'sign-in-needed', details: { user: 'ada' } })
  expect(JSON.stringify([wrong.data, wrong.message])).not.toContain(SECRET)
})

test('TLS: an authority of our own is trusted only where its certificate was put', async () => {
  const untrusted = await failureOf(withSession({ registry: secure.registry, access: {}, credential: ada }, manifestOf))
  expect(untrusted.code).toBe('registry-untrusted')
  expect(await withSession({ registry: secure.registry, access: { certDir: secure.certDir ?? '' }, credential: ada }, manifestOf)).toBe(
    image.digest,
  )
})

test('HTTP that answers where TLS was tried is told, and is only used when it is asked for', async () => {
  const error = await failureOf(withSession({ registry: open.registry, access: {} }, manifestOf))
  expect(error.data).toMatchObject({ code: 'registry-plain-http', actions: [{ kind: 'use-plain-http', registry: open.registry }] })
})

test('what is not there', async () => {
  const absent = { registry: open.registry, repository: 'team/other' }
  const error = await failureOf(withSession(absent, manifestOf))
  expect(error.data).toMatchObject({ code: 'container-not-found', details: { reference: `${open.registry}/team/other:v1` } })
})

test('nothing listens there', async () => {
  const server = net.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const error = await failureOf(withSession({ registry: `127.0.0.1:${port}`, limits: hurried().limits }, manifestOf))
  expect(error.data).toMatchObject({ code: 'registry-unreachable', details: { reason: 'Nothing listens there (ECONNREFUSED)' } })
})
