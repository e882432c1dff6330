import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRestNetwork, type RestNetwork } from './rest-network.js'

type Answer = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => void

let answer: Answer
let server: http.Server
let url: URL
let network: RestNetwork
let stop: AbortController
const seen: string[] = []

beforeEach(async () => {
  seen.length = 0
  server = http.createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('error', () => {})
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-length'] ?? '-'}`)
      answer(request, response, Buffer.concat(pieces))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a%27b?x=1`)
  stop = new AbortController()
  network = createRestNetwork({ service: 'Example Cloud', env: {}, signal: stop.signal })
})
afterEach(async () => {
  await network.close()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

test('statuses and headers come as they are, also of redirects and refusals; the address is not written anew', async () => {
  answer = (_request, response) => void response.writeHead(308, { Range: 'bytes=0-9', Location: 'http://127.0.0.1:1/' }).end('no')
  const { status, headers, body } = await network.send({ method: 'GET', url })
  expect([status, headers.range, body.toString()]).toEqual([308, 'bytes=0-9', 'no'])
  expect(seen).toEqual([`GET /a%27b?x=1 -`])
})

test('a stream is sent with its length', async () => {
  answer = (_request, response, body) => void response.end(body.toString().toUpperCase())
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('one ')
    yield Buffer.from('two')
  }
  const { body } = await network.send({ method: 'PUT', url, body: pieces(), bodyBytes: 7 })
  expect(body.toString()).toBe('ONE TWO')
  expect(seen).toEqual(['PUT /a%27b?x=1 7'])
})

test('what the network breaks names the service', async () => {
  answer = (request) => void request.socket.destroy()
  await expect(network.send({ method: 'GET', url })).rejects.toMatchObject({
    code: 'cloud-unreachable',
    data: { details: { service: 'Example Cloud' } },
  })
  answer = () => {}
  const slow = network.send({ method: 'GET', url, answerMs: 50 })
  await expect(slow).rejects.toMatchObject({ code: 'cloud-unreachable', data: { details: { reason: 'It did not answer in time' } } })
})

test('whoever cancels it hears of that', async () => {
  answer = () => stop.abort()
  await expect(network.send({ method: 'GET', url })).rejects.toMatchObject({ code: 'cancelled' })
  await expect(network.send({ method: 'GET', url })).rejects.toMatchObject({ code: 'cancelled' })
})

test('a file that holds no certificate is told by its name', async () => {
  const own = createRestNetwork({ service: 'Example Cloud', env: {}, signal: undefined, ca: '/nonexistent/ca.pem' })
  const secure = new URL(url.href.replace('http:', 'https:'))
  await expect(own.send({ method: 'GET', url: secure })).rejects.toMatchObject({
    code: 'bad-input',
    data: { details: { file: '/nonexistent/ca.pem' } },
  })
  await own.close()
})

test('a service without TLS where TLS was asked for is not trusted', async () => {
  answer = (_request, response) => void response.end()
  const secure = new URL(url.href.replace('http:', 'https:'))
  await expect(network.send({ method: 'GET', url: secure })).rejects.toMatchObject({ code: 'cloud-untrusted' })
})
