import { type Ipv4Packet, PROTOCOL, transportChecksum, writeIpv4 } from './packets.js'

export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

/** A segment of TCP, RFC 9293, 3.1. */
export interface TcpSegment {
  readonly fromPort: number
  readonly toPort: number
  readonly sequence: number
  readonly acknowledged: number
  readonly flags: number
  readonly window: number
  /** The most bytes of a segment that the sender takes, where it says so. */
  readonly mss?: number | undefined
  readonly data: Buffer
}

const HEADER_BYTES = 20
const OPTION = { end: 0, none: 1, mss: 2 } as const

export function readTcp({ protocol, payload }: Ipv4Packet): TcpSegment | undefined {
  if (protocol !== PROTOCOL.tcp || payload.length < HEADER_BYTES) return undefined
  const offset = (payload.readUInt8(12) >> 4) * 4
  if (offset < HEADER_BYTES || offset > payload.length) return undefined
  return {
    fromPort: payload.readUInt16BE(0),
    toPort: payload.readUInt16BE(2),
    sequence: payload.readUInt32BE(4),
    acknowledged: payload.readUInt32BE(8),
    flags: payload.readUInt8(13),
    window: payload.readUInt16BE(14),
    mss: readMss(payload.subarray(HEADER_BYTES, offset)),
    data: payload.subarray(offset),
  }
}

function readMss(options: Buffer): number | undefined {
  let at = 0
  while (at < options.length) {
    const kind = options.readUInt8(at)
    if (kind === OPTION.end) return undefined
    if (kind === OPTION.none) {
      at += 1
      continue
    }
    const length = at + 1 < options.length ? options.readUInt8(at + 1) : 0
    if (length < 2 || at + length > options.length) return undefined
    if (kind === OPTION.mss && length === 4) return options.readUInt16BE(at + 2)
    at += length
  }
  return undefined
}

export function writeTcp(from: Ipv4Packet['from'], to: Ipv4Packet['to'], segment: TcpSegment): Buffer {
  const optionBytes = segment.mss === undefined ? 0 : 4
  const payload = Buffer.alloc(HEADER_BYTES + optionBytes + segment.data.length)
  payload.writeUInt16BE(segment.fromPort, 0)
  payload.writeUInt16BE(segment.toPort, 2)
  payload.writeUInt32BE(segment.sequence, 4)
  payload.writeUInt32BE(segment.acknowledged, 8)
  payload.writeUInt8(((HEADER_BYTES + optionBytes) / 4) << 4, 12)
  payload.writeUInt8(segment.flags, 13)
  payload.writeUInt16BE(segment.window, 14)
  if (segment.mss !== undefined) payload.writeUInt32BE((OPTION.mss << 24) | (4 << 16) | segment.mss, HEADER_BYTES)
  payload.set(segment.data, HEADER_BYTES + optionBytes)
  payload.writeUInt16BE(transportChecksum(from.address, to.address, PROTOCOL.tcp, payload), 16)
  return writeIpv4({ from, to, protocol: PROTOCOL.tcp, payload })
}
