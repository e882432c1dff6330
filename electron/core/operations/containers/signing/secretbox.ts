import { timingSafeEqual } from 'node:crypto'

const TAG_BYTES = 16
const BLOCK = 64
/** `expand 32-byte k` (Salsa20 specification, section 8). */
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const
/** The pairs that a double round mixes: columns, then rows (Salsa20 specification, sections 4 to 6). */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const

/**
 * Opens what NaCl's `crypto_secretbox_xsalsa20poly1305` sealed; null when the key is wrong or a bit was changed. cosign keeps its private keys that way, and
 * Node has no such cipher. Meant for what is as small as a key.
 */
export function openSecretbox(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Buffer | null {
  if (box.length < TAG_BYTES || nonce.length !== 24 || key.length !== 32) return null
  const [tag, sealed] = [box.subarray(0, TAG_BYTES), box.subarray(TAG_BYTES)]
  const stream = xsalsa20(key, nonce, 32 + sealed.length)
  if (!timingSafeEqual(poly1305(sealed, stream.subarray(0, 32)), tag)) return null
  return Buffer.from(sealed.map((byte, at) => byte ^ (stream[32 + at] ?? 0)))
}

/** The other way round; tests make keys with it. */
export function sealSecretbox(message: Uint8Array, nonce: Uint8Array, key: Uint8Array): Buffer {
  const stream = xsalsa20(key, nonce, 32 + message.length)
  const sealed = message.map((byte, at) => byte ^ (stream[32 + at] ?? 0))
  return Buffer.concat([poly1305(sealed, stream.subarray(0, 32)), sealed])
}

/** The key stream (D. J. Bernstein, "Extending the Salsa20 nonce"). */
function xsalsa20(key: Uint8Array, nonce: Uint8Array, length: number): Buffer {
  const inner = hsalsa20(words(key), words(nonce.subarray(0, 16)))
  const rest = words(nonce.subarray(16))
  const blocks = Array.from({ length: Math.ceil(length / BLOCK) }, (_, at) => {
    const start = state(inner, [...rest, at, 0])
    const mixed = rounds(start)
    return bytes(mixed.map((word, index) => (word + (start[index] ?? 0)) >>> 0))
  })
  return Buffer.concat(blocks).subarray(0, length)
}

function hsalsa20(key: readonly number[], input: readonly number[]): number[] {
  const mixed = rounds(state(key, input))
  return [0, 5, 10, 15, 6, 7, 8, 9].map((at) => mixed[at] ?? 0)
}

function state(key: readonly number[], input: readonly number[]): number[] {
  const [s0, s1, s2, s3] = SIGMA
  return [s0, ...key.slice(0, 4), s1, ...input, s2, ...key.slice(4), s3]
}

function rounds(start: readonly number[]): number[] {
  const x = Uint32Array.from(start)
  for (let round = 0; round < 10; round += 1) {
    for (const [a, b, c, d] of QUARTERS) {
      mix(x, b, a, d, 7)
      mix(x, c, b, a, 9)
      mix(x, d, c, b, 13)
      mix(x, a, d, c, 18)
    }
  }
  return [...x]
}

function mix(x: Uint32Array, to: number, one: number, other: number, by: number): void {
  const sum = ((x[one] ?? 0) + (x[other] ?? 0)) >>> 0
  x[to] = (x[to] ?? 0) ^ ((sum << by) | (sum >>> (32 - by)))
}

/** RFC 8439, section 2.5. */
function poly1305(message: Uint8Array, key: Uint8Array): Buffer {
  const prime = (1n << 130n) - 5n
  const r = little(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn
  let sum = 0n
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16)
    sum = ((sum + little(block) + (1n << BigInt(8 * block.length))) * r) % prime
  }
  const tag = (sum + little(key.subarray(16, 32))) & ((1n << 128n) - 1n)
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse()
}

function little(from: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(from).reverse().toString('hex') || '0'}`)
}

function words(from: Uint8Array): number[] {
  const view = Buffer.from(from)
  return Array.from({ length: view.length / 4 }, (_, at) => view.readUInt32LE(at * 4))
}

function bytes(from: readonly number[]): Buffer {
  const view = Buffer.alloc(from.length * 4)
  for (const [at, word] of from.entries()) view.writeUInt32LE(word >>> 0, at * 4)
  return view
}
