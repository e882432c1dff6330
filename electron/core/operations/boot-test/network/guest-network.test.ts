import { expect, test } from 'vitest'
import { MetadataServer } from '../metadata/metadata-server.js'
import { text } from '../metadata/metadata-answer.js'
import { GuestNetwork } from './guest-network.js'
import { readIpv4, readUdp, writeIpv4, writeUdp } from './packets.js'
import { FLAG, readTcp, type TcpSegment, writeTcp } from './tcp-segment.js'

const GUEST = { mac: Buffer.from('525400123456', 'hex'), address: '10.0.2.15' }
const SERVICE = { mac: Buffer.from('52550a000202', 'hex'), address: '169.254.169.254' }
const ELSEWHERE = { ...SERVICE, address: '192.0.2.1' }
const NOTHING = Buffer.alloc(0)
const ANSWER = 'x'.repeat(10_000)

function openNetwork({ isolated = true }: { isolated?: boolean } = {}) {
  const toGuest: Buffer[] = []
  const toNetwork: Buffer[] = []
  const asked: string[] = []
  const server = new MetadataServer(
    ({ path, address }) => ({ ...text(`${address} ${path} ${ANSWER}`), ...(path === '/held' ? { holdSeconds: 3600 } : {}) }),
    ({ path, status }) => asked.push(`${status} ${path}`),
  )
  const network = new GuestNetwork({
    addresses: [SERVICE.address],
    names: { 'metadata.google.internal': SERVICE.address },
    isolated,
    toGuest: (frame) => void toGuest.push(frame),
    toNetwork: (frame) => void toNetwork.push(frame),
    onConnection: (connection, address) => server.connect(connection, address),
  })
  return { network, toGuest, toNetwork, asked }
}

type Network = ReturnType<typeof openNetwork>

/** The guest's end of a connection, as little as there can be of it. */
class Client {
  received = ''
  ended = false
  reset = false
  private next = 0xffff_ff00
  private expected = 0
  private taken = 0
  constructor(
    private readonly net: Network,
    private readonly port: number,
  ) {
    this.send({ flags: FLAG.syn, mss: 1460 })
    this.next = (this.next + 1) >>> 0
    this.take()
  }

  send(part: Partial<TcpSegment>): void {
    const segment = {
      fromPort: this.port,
      toPort: 80,
      sequence: this.next,
      acknowledged: this.expected,
      flags: FLAG.ack,
      window: 8000,
      data: NOTHING,
      ...part,
    }
    this.net.network.fromGuest(writeTcp(GUEST, SERVICE, segment))
  }

  write(data: string): void {
    this.send({ data: Buffer.from(data), flags: FLAG.ack | FLAG.psh })
    this.next = (this.next + data.length) >>> 0
  }

  /** Takes what has come, and acknowledges it. */
  take(): void {
    for (; this.taken < this.net.toGuest.length; this.taken += 1) {
      const packet = readIpv4(this.net.toGuest[this.taken] ?? NOTHING)
      const segment = packet && readTcp(packet)
      if (segment?.toPort !== this.port) continue
      if (segment.flags & FLAG.rst) this.reset = true
      if (segment.flags & FLAG.syn) this.expected = (segment.sequence + 1) >>> 0
      if (segment.sequence === this.expected) {
        this.received += segment.data.toString()
        this.expected = (this.expected + segment.data.length) >>> 0
        if (segment.flags & FLAG.fin) {
          this.ended = true
          this.expected = (this.expected + 1) >>> 0
        }
      }
    }
    this.send({})
  }

  async readToEnd(): Promise<void> {
    while (!this.ended && !this.reset) {
      await new Promise((resolve) => setImmediate(resolve))
      this.take()
    }
  }
}

test('a request over a connection of TCP is answered, in segments that fit and in a window that the guest has', async () => {
  const net = openNetwork()
  const client = new Client(net, 40_000)
  client.write('GET /latest/ HTTP/1.1\r\nHost: 169.2')
  client.write('54.169.254\r\n\r\n')
  await client.readToEnd()
  expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(client.received.endsWith(`169.254.169.254 /latest/ ${ANSWER}`)).toBe(true)
  expect(Math.max(...net.toGuest.map(({ length }) => length))).toBe(1514)
  expect(net.asked).toEqual(['200 /latest/'])
  expect(net.toNetwork).toEqual([])
})

test('two connections at once, and what comes twice, do not mix', async () => {
  const net = openNetwork()
  const [one, two] = [new Client(net, 40_001), new Client(net, 40_002)]
  const request = (path: string) => `GET ${path} HTTP/1.0\r\n\r\n`
  one.write(request('/one'))
  one.send({ sequence: 0xffff_ff01, data: Buffer.from(request('/one')), flags: FLAG.ack | FLAG.psh })
  two.write(request('/two'))
  await Promise.all([one.readToEnd(), two.readToEnd()])
  expect(one.received).toContain('169.254.169.254 /one ')
  expect(two.received).toContain('169.254.169.254 /two ')
  expect(net.asked.toSorted()).toEqual(['200 /one', '200 /two'])
})

test('who closes its side after it has asked is answered', async () => {
  const net = openNetwork()
  const client = new Client(net, 40_005)
  client.send({ data: Buffer.from('GET /half HTTP/1.0\r\n\r\n'), flags: FLAG.ack | FLAG.psh | FLAG.fin })
  await client.readToEnd()
  expect(client.received.endsWith(ANSWER)).toBe(true)
})

test('a report that is too large is refused, and one that breaks off is none', async () => {
  const net = openNetwork()
  const [large, broken] = [new Client(net, 40_006), new Client(net, 40_007)]
  const post = (path: string, bytes: number) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`
  broken.write(post('/broken', 1000))
  broken.send({ flags: FLAG.rst })
  large.write(post('/large', 2_000_000))
  while (net.asked.length === 0 && !large.reset) {
    large.write('x'.repeat(1400))
    await new Promise((resolve) => setImmediate(resolve))
    large.take()
  }
  await large.readToEnd()
  expect(large.received).toMatch(/^HTTP\/1\.1 413 /)
  expect(net.asked).toEqual(['413 /large'])
  net.network.close()
})

test('an answer that is waited for comes when it is time, and keeps nobody else waiting', async () => {
  const net = openNetwork()
  const [held, other] = [new Client(net, 40_008), new Client(net, 40_009)]
  held.write('GET /held HTTP/1.0\r\n\r\n')
  other.write('GET /other HTTP/1.0\r\n\r\n')
  await other.readToEnd()
  held.take()
  expect([held.received, net.asked.toSorted()]).toEqual(['', ['200 /held', '200 /other']])
  net.network.close()
})

test('what was lost is sent again', async () => {
  const net = openNetwork()
  const client = new Client(net, 40_003)
  client.write('GET /lost HTTP/1.0\r\n\r\n')
  await expect.poll(() => net.asked).toEqual(['200 /lost'])
  await new Promise((resolve) => setImmediate(resolve))
  // All that has come so far is lost on its way.
  net.toGuest.fill(NOTHING)
  await expect.poll(() => net.toGuest.some(({ length }) => length > 0), { timeout: 60_000 }).toBe(true)
  await client.readToEnd()
  expect(client.received).toContain('/lost ')
})

test('other ports, and packets of no connection, are refused', () => {
  const net = openNetwork()
  const refused = (part: Partial<TcpSegment>) => {
    net.network.fromGuest(
      writeTcp(GUEST, SERVICE, {
        fromPort: 1,
        toPort: 80,
        sequence: 5,
        acknowledged: 9,
        flags: FLAG.syn,
        window: 0,
        data: NOTHING,
        ...part,
      }),
    )
    const packet = readIpv4(net.toGuest.at(-1) ?? NOTHING)
    return packet && readTcp(packet)
  }
  expect(refused({ toPort: 443 })).toMatchObject({ fromPort: 443, toPort: 1, acknowledged: 6, flags: FLAG.rst | FLAG.ack })
  expect(refused({ flags: FLAG.ack, data: Buffer.from('abc') })).toMatchObject({ sequence: 9, acknowledged: 8, flags: FLAG.rst | FLAG.ack })
  const before = net.toGuest.length
  refused({ flags: FLAG.rst })
  expect(net.toGuest.length).toBe(before)
})

test('who has the address is answered here; every other question goes on', () => {
  const net = openNetwork()
  const ask = (address: number[]) =>
    Buffer.concat([
      Buffer.alloc(6, 255),
      GUEST.mac,
      Buffer.from('08060001080006040001', 'hex'),
      GUEST.mac,
      Buffer.from([10, 0, 2, 15, 0, 0, 0, 0, 0, 0, ...address]),
    ])
  net.network.fromGuest(ask([169, 254, 169, 254]))
  expect(net.toGuest[0]?.subarray(0, 6)).toEqual(GUEST.mac)
  expect(net.toGuest[0]?.toString('hex', 20, 22)).toBe('0002')
  expect(net.toGuest[0]?.toString('hex', 28, 32)).toBe('a9fea9fe')
  net.network.fromGuest(ask([10, 0, 2, 2]))
  expect([net.toGuest.length, net.toNetwork.length]).toEqual([1, 1])
})

function question(name: string, type = 1): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)])
  return Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1])
}

function lookUp(net: Network, name: string, type?: number): Buffer | undefined {
  const before = net.toGuest.length
  net.network.fromGuest(writeUdp(GUEST, { ...SERVICE, address: '10.0.2.3' }, { fromPort: 5353, toPort: 53, data: question(name, type) }))
  const packet = readIpv4(net.toGuest[before] ?? NOTHING)
  return packet && readUdp(packet)?.data
}

test('names: the one of the service is known; cut off from the world there is no other one', () => {
  const net = openNetwork()
  expect(lookUp(net, 'Metadata.Google.Internal')?.subarray(-4)).toEqual(Buffer.from([169, 254, 169, 254]))
  expect(lookUp(net, 'metadata.google.internal', 28)?.readUInt32BE(4)).toBe(0x0001_0000)
  expect(lookUp(net, 'a.example')?.readUInt8(3)).toBe(0x83)
  // Names that every object of JavaScript has.
  for (const name of ['constructor', '__proto__']) expect(lookUp(net, name)?.readUInt8(3)).toBe(0x83)
  expect(net.toNetwork).toEqual([])
  const open = openNetwork({ isolated: false })
  expect(lookUp(open, 'a.example')).toBeUndefined()
  expect(open.toNetwork).toHaveLength(1)
  expect(lookUp(open, 'metadata.google.internal')?.readUInt8(3)).toBe(0x80)
})

function fragmentOf(frame: Buffer): Buffer {
  const MORE_FRAGMENTS = 0x2000
  frame.writeUInt16BE(MORE_FRAGMENTS, 20)
  return frame
}

test('cut off from the world nothing but DHCP goes on; with a network all goes on but what is for the service', () => {
  const frames = [
    writeUdp(GUEST, { ...SERVICE, address: '255.255.255.255' }, { fromPort: 68, toPort: 67, data: Buffer.from('DHCP') }),
    writeUdp(GUEST, ELSEWHERE, { fromPort: 123, toPort: 123, data: Buffer.from('NTP') }),
    writeTcp(GUEST, ELSEWHERE, { fromPort: 1, toPort: 80, sequence: 1, acknowledged: 0, flags: FLAG.syn, window: 1, data: NOTHING }),
    writeIpv4({ from: GUEST, to: SERVICE, protocol: 1, payload: Buffer.from('ping') }),
    Buffer.concat([SERVICE.mac, GUEST.mac, Buffer.from([0x86, 0xdd, 0x60])]),
    NOTHING,
    writeUdp(GUEST, { ...SERVICE, address: '10.0.2.2' }, { fromPort: 68, toPort: 67, data: Buffer.from('renew') }),
    writeUdp(GUEST, ELSEWHERE, { fromPort: 68, toPort: 67, data: Buffer.from('away') }),
    fragmentOf(writeIpv4({ from: GUEST, to: SERVICE, protocol: 6, payload: Buffer.alloc(24) })),
  ]
  const went = (isolated: boolean) => {
    const { network, toNetwork } = openNetwork({ isolated })
    for (const frame of frames) network.fromGuest(frame)
    return toNetwork.map((frame) => frames.indexOf(frame))
  }
  expect(went(true)).toEqual([0, 6])
  expect(went(false)).toEqual([0, 1, 2, 4, 5, 6, 7])
})

test('a guest that sends nonsense breaks nothing', async () => {
  const net = openNetwork()
  const whole = writeTcp(GUEST, SERVICE, {
    fromPort: 7,
    toPort: 80,
    sequence: 1,
    acknowledged: 0,
    flags: FLAG.syn,
    window: 1,
    mss: 1460,
    data: NOTHING,
  })
  for (let length = 0; length < whole.length; length += 1) {
    net.network.fromGuest(whole.subarray(0, length))
    const broken = Buffer.from(whole)
    broken.writeUInt8(0xff, length)
    net.network.fromGuest(broken)
  }
  net.network.fromGuest(writeUdp(GUEST, SERVICE, { fromPort: 1, toPort: 53, data: Buffer.alloc(12, 255) }))
  expect(net.asked).toEqual([])
  const client = new Client(net, 40_004)
  client.write('GET /after HTTP/1.0\r\n\r\n')
  await client.readToEnd()
  expect(net.asked).toEqual(['200 /after'])
  net.network.close()
})
