import { expect, test } from 'vitest'
import { ByteTail } from './byte-tail.js'

const KIB = 1024

test.each([1, 7, 1000, 64 * KIB, 300 * KIB])('the end is kept byte for byte, in pieces of %d', (size) => {
  const all = Buffer.alloc(500 * KIB)
  for (let at = 0; at < all.length; at += 1) all[at] = (at * 31 + (at >> 8)) & 0xff
  const tail = new ByteTail(256 * KIB)
  for (let at = 0; at < all.length; at += size) {
    tail.push(all.subarray(at, at + size))
    const come = Math.min(at + size, all.length)
    if (tail.length + tail.dropped !== come || tail.length < Math.min(come, 256 * KIB) || tail.length > 320 * KIB)
      throw new Error(`at ${come}: ${tail.length} held, ${tail.dropped} dropped`)
  }
  expect(tail.bytes().equals(all.subarray(tail.dropped))).toBe(true)
})

test('nothing is nothing', () => {
  expect(new ByteTail(10).bytes()).toHaveLength(0)
})
