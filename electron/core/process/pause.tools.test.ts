import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveDirs } from '../files/dirs.js'
import { silentLogger } from '../log/logger.js'
import { createHost } from './create-host.js'
import type { Access, Host } from './host.js'
import { createPauseSwitch } from './pause-switch.js'
import { processStat } from './process-tree.js'

let host: Host
let folder: string
let source: string

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-pause-'))
  source = path.join(folder, 'source.raw')
  fs.writeFileSync(source, Buffer.alloc(8 * 1024 * 1024, 'content '))
  host = await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** States of the qemu-img processes that work on this file, as in `/proc/PID/stat`; without the sandbox around them. */
function statesOf(file: string): string[] {
  return fs.readdirSync('/proc').flatMap((pid) => {
    try {
      const command = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
      const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return command === 'qemu-img' && line.includes(file) ? [processStat(Number(pid))?.state ?? 'gone'] : []
    } catch {
      return []
    }
  })
}

/** A conversion that its own limit of bytes per second keeps at work for two seconds. */
function slowly(bound: Host, target: string, access: Access | undefined, timeoutMs?: number) {
  return bound.run('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', '-W', '-r', '4M', source, target], {
    ...(access ? { access } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
}

test.each([
  ['sandboxed', true],
  ['plain', false],
])('a tool stands still while its job is paused, its time-out too, and ends with the same result, %s', async (name, sandboxed) => {
  const target = path.join(folder, `${name}.raw`)
  fs.writeFileSync(target, '')
  const gate = createPauseSwitch(() => performance.now() / 1000)
  const run = slowly(host.bind({ gate }), target, sandboxed ? { read: [source], write: [target] } : undefined, 60_000)
  // Closed at once: the sandbox may still be in the making.
  gate.set(true)
  await expect.poll(() => statesOf(target), { timeout: 20_000 }).toEqual(['T'])
  gate.set(false)
  await run
  expect(statesOf(target)).toEqual([])
  expect(fs.readFileSync(target).equals(fs.readFileSync(source))).toBe(true)
})

test('cancelling ends a tool that stands still', async () => {
  const target = path.join(folder, 'cancelled.raw')
  fs.writeFileSync(target, '')
  for (const access of [{ read: [source], write: [target] }, undefined]) {
    const gate = createPauseSwitch(() => performance.now() / 1000)
    const abort = new AbortController()
    const run = slowly(host.bind({ gate, signal: abort.signal }), target, access)
    gate.set(true)
    await expect.poll(() => statesOf(target), { timeout: 20_000 }).toEqual(['T'])
    abort.abort()
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    await expect.poll(() => statesOf(target), { timeout: 20_000 }).toEqual([])
  }
})

test('while it is paused no tool begins, but for those that others wait for', async () => {
  const gate = createPauseSwitch(() => performance.now() / 1000)
  gate.set(true)
  const bound = host.bind({ gate })
  let began = false
  const waiting = bound.run('qemu-img', ['--version']).then(() => (began = true))
  expect((await bound.run('sh', ['-c', 'echo goes on'])).stdout.toString()).toBe('goes on\n')
  expect(began).toBe(false)
  gate.set(false)
  await waiting
})
