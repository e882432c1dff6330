import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { CommandRecord } from '#shared/jobs/job'
import { silentLogger } from '../log/logger.js'
import { createHost } from './create-host.js'
import type { Host } from './host.js'

let host: Host
let folder: string

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright run-tool '))
  const dirs = { config: folder, state: folder, cache: folder, runtime: folder }
  host = await createHost({ dirs, env: process.env, log: silentLogger })
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

async function failure(work: Promise<unknown>): Promise<AppError> {
  try {
    await work
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('it did not fail')
}

/** Live processes whose command line holds `marker`; a zombie has none. */
function processesWith(marker: string): string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker)
      } catch {
        return false
      }
    })
}

test('the sandbox works on this machine', () => {
  expect(host.sandbox).toEqual({ usable: true, reason: 'bwrap with user namespaces works' })
})

test('acceptable exit codes are answers, others are failures with the tool output kept', async () => {
  const answer = await host.run('sh', ['-c', 'echo out; echo err >&2; exit 3'], { okExitCodes: [0, 3] })
  expect([answer.exitCode, answer.stdout.toString(), answer.stderr]).toEqual([3, 'out\n', 'err'])
  const error = await failure(host.run('sh', ['-c', 'echo why >&2; exit 4']))
  expect(error.data).toMatchObject({
    code: 'tool-failed',
    toolOutput: 'why',
    command: "sh -c 'echo why >&2; exit 4'",
    details: { exitCode: 4 },
  })
})

test('records end at \\r as well as at \\n', async () => {
  const seen: string[] = []
  await host.run('sh', ['-c', "printf '    (1.00/100%%)\\r    (2.00/100%%)\\rlast\\n'"], { onRecord: (record) => seen.push(record) })
  expect(seen).toEqual(['(1.00/100%)', '(2.00/100%)', 'last'])
})

test.each([
  ['plain', undefined],
  ['sandboxed', {}],
])('abort ends the whole process tree, %s', async (name, access) => {
  const marker = `31${Math.floor(Math.random() * 1e6)}.5`
  const abort = new AbortController()
  const run = failure(
    host.run('sh', ['-c', `sleep ${marker} & sleep ${marker}; true`], { signal: abort.signal, ...(access ? { access } : {}) }),
  )
  await expect.poll(() => processesWith(marker).length).toBeGreaterThan(1)
  abort.abort()
  expect((await run).code, name).toBe('cancelled')
  await expect.poll(() => processesWith(marker)).toEqual([])
})

test('a tool that takes too long, says too much or is killed fails in its own way', async () => {
  expect((await failure(host.run('sh', ['-c', 'sleep 60'], { timeoutMs: 200 }))).code).toBe('tool-timeout')
  const loud = await failure(host.run('sh', ['-c', 'while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done'], { maxOutputBytes: 100_000 }))
  expect(loud.data).toMatchObject({ code: 'tool-failed', details: { problem: 'more than 100000 bytes of output' } })
  expect((await failure(host.run('sh', ['-c', 'kill -SEGV $$']))).data.details.problem).toMatch(/SIGSEGV/)
})

test('in the sandbox: no network, no host files but the ones that are named, LC_ALL=C', async () => {
  const allowed = path.join(folder, "it's mine;$(x)")
  const hidden = path.join(folder, 'hidden')
  fs.writeFileSync(allowed, 'visible')
  fs.writeFileSync(hidden, 'secret')
  const script =
    'cat "$1"; cat "$2" 2>/dev/null || printf " gone "; cat /proc/net/dev | grep -c -v -e Inter -e face -e lo:; printf %s "$LC_ALL$HOME"'
  const result = await host.run('sh', ['-c', script, 'sh', allowed, hidden], { access: { read: [allowed] } })
  expect(result.stdout.toString()).toBe('visible gone 0\nC/tmp')
  expect((await failure(host.run('sh', ['-c', 'echo x > "$1"', 'sh', allowed], { access: { read: [allowed] } }))).code).toBe('tool-failed')
})

test('commands are reported as people would type them', async () => {
  const seen: [string, CommandRecord][] = []
  const bound = host.bind({ onCommand: (record, phase) => seen.push([phase, record]) })
  await bound.run('sh', ['-c', 'exit 0', "a 'b"], { access: {} })
  expect(seen.map(([phase, record]) => [phase, record.line, record.exitCode])).toEqual([
    ['started', "sh -c 'exit 0' 'a '\\''b'", null],
    ['ended', "sh -c 'exit 0' 'a '\\''b'", 0],
  ])
  expect(seen[0]?.[1].full).toContain('bwrap')
})

test('a missing tool says which one and what to install', async () => {
  const bare = await createHost({ dirs: host.dirs, env: { DISKWRIGHT_TOOL_PATH: folder }, log: silentLogger })
  expect(bare.sandbox.usable).toBe(false)
  const error = await failure(bare.run('qemu-img', ['--version']))
  expect(error.data).toMatchObject({ code: 'tool-missing', details: { tool: 'qemu-img', package: 'qemu-utils' } })
})

test('a started tool can be entered by others and takes them with it when it stops', async () => {
  const marker = `32${Math.floor(Math.random() * 1e6)}.5`
  const server = await host.start('sh', ['-c', `echo inside > /tmp/note; echo ready; sleep ${marker}`], { access: {} })
  await new Promise((resolve) => server.stdout.once('data', resolve))
  const guest = await host.run('sh', ['-c', 'cat /tmp/note; grep CapEff /proc/self/status'], { within: server })
  expect(guest.stdout.toString()).toMatch(/^inside\nCapEff:\s+0000000000000000\n$/)
  const slow = failure(host.run('sh', ['-c', `sleep ${marker}`], { within: server }))
  await expect.poll(() => processesWith(marker).length).toBeGreaterThan(1)
  await server.stop(500)
  expect((await slow).code).toBe('tool-failed')
  await expect.poll(() => processesWith(marker)).toEqual([])
})

test('what a tool that stays up says at once waits for who listens later', async () => {
  const talker = await host.start('sh', ['-c', 'echo greeting; sleep 30'])
  await new Promise((resolve) => setTimeout(resolve, 200))
  const heard = new Promise((resolve) => talker.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8'))))
  expect(await heard).toBe('greeting\n')
  await talker.stop()
})

test('a tool that a signal ended says which, in the sandbox too', async () => {
  for (const options of [{}, { access: {} }]) {
    const error = await failure(host.run('sh', ['-c', 'kill -KILL $$'], options))
    expect(error.data.details.problem).toBe('ended by SIGKILL')
  }
})

test('progress without end is passed on and not kept', async () => {
  let records = 0
  const result = await host.run('sh', ['-c', 'yes "(12.34/100%)" | head -n 600000; echo end'], {
    access: {},
    tailOnly: true,
    onRecord: () => void (records += 1),
  })
  expect([result.exitCode, records]).toEqual([0, 600_001])
})
