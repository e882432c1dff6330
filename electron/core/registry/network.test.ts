import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Access } from '#shared/containers/container-requests'
import { silentLogger } from '../log/logger.js'
import { openRegistry } from './open-registry.js'
import type { RegistrySession } from './registry-session.js'
import type { RegistryCredential, SignInStore } from './sign-in-store.js'

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void

let answer: Answer
let server: http.Server
let port: number
const seen: { method: string; host: string; body: string }[] = []

beforeEach(async () => {
  seen.length = 0
  server = http.createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      seen.push({ method: request.method ?? '', host: request.headers.host ?? '', body: Buffer.concat(pieces).toString() })
      answer(request, response)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

async function open(credential: RegistryCredential): Promise<RegistrySession> {
  const unused = () => Promise.reject(new Error('not part of this test'))
  const signIns: SignInStore = { find: async () => credential, list: unused, keep: unused, forget: unused }
  const env = { HOME: '/nonexistent', CONTAINERS_REGISTRIES_CONF: '/dev/null' }
  const access: Access = { plainHttp: true }
  const deps = { host: { env, log: silentLogger, signal: undefined }, signIns }
  return openRegistry(deps, { registry: `127.0.0.1:${port}`, repository: 'team/disk', purpose: 'push', access })
}

test('what signs in is not sent again to another machine that a token server names', async () => {
  answer = (request, response) => {
    const isToken = request.method === 'POST'
    if (isToken) response.writeHead(307, { location: `http://localhost:${port}/elsewhere` }).end()
    else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://127.0.0.1:${port}/token"` }).end()
  }
  const session = await open({ user: 'ada', secret: 'MARKER-refresh', isToken: true })
  await session.request({ method: 'GET', path: 'tags/list' }).catch(() => {})
  await session.close()
  const sent = seen.filter(({ body }) => body.includes('MARKER-refresh'))
  expect(sent.map(({ host }) => host)).toEqual([`127.0.0.1:${port}`])
})

test('an answer against something tells nothing of what signs in, in whatever form it repeats that', async () => {
  answer = (request, response) => {
    if (request.headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    else response.writeHead(400).end(`no: ${request.headers.authorization} and MARKER-secret`)
  }
  const session = await open({ user: 'ada', secret: 'MARKER-secret', isToken: false })
  const response = await session.request({ method: 'PUT', path: 'manifests/v1', body: Buffer.from('{}'), okStatuses: [201, 400] })
  const text = (await response.bytes(1024)).toString()
  const failed = await session.request({ method: 'GET', path: 'tags/list' }).catch((thrown: unknown) => thrown)
  await session.close()
  expect(text).toBe('no: Basic … and …')
  expect(failed).toMatchObject({ data: { details: { reason: 'It answered 400: no: Basic … and …' } } })
})

test.each(['registry.example:65536', '256.0.0.1', '1.2.3.4.5', '[:::::]', '[::1::2]:5000', 'xn--.example'])(
  '%s is told to be no address',
  async (registry) => {
    const signIns = {} as SignInStore
    const env = { HOME: '/nonexistent', CONTAINERS_REGISTRIES_CONF: '/dev/null' }
    const deps = { host: { env, log: silentLogger, signal: undefined }, signIns }
    await expect(openRegistry(deps, { registry, repository: 'team/disk', purpose: 'pull', access: {} })).rejects.toMatchObject({
      code: 'bad-input',
    })
  },
)
