import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TcpConnection } from './tcp-connection.js'
import { FLAG, type TcpSegment } from './tcp-segment.js'

const NOTHING = Buffer.alloc(0)
const OURS = 1000
const GUESTS = 77

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

/** A connection that a guest has opened. */
function opened() {
  const told: Pick<TcpSegment, 'sequence' | 'acknowledged' | 'flags' | 'data'>[] = []
  const syn = { fromPort: 1, toPort: 80, sequence: GUESTS, acknowledged: 0, flags: FLAG.syn, window: 8000, mss: 1460, data: NOTHING }
  const connection = new TcpConnection(syn, (segment) => told.push(segment), OURS)
  const hear = (part: Partial<TcpSegment>) =>
    connection.receive({ ...syn, mss: undefined, sequence: GUESTS + 1, acknowledged: OURS + 1, flags: FLAG.ack, ...part })
  hear({})
  return { connection, told, hear }
}

test('a guest that has ended its side gets all of its answer', async () => {
  const { connection, told, hear } = opened()
  connection.resume()
  hear({ flags: FLAG.ack | FLAG.fin, data: Buffer.from('all?') })
  await new Promise((resolve) => connection.once('end', resolve))
  const closed = new Promise((resolve) => connection.once('close', resolve))
  connection.end(Buffer.alloc(10_000, 'x'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(told.at(-1)?.flags).toBe(FLAG.ack | FLAG.psh)
  hear({ sequence: GUESTS + 6, acknowledged: OURS + 8001 })
  expect(told.at(-1)).toMatchObject({ flags: FLAG.ack | FLAG.fin, sequence: OURS + 10_001 })
  hear({ sequence: GUESTS + 6, acknowledged: OURS + 10_002 })
  await closed
  expect(told.some(({ flags }) => flags & FLAG.rst)).toBe(false)
})

test('what was sent again is acknowledged from before, the end with it', async () => {
  const { connection, told, hear } = opened()
  connection.end(Buffer.alloc(6000, 'x'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(told.at(-1)).toMatchObject({ flags: FLAG.ack | FLAG.fin, sequence: OURS + 6001 })
  // It has room for less than it had.
  hear({ acknowledged: OURS + 1461, window: 100 })
  vi.advanceTimersByTime(1001)
  expect(told.at(-1)).toMatchObject({ sequence: OURS + 1461, data: Buffer.alloc(100, 'x') })
  const finished = new Promise((resolve) => connection.once('finish', resolve))
  hear({ acknowledged: OURS + 6002, window: 100 })
  await finished
  connection.destroy()
})

test('a guest that begins anew on an open connection is told of it, and can end it', async () => {
  const { connection, told, hear } = opened()
  const closed = new Promise((resolve) => connection.once('close', resolve))
  const before = told.length
  hear({ flags: FLAG.syn, sequence: 123_456, acknowledged: 0 })
  expect(told.slice(before)).toMatchObject([{ flags: FLAG.ack, acknowledged: GUESTS + 1 }])
  hear({ flags: FLAG.rst, sequence: GUESTS + 1, acknowledged: 0 })
  await closed
})

test('of a guest that says no more the connection goes away, whether it has asked or was answered', async () => {
  for (const isAnswered of [false, true]) {
    const { connection, hear } = opened()
    const closed = new Promise((resolve) => connection.once('close', resolve))
    if (isAnswered) {
      connection.end()
      await new Promise((resolve) => setImmediate(resolve))
      hear({ acknowledged: OURS + 2 })
    }
    vi.advanceTimersByTime(299_000)
    expect(connection.destroyed).toBe(false)
    vi.advanceTimersByTime(2000)
    await closed
  }
})
