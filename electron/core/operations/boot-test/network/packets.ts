/** A frame of Ethernet II with what is of interest of it. Addresses of IPv4 as dotted numbers. */
export interface Ipv4Packet {
  readonly from: { readonly mac: Buffer; readonly address: string }
  readonly to: { readonly mac: Buffer; readonly address: string }
  readonly protocol: number
  readonly payload: Buffer
}

export const PROTOCOL = { tcp: 6, udp: 17 } as const
const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806 } as const
const ETHERNET_BYTES = 14
const IPV4_BYTES = 20
const ARP_BYTES = 28
const ARP_REQUEST = 1
const ARP_REPLY = 2
const DONT_FRAGMENT = 0x4000
const FRAGMENT = 0x3fff
const TTL = 64

export function isArp(frame: Buffer): boolean {
  return frame.length >= ETHERNET_BYTES && frame.readUInt16BE(12) === ETHERTYPE.arp
}

/** Where a frame of IPv4 goes, a fragment as well; undefined for any other frame. */
export function ipv4Destination(frame: Buffer): string | undefined {
  if (frame.length < ETHERNET_BYTES + IPV4_BYTES || frame.readUInt16BE(12) !== ETHERTYPE.ipv4) return undefined
  return address(frame, ETHERNET_BYTES + 16)
}

/** The packet of IPv4 in a frame, RFC 894 and RFC 791; undefined for any other frame, for fragments and for what is cut off. */
export function readIpv4(frame: Buffer): Ipv4Packet | undefined {
  const destination = ipv4Destination(frame)
  if (destination === undefined) return undefined
  const packet = frame.subarray(ETHERNET_BYTES)
  const [first = 0] = packet
  const headerBytes = (first & 0x0f) * 4
  const bytes = packet.readUInt16BE(2)
  if (first >> 4 !== 4 || headerBytes < IPV4_BYTES || bytes < headerBytes || bytes > packet.length) return undefined
  if ((packet.readUInt16BE(6) & FRAGMENT) !== 0) return undefined
  return {
    from: { mac: frame.subarray(6, 12), address: address(packet, 12) },
    to: { mac: frame.subarray(0, 6), address: destination },
    protocol: packet.readUInt8(9),
    payload: packet.subarray(headerBytes, bytes),
  }
}

export function writeIpv4({ from, to, protocol, payload }: Ipv4Packet): Buffer {
  const header = Buffer.alloc(IPV4_BYTES)
  header.writeUInt8(0x45, 0)
  header.writeUInt16BE(IPV4_BYTES + payload.length, 2)
  header.writeUInt16BE(DONT_FRAGMENT, 6)
  header.writeUInt8(TTL, 8)
  header.writeUInt8(protocol, 9)
  header.set(octets(from.address), 12)
  header.set(octets(to.address), 16)
  header.writeUInt16BE(checksum(header), 10)
  return Buffer.concat([to.mac, from.mac, ethertype(ETHERTYPE.ipv4), header, payload])
}

/** The answer to "who has this address", RFC 826; undefined where the frame does not ask for one of `addresses`. */
export function answerArp(frame: Buffer, addresses: ReadonlySet<string>, mac: Buffer): Buffer | undefined {
  if (!isArp(frame) || frame.length < ETHERNET_BYTES + ARP_BYTES) return undefined
  const asked = frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + ARP_BYTES)
  if (asked.readUInt16BE(6) !== ARP_REQUEST || !addresses.has(address(asked, 24))) return undefined
  const reply = Buffer.from(asked)
  reply.writeUInt16BE(ARP_REPLY, 6)
  reply.set(mac, 8)
  reply.set(asked.subarray(24, 28), 14)
  reply.set(asked.subarray(8, 18), 18)
  return Buffer.concat([asked.subarray(8, 14), mac, ethertype(ETHERTYPE.arp), reply])
}

/** A datagram of UDP in a packet, RFC 768. */
export interface Datagram {
  readonly fromPort: number
  readonly toPort: number
  readonly data: Buffer
}

const UDP_BYTES = 8

export function readUdp({ protocol, payload }: Ipv4Packet): Datagram | undefined {
  if (protocol !== PROTOCOL.udp || payload.length < UDP_BYTES) return undefined
  const bytes = payload.readUInt16BE(4)
  if (bytes < UDP_BYTES || bytes > payload.length) return undefined
  return { fromPort: payload.readUInt16BE(0), toPort: payload.readUInt16BE(2), data: payload.subarray(UDP_BYTES, bytes) }
}

export function writeUdp(from: Ipv4Packet['from'], to: Ipv4Packet['to'], { fromPort, toPort, data }: Datagram): Buffer {
  const payload = Buffer.alloc(UDP_BYTES + data.length)
  payload.writeUInt16BE(fromPort, 0)
  payload.writeUInt16BE(toPort, 2)
  payload.writeUInt16BE(payload.length, 4)
  payload.set(data, UDP_BYTES)
  const sum = transportChecksum(from.address, to.address, PROTOCOL.udp, payload)
  // Zero says that there is none.
  payload.writeUInt16BE(sum === 0 ? 0xffff : sum, 6)
  return writeIpv4({ from, to, protocol: PROTOCOL.udp, payload })
}

/** The checksum of TCP and UDP, with the pseudo header of RFC 9293, 3.1. */
export function transportChecksum(from: string, to: string, protocol: number, payload: Buffer): number {
  const pseudo = Buffer.alloc(12)
  pseudo.set(octets(from), 0)
  pseudo.set(octets(to), 4)
  pseudo.writeUInt8(protocol, 9)
  pseudo.writeUInt16BE(payload.length, 10)
  return checksum(Buffer.concat([pseudo, payload]))
}

/** RFC 1071. */
export function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  if (bytes.length % 2 === 1) sum += bytes.readUInt8(bytes.length - 1) << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

function address(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.')
}

function octets(text: string): number[] {
  return text.split('.').map(Number)
}

function ethertype(type: number): Buffer {
  return Buffer.from([type >> 8, type & 0xff])
}
