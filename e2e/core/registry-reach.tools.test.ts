import fs from 'node:fs/promises'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFaultProxy } from '../faults/fault-proxy.js'
import { type BuiltImage, digestOf, imageOf, layerOf } from './container-image.js'
import { makeCertificates, startRegistry, type TestRegistry } from './registry.js'
import { BARE_ENV, hurried, manifestOf, withSession } from './registry-access.js'
import { failureOf } from './workbench.js'

/** Through proxies and mirrors, and with certificates from where podman looks for them. */
let plain: TestRegistry
let secure: TestRegistry
let home: string
let image: BuiltImage

beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-reach-'))
  image = imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: 'a disk' }])] })
  ;[plain, secure] = await Promise.all([startRegistry(), startRegistry({ tls: 'own-ca' })])
  await Promise.all([plain, secure].map((registry) => registry.push('team/disk', 'v1', image)))
})

afterAll(async () => {
  await Promise.all([plain, secure].map((registry) => registry.stop()))
  await fs.rm(home, { recursive: true, force: true })
})

async function folderOf(name: string): Promise<string> {
  const folder = path.join(home, name)
  await fs.mkdir(folder, { recursive: true })
  return folder
}

/** `CONNECT` and absolute addresses; every name leads to loopback. */
async function startProxy(): Promise<{ url: string; asked: string[]; signIns: (string | undefined)[]; stop(): Promise<void> }> {
  const asked: string[] = []
  const signIns: (string | undefined)[] = []
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '')
    asked.push(`${request.method} ${url.host}`)
    signIns.push(request.headers['proxy-authorization'])
    const onward = http.request(
      { host: '127.0.0.1', port: url.port, path: url.pathname, method: request.method, headers: request.headers },
      (given) => {
        response.writeHead(given.statusCode ?? 0, given.headers)
        given.pipe(response)
      },
    )
    request.pipe(onward)
  })
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    asked.push(`CONNECT ${request.url}`)
    signIns.push(request.headers['proxy-authorization'])
    if (request.url?.startsWith('refused.example')) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const onward = net.connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://ada:pass@127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    signIns,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('proxies: a tunnel for TLS, absolute addresses for plain HTTP, none for loopback and NO_PROXY', async () => {
  const proxy = await startProxy()
  try {
    const env = { ...BARE_ENV, HTTPS_PROXY: proxy.url, http_proxy: proxy.url }
    const access = { certDir: secure.certDir ?? '' }
    const far = { env, registry: `registry.example:${secure.port}`, access }
    expect(await withSession(far, manifestOf)).toBe(image.digest)
    expect(proxy.asked).toEqual([`CONNECT registry.example:${secure.port}`])
    expect(proxy.signIns).toEqual([`Basic ${Buffer.from('ada:pass').toString('base64')}`])

    proxy.asked.length = 0
    expect(await withSession({ env, registry: `registry.example:${plain.port}` }, manifestOf)).toBe(image.digest)
    expect(proxy.asked).toEqual([`GET registry.example:${plain.port}`])

    proxy.asked.length = 0
    expect(await withSession({ env, registry: plain.registry }, manifestOf)).toBe(image.digest)
    const exempt = await failureOf(
      withSession({ ...far, env: { ...env, NO_PROXY: 'registry.example' }, limits: hurried().limits }, manifestOf),
    )
    expect(exempt.code).toBe('registry-unreachable')
    expect(proxy.asked).toEqual([])

    const refused = await failureOf(withSession({ env, access, registry: 'refused.example:1' }, manifestOf))
    expect(refused.data.details.reason).toContain('The proxy refused the connection with 403')
    expect(JSON.stringify([refused.data, refused.message])).not.toContain('pass')
  } finally {
    await proxy.stop()
  }
})

test('a proxy of a kind that is not spoken is told', async () => {
  const env = { ...BARE_ENV, HTTPS_PROXY: 'socks4://127.0.0.1:1' }
  expect((await failureOf(withSession({ env, registry: 'registry.example', access: {} }, manifestOf))).code).toBe('bad-input')
})

test('an authority of our own: in certs.d of the user, and in SSL_CERT_FILE', async () => {
  const folder = await folderOf(`config/containers/certs.d/${secure.registry}`)
  await fs.copyFile(secure.caFile ?? '', path.join(folder, 'ca.crt'))
  const request = { registry: secure.registry, access: {} }
  expect(await withSession({ ...request, env: { ...BARE_ENV, XDG_CONFIG_HOME: path.join(home, 'config') } }, manifestOf)).toBe(image.digest)
  expect(await withSession({ ...request, env: { ...BARE_ENV, SSL_CERT_FILE: secure.caFile ?? '' } }, manifestOf)).toBe(image.digest)
  const other = await makeCertificates(await folderOf('other'))
  const error = await failureOf(withSession({ ...request, access: { certDir: other.certDir } }, manifestOf))
  expect(error.data).toMatchObject({ code: 'registry-untrusted', details: { certDir: other.certDir } })
})

test('a certificate for another name', async () => {
  const access = { certDir: secure.certDir ?? '' }
  const proxy = await startProxy()
  try {
    const request = { registry: `other.example:${secure.port}`, access, env: { ...BARE_ENV, HTTPS_PROXY: proxy.url } }
    const error = await failureOf(withSession(request, manifestOf))
    expect(error.data).toMatchObject({ code: 'registry-untrusted', details: { reason: 'Its certificate was made for another name' } })
  } finally {
    await proxy.stop()
  }
})

test('what is no certificate is told with its file', async () => {
  const certDir = await folderOf('bad-certs')
  await fs.writeFile(path.join(certDir, 'ca.crt'), 'no certificate')
  const error = await failureOf(withSession({ registry: secure.registry, access: { certDir } }, manifestOf))
  expect(error.data).toMatchObject({ code: 'bad-input', details: { file: path.join(certDir, 'ca.crt') } })
  const absent = await failureOf(withSession({ registry: secure.registry, access: { certDir: path.join(home, 'absent') } }, manifestOf))
  expect(absent.data).toMatchObject({ code: 'bad-input', details: { file: path.join(home, 'absent') } })
})

test('a client certificate is shown to the registry alone', async () => {
  const own = await makeCertificates(await folderOf('client'))
  await fs.copyFile(own.certFile, path.join(own.certDir, 'client.cert'))
  await fs.copyFile(own.keyFile, path.join(own.certDir, 'client.key'))
  const shown: string[] = []
  const tls = {
    cert: await fs.readFile(own.certFile),
    key: await fs.readFile(own.keyFile),
    ca: await fs.readFile(own.caFile),
    requestCert: true,
    rejectUnauthorized: false,
  }
  const serve = (name: string, answer: (response: http.ServerResponse) => void) =>
    https.createServer(tls, (request, response) => {
      shown.push(`${name} ${(request.socket as TLSSocket).getPeerX509Certificate() === undefined ? 'nothing' : 'a certificate'}`)
      answer(response)
    })
  const storage = serve('storage', (response) => response.end('a blob'))
  const registry = serve('registry', (response) => response.writeHead(307, { location: `https://localhost:${portOf(storage)}/x` }).end())
  for (const server of [storage, registry]) await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const request = { registry: `127.0.0.1:${portOf(registry)}`, access: { certDir: own.certDir } }
    const read = await withSession(request, async (session) =>
      (await session.request({ method: 'GET', path: 'blobs/sha256:x' })).bytes(100),
    )
    expect(read.toString()).toBe('a blob')
    expect(shown).toEqual(['registry a certificate', 'storage nothing'])
    // An address that the registry gave for an upload, say, is another place as well.
    shown.length = 0
    const given = `https://localhost:${portOf(storage)}/upload`
    await withSession(request, async (session) => (await session.request({ method: 'GET', path: given })).discard())
    expect(shown).toEqual(['storage nothing'])
  } finally {
    for (const server of [storage, registry]) {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
})

test('from HTTPS nothing leads to HTTP', async () => {
  const own = await makeCertificates(await folderOf('down'))
  const tls = { cert: await fs.readFile(own.certFile), key: await fs.readFile(own.keyFile) }
  const server = https.createServer(tls, (_, response) => response.writeHead(302, { location: `${plain.url}/v2/` }).end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const error = await failureOf(withSession({ registry: `127.0.0.1:${portOf(server)}`, access: { certDir: own.certDir } }, manifestOf))
    expect(error.data).toMatchObject({ code: 'registry-failed', details: { reason: 'It led from HTTPS to an address without it' } })
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})

async function configured(text: string): Promise<NodeJS.ProcessEnv> {
  const file = path.join(await folderOf('conf'), 'registries.conf')
  await fs.writeFile(file, text)
  return { ...BARE_ENV, CONTAINERS_REGISTRIES_CONF: file }
}

test('mirrors: the first that has it answers, and then goes on answering', async () => {
  const mirror = await startFaultProxy(plain.url)
  try {
    const env = await configured(`
[[registry]]
prefix = "registry.example/far"
location = "${plain.registry}/team"
insecure = true
[[registry.mirror]]
location = "${mirror.registry}/absent"
insecure = true
[[registry.mirror]]
location = "${mirror.registry}/team"
insecure = true
`)
    const request = { env, registry: 'registry.example', repository: 'far/disk', access: {} }
    await withSession(request, async (session) => {
      expect(await manifestOf(session)).toBe(image.digest)
      expect(session).toMatchObject({ endpoint: mirror.registry, repository: 'team/disk', isMirror: true, isPlainHttp: true })
      mirror.forget()
      await (await session.request({ method: 'HEAD', path: `blobs/${image.layers[0]}` })).discard()
      expect(mirror.seen.map(({ path: asked }) => asked)).toEqual([`/v2/team/disk/blobs/${image.layers[0]}`])
    })
    mirror.set({ kind: 'status', code: 404 }, { match: /./ })
    await withSession(request, async (session) => {
      expect(await manifestOf(session)).toBe(image.digest)
      expect(session).toMatchObject({ endpoint: plain.registry, isMirror: false })
    })
  } finally {
    await mirror.stop()
  }
})

test('a mirror for digests is not asked for tags', async () => {
  const mirror = await startFaultProxy(plain.url)
  try {
    const env = await configured(`
[[registry]]
location = "${plain.registry}"
insecure = true
[[registry.mirror]]
location = "${mirror.registry}"
insecure = true
pull-from-mirror = "digest-only"
`)
    await withSession({ env, registry: plain.registry, access: {} }, async (session) => {
      await manifestOf(session)
      expect(mirror.seen).toEqual([])
    })
    await withSession({ env, registry: plain.registry, access: {} }, async (session) => {
      const byDigest = await session.request({ method: 'GET', path: `manifests/${image.digest}`, headers: { accept: image.mediaType } })
      expect(digestOf(await byDigest.bytes(100_000))).toBe(image.digest)
      expect(session.isMirror).toBe(true)
    })
  } finally {
    await mirror.stop()
  }
})

test('insecure takes any certificate; blocked is refused before anything is sent', async () => {
  const env = await configured(
    `[[registry]]\nlocation = "${secure.registry}"\ninsecure = true\n[[registry]]\nlocation = "${plain.registry}"\nblocked = true\n`,
  )
  await withSession({ env, registry: secure.registry, access: {} }, async (session) => {
    expect(await manifestOf(session)).toBe(image.digest)
    expect(session.isPlainHttp).toBe(false)
  })
  const error = await failureOf(withSession({ env, registry: plain.registry }, manifestOf))
  expect(error.data).toMatchObject({ code: 'container-refused', details: { policy: env.CONTAINERS_REGISTRIES_CONF } })
})

function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port
}
