import { once } from 'node:events'
import fs from 'node:fs/promises'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { azureTokens } from '#core/clouds/azure/credentials'
import { nodeAgents } from '#core/clouds/transfer/node-agents'
import { createRestNetwork } from '#core/clouds/transfer/rest-network'
import { REGISTRY_LIMITS } from '#core/registry/registry-limits'
import { copyImage } from '#core/tools/skopeo/copy'
import { describeError } from '#shared/errors/describe-error'
import { openContainerHome, signedOutDeps } from './container-home.js'
import { type BuiltImage, imageOf, layerOf } from './container-image.js'
import { failureOf } from './failure-of.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { BARE_ENV, manifestOf, type SessionRequest, withSession } from './registry-access.js'
import { type SocksServer, startSocksServer } from './socks-server.js'

const SIGN_IN = { user: 'ada', password: 'MARKER p@ss' }
const MARKER = /MARKER/

let plain: TestRegistry
let secure: TestRegistry
let open: SocksServer
let locked: SocksServer
let image: BuiltImage

beforeAll(async () => {
  image = imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: 'a disk' }])] })
  ;[plain, secure, open, locked] = await Promise.all([
    startRegistry(),
    startRegistry({ tls: 'own-ca' }),
    startSocksServer(),
    startSocksServer(SIGN_IN),
  ])
  await Promise.all([plain, secure].map((registry) => registry.push('team/disk', 'v1', image)))
})
afterAll(async () => {
  await Promise.all([plain, secure, open, locked].map((server) => server.stop()))
})

const signedIn = () => `socks5://${SIGN_IN.user}:${encodeURIComponent(SIGN_IN.password)}@${locked.address}`

function far(env: NodeJS.ProcessEnv, more: Partial<SessionRequest> = {}): SessionRequest {
  return { registry: `registry.example:${secure.port}`, access: { certDir: secure.certDir ?? '' }, env: { ...BARE_ENV, ...env }, ...more }
}

test('TLS by a name that only the proxy knows, plain HTTP too, with and without signing in; NO_PROXY and loopback go around it', async () => {
  for (const env of [{ HTTPS_PROXY: signedIn() }, { all_proxy: signedIn().replace('socks5:', 'socks5h:') }]) {
    expect(await withSession(far(env), manifestOf)).toBe(image.digest)
  }
  expect(new Set(locked.connected())).toEqual(new Set([`registry.example:${secure.port}`]))
  const http = { registry: `registry.example:${plain.port}`, access: { plainHttp: true } }
  expect(await withSession(far({ http_proxy: `socks5://${open.address}` }, http), manifestOf)).toBe(image.digest)
  const made = open.connected().length
  expect(made).toBeGreaterThan(0)
  const env = { ...BARE_ENV, HTTP_PROXY: `socks5h://${open.address}`, NO_PROXY: '0.0.0.0' }
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    expect(await withSession({ registry: `${host}:${plain.port}`, env }, manifestOf)).toBe(image.digest)
  }
  expect(open.connected()).toHaveLength(made)
})

test('certificates are checked as they are without a proxy', async () => {
  const env = { HTTPS_PROXY: `socks5://${open.address}` }
  const unknown = await failureOf(withSession(far(env, { access: {} }), manifestOf))
  expect(unknown.code).toBe('registry-untrusted')
  const other = await failureOf(withSession(far(env, { registry: `other.example:${secure.port}` }), manifestOf))
  expect(other.data.details.reason).toBe('Its certificate was made for another name')
})

test('what the proxy does not do is told, without its password', async () => {
  const silent = await listen(() => {})
  const speaksOther = await listen((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const hangsUp = await listen((socket) => void socket.destroy())
  const wrong = `socks5://ada:MARKER@${locked.address}`
  const cases: readonly (readonly [proxy: string, registry: string, words: RegExp])[] = [
    [wrong, 'registry.example', /refused the name or the password/],
    [`socks5://${locked.address}`, 'registry.example', /wants a name and a password: socks5:\/\/NAME:PASSWORD@127/],
    [signedIn(), 'registry.example:1', /Nothing listens there, says the SOCKS proxy/],
    [signedIn(), 'nowhere.example', /says the SOCKS proxy/],
    [`socks5://ada:MARKER@127.0.0.1:1`, 'registry.example', /proxy 127.0.0.1:1 cannot be reached \(ECONNREFUSED\)/],
    [`socks5://ada:MARKER@${speaksOther.address}`, 'registry.example', /is no SOCKS5 proxy/],
    [`socks5://ada:MARKER@${hangsUp.address}`, 'registry.example', /broke the connection; it may not speak SOCKS5/],
    [`socks5://ada:MARKER@${silent.address}`, 'registry.example', /did not answer in time; it may not speak SOCKS5/],
  ]
  try {
    for (const [HTTPS_PROXY, registry, words] of cases) {
      const limits = { ...REGISTRY_LIMITS, wait: async () => {}, ...(HTTPS_PROXY.includes(silent.address) ? { connectMs: 50 } : {}) }
      const error = await failureOf(withSession(far({ HTTPS_PROXY }, { registry, limits }), manifestOf))
      expect([error.code, describeError(error.data).detail]).toEqual(['registry-unreachable', expect.stringMatching(words)])
      expect(describeError(error.data)).toMatchObject({
        detail: expect.not.stringContaining('offline'),
        next: expect.stringMatching(/ALL_PROXY/),
      })
      const { cause } = error
      expect(JSON.stringify([error.data, error.message, cause, cause instanceof Error ? cause.stack : ''])).not.toMatch(MARKER)
    }
    const stop = new AbortController()
    const hanging = failureOf(withSession(far({ HTTPS_PROXY: `socks5://${silent.address}` }, { signal: stop.signal }), manifestOf))
    await silent.connection()
    stop.abort()
    expect((await hanging).code).toBe('cancelled')
  } finally {
    for (const server of [silent, speaksOther, hangsUp]) await server.stop()
  }
})

test('the networks of clouds go the same way', async () => {
  const env = { ...BARE_ENV, HTTPS_PROXY: signedIn() }
  const ca = secure.caFile ?? ''
  const url = new URL(`https://registry.example:${secure.port}/v2/`)
  const rest = createRestNetwork({ service: 'Example Cloud', env, signal: undefined, ca })
  expect((await rest.send({ method: 'GET', url })).status).toBe(200)
  await rest.close()

  const get = (agents: ReturnType<typeof nodeAgents>) =>
    new Promise<number | undefined>((resolve, reject) => {
      https.get(url, { agent: agents.httpsAgent }, (response) => resolve(response.resume().statusCode)).on('error', reject)
    })
  const agents = nodeAgents({ url, env, ca })
  expect([await get(agents), await get(agents)]).toEqual([200, 200])
  agents.destroy()
  await expect(get(nodeAgents({ url, env }))).rejects.toMatchObject({ code: expect.stringMatching(/^UNABLE_TO|SELF_SIGNED/) })
  const refused = nodeAgents({ url, env: { ...env, HTTPS_PROXY: `socks5://ada:wrong@${locked.address}` }, ca })
  await expect(get(refused)).rejects.toThrow(/refused the name or the password/)

  const before = locked.connected().length
  const values = { tenant: 'team', cloud: 'own', authority: `https://registry.example:${secure.port}`, ca, signIn: 'env' }
  const identity = { ...env, AZURE_CLIENT_ID: 'id', AZURE_CLIENT_SECRET: 'secret' }
  const tokens = azureTokens({ env: identity, values, signal: undefined, reach: async () => {} })
  await failureOf(tokens.token('https://management.example'))
  expect(locked.connected().length).toBeGreaterThan(before)
})

test('skopeo takes the same proxies', async () => {
  const home = await openContainerHome()
  try {
    const name = `docker://registry.example:${secure.port}/team/disk:v1`
    const from = { image: name, registry: null, certDir: secure.certDir ?? undefined }
    for (const env of [{ HTTPS_PROXY: signedIn().replace('socks5:', 'socks5h:') }, { ALL_PROXY: signedIn() }]) {
      const { host } = await signedOutDeps(home.folder, { ...home.env, ...env })
      const folder = path.join(home.folder, Object.keys(env).join())
      await copyImage(host, { from, to: { image: `dir:${folder}`, registry: null } })
      expect(await fs.readdir(folder)).toContain(layer().replace('sha256:', ''))
    }
    const { host } = await signedOutDeps(home.folder, { ...home.env, HTTPS_PROXY: `socks5://ada:MARKER@${locked.address}` })
    const error = await failureOf(copyImage(host, { from, to: { image: `dir:${home.folder}/none`, registry: null } }))
    expect([error.code, JSON.stringify([error.data, error.cause])]).toEqual(['registry-unreachable', expect.not.stringMatching(MARKER)])
  } finally {
    await home.remove()
  }
})

const layer = (): string => image.layers[0] ?? ''

interface Listening {
  readonly address: string
  /** Until somebody is connected. */
  connection(): Promise<unknown>
  stop(): Promise<void>
}

async function listen(answer: (socket: net.Socket) => void): Promise<Listening> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    answer(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connection: () => once(server, 'connection'),
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
