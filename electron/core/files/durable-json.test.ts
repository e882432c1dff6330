import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { keepBadCopy, readJson, writeJsonDurably } from './durable-json.js'
import { bundleForNode } from './testing/bundle-for-node.js'
import { killChild, nextMessage, runChild } from './testing/run-child.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-json-'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})
const at = (...names: string[]) => path.join(folder, ...names)

test('JSON is written whole, with nothing left beside it, and readable by the user only', () => {
  const file = at('state', 'x.json')
  writeJsonDurably(file, { a: 1 })
  writeJsonDurably(file, { a: 2 })
  expect(readJson(file)).toEqual({ state: 'ok', value: { a: 2 } })
  expect(fs.readdirSync(at('state'))).toEqual(['x.json'])
  expect(fs.statSync(file).mode & 0o777).toBe(0o600)
})

test('damaged JSON is kept as a copy; a missing file is just missing', () => {
  fs.writeFileSync(at('x.json'), '{"a":')
  expect(readJson(at('x.json'))).toMatchObject({ state: 'damaged', keptAs: at('x.json.bad') })
  expect(fs.readFileSync(at('x.json.bad'), 'utf8')).toBe('{"a":')
  expect(readJson(at('none.json'))).toEqual({ state: 'missing' })
  expect(keepBadCopy(at('none.json'))).toBeNull()
})

test('a writer killed at any moment leaves the old or the new JSON', async () => {
  const file = at('x.json')
  const module = await bundleForNode(new URL('./durable-json.ts', import.meta.url), at('bundle'))
  for (const delay of [0, 3, 7, 11, 20]) {
    const child = runChild(
      module,
      `const big = 'y'.repeat(200000)
       for (let n = 0; ; n++) { m.writeJsonDurably(${JSON.stringify(file)}, { n, big }); if (n === 0) { process.send('writing'); await new Promise(setImmediate) } }`,
    )
    await nextMessage(child)
    await sleep(delay)
    await killChild(child)
    expect(readJson(file)).toMatchObject({ state: 'ok', value: { n: expect.any(Number), big: 'y'.repeat(200_000) } })
  }
})
