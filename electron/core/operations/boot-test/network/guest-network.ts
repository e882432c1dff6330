import { randomInt } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { answerQuestion, readQuestion } from './dns-answer.js'
import { answerArp, type Ipv4Packet, ipv4Destination, isArp, readIpv4, readUdp, writeUdp } from './packets.js'
import { TcpConnection } from './tcp-connection.js'
import { FLAG, readTcp, type TcpSegment, writeTcp } from './tcp-segment.js'

const DNS_PORT = 53
const DHCP_SERVER_PORT = 67
/** Where qemu's own network answers DHCP: everybody, and itself. What is sent to another address it takes out into the world. QEMU net/slirp.c. */
const DHCP_SERVERS: ReadonlySet<string> = new Set(['255.255.255.255', '10.0.2.2'])
const HTTP_PORT = 80
/** A guest that opens more at once is not booting. */
const MAX_CONNECTIONS = 64
/** Locally administered, like those of qemu's own network. */
const OUR_MAC = Buffer.from([0x52, 0x55, 0xa9, 0xfe, 0xa9, 0xfe])

export interface GuestNetworkOptions {
  /** Addresses that are answered here and nowhere else. */
  readonly addresses: readonly string[]
  /** Names that are answered here, with their address. */
  readonly names: Readonly<Record<string, string>>
  /** Nothing but DHCP and ARP goes on to qemu's own network. */
  readonly isolated: boolean
  readonly toGuest: (frame: Buffer) => void
  readonly toNetwork: (frame: Buffer) => void
  /** A connection to port 80 of one of the addresses. */
  readonly onConnection: (connection: Duplex, address: string) => void
}

/**
 * What stands between the network card of a guest and qemu's own network: some addresses, and names, are answered by this program. They
 * never reach a real network, where the same addresses tell who this machine is.
 */
export class GuestNetwork {
  private readonly addresses: ReadonlySet<string>
  private readonly names: ReadonlyMap<string, string>
  private readonly connections = new Map<string, TcpConnection>()

  constructor(private readonly options: GuestNetworkOptions) {
    this.addresses = new Set(options.addresses)
    this.names = new Map(Object.entries(options.names))
  }

  /** A frame that the guest sent. */
  fromGuest(frame: Buffer): void {
    const { toGuest, toNetwork, isolated } = this.options
    if (isArp(frame)) {
      const reply = answerArp(frame, this.addresses, OUR_MAC)
      if (reply) toGuest(reply)
      else toNetwork(frame)
      return
    }
    const packet = readIpv4(frame)
    // What cannot be read is for nobody else: put together again behind qemu, it would reach who has the address there.
    if (this.addresses.has(ipv4Destination(frame) ?? '')) {
      if (packet) this.takeOurs(packet)
      return
    }
    if (packet && this.answeredName(packet)) return
    if (!isolated || (packet && isDhcp(packet))) toNetwork(frame)
  }

  close(): void {
    for (const connection of this.connections.values()) connection.destroy()
    this.connections.clear()
  }

  private takeOurs(packet: Ipv4Packet): void {
    const segment = readTcp(packet)
    if (!segment) return
    const key = `${packet.from.address}:${segment.fromPort}>${packet.to.address}:${segment.toPort}`
    const open = this.connections.get(key)
    const begins = (segment.flags & (FLAG.syn | FLAG.ack)) === FLAG.syn
    if (open) open.receive(segment)
    else if (begins && segment.toPort === HTTP_PORT && this.connections.size < MAX_CONNECTIONS) this.connect(key, packet, segment)
    else if (!(segment.flags & FLAG.rst)) this.refuse(packet, segment)
  }

  private connect(key: string, packet: Ipv4Packet, syn: TcpSegment): void {
    const ports = { fromPort: syn.toPort, toPort: syn.fromPort }
    // The frame is a part of a larger buffer.
    const [near, far] = [packet.to, packet.from].map(({ mac, address }) => ({ mac: Buffer.from(mac), address })) as [Side, Side]
    const reply = (segment: Omit<TcpSegment, 'fromPort' | 'toPort'>) => this.options.toGuest(writeTcp(near, far, { ...segment, ...ports }))
    const connection = new TcpConnection(syn, reply, randomInt(2 ** 32))
    connection.on('error', () => {})
    connection.once('close', () => this.connections.delete(key))
    this.connections.set(key, connection)
    this.options.onConnection(connection, near.address)
  }

  /** RFC 9293, 3.5.2. */
  private refuse({ from, to }: Ipv4Packet, { fromPort, toPort, sequence, acknowledged, flags, data }: TcpSegment): void {
    const taken = data.length + (flags & FLAG.syn ? 1 : 0) + (flags & FLAG.fin ? 1 : 0)
    const reset: TcpSegment = {
      fromPort: toPort,
      toPort: fromPort,
      sequence: flags & FLAG.ack ? acknowledged : 0,
      acknowledged: (sequence + taken) >>> 0,
      flags: FLAG.rst | FLAG.ack,
      window: 0,
      data: Buffer.alloc(0),
    }
    this.options.toGuest(writeTcp(to, from, reset))
  }

  private answeredName(packet: Ipv4Packet): boolean {
    const datagram = readUdp(packet)
    if (datagram?.toPort !== DNS_PORT) return false
    const question = readQuestion(datagram.data)
    const address = question && this.names.get(question.name)
    if (!question || (address === undefined && !this.options.isolated)) return false
    const data = answerQuestion(datagram.data, question, address)
    this.options.toGuest(writeUdp(packet.to, packet.from, { fromPort: DNS_PORT, toPort: datagram.fromPort, data }))
    return true
  }
}

type Side = Ipv4Packet['from']

function isDhcp(packet: Ipv4Packet): boolean {
  return readUdp(packet)?.toPort === DHCP_SERVER_PORT && DHCP_SERVERS.has(packet.to.address)
}
