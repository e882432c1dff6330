import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { StreamTable } from './stream-table.js'

const text = ({ bytes }: { bytes: Uint8Array }): string => Buffer.from(bytes).toString()

test('what comes is waited for, told once, and then its end', async () => {
  const table = new StreamTable()
  const stream = new PassThrough()
  const id = table.add(stream)
  const first = table.read(id)
  stream.write('one')
  expect(text(await first)).toBe('one')
  await table.write(id, Buffer.from('two'))
  expect(text(await table.read(id))).toBe('two')
  stream.end()
  let last = await table.read(id)
  while (!last.ended) last = await table.read(id)
  expect(last.bytes).toHaveLength(0)
  await expect(table.read(id)).rejects.toMatchObject({ code: 'bad-input' })
})

test('a stream that is closed ends for who waits; of too many the oldest goes', async () => {
  const table = new StreamTable()
  const first = table.add(new PassThrough())
  const waiting = table.read(first)
  for (let count = 0; count < 8; count += 1) table.add(new PassThrough())
  expect(await waiting).toEqual({ bytes: new Uint8Array(), ended: true })
  await expect(table.write(first, new Uint8Array([1]))).rejects.toMatchObject({ code: 'bad-input' })
})
