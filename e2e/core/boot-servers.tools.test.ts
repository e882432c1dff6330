import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { testImage } from '../images/cache.js'
import { bootTests, PATIENCE } from './boot-tests.js'
import { openBench, type TestBench } from './workbench.js'

const run = promisify(execFile)
/** Keys that the user of this machine trusts; no test may touch them. */
const KNOWN_HOSTS = path.join(os.userInfo().homedir, '.ssh/known_hosts')

let folder: string
let bench: TestBench
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-keys-'))
  bench = await openBench({ ...process.env, SSH_AUTH_SOCK: path.join(folder, 'agent') })
})
afterAll(async () => {
  await bench.close()
  await fs.rm(folder, { recursive: true, force: true })
})
const { start, report, said, passed, type, nothingLeft } = bootTests(() => bench)

test(
  'Ignition takes the config that the test hands over; a terminal waits for the SSH server, and signs in as the config says',
  async () => {
    const known = await fs.readFile(KNOWN_HOSTS).catch(() => null)
    const password = randomBytes(12).toString('hex')
    const config = ignitionConfig({ password: await hashed(password), key: await newKey('key') })
    const digest = createHash('sha512').update(config).digest('hex')
    const job = start({
      source: await testImage('served'),
      machine: { network: 'user' },
      seed: { ignition: { text: config } },
      expect: { ready: ['ignition'], patterns: [`parsing config with SHA512: ${digest}$`] },
      stayOn: true,
    })
    await said(job, /sample login: $/)
    const first = await openTerminal(job)
    await first.shows(/^The guest's SSH server does not answer yet\. .*\r$/m)
    type(job, '!network && echo up')
    await said(job, /^up\r?$/m)
    type(job, '!ignite')
    await said(job, /files: files passed/)
    type(job, '!serve-ssh')

    await first.shows(/^root@127\.0\.0\.1's password: $/m)
    first.type(password)
    await first.shows(/# /)
    first.type('stty size; echo "name=$(hostname)"')
    await first.shows(/^30 90\r\nname=diskwright-sample\r$/m)
    first.type('exit')
    expect(await first.all()).not.toContain(password)

    const agent = await startAgent(path.join(folder, 'key'))
    try {
      const second = await openTerminal(job)
      await second.shows(/# /)
      second.type('echo "user=$(id -un)"; exit')
      expect(await second.all()).toMatch(/^user=root\r$/m)
    } finally {
      await agent.stop()
    }

    const waiting = await openTerminal(job, 'nobody')
    await waiting.shows(/password: /m)
    await passed(job)
    expect(bench.core.bootTests.release(job.id)).toBe(true)
    const found = await report(job)
    expect(found).toMatchObject({ verdict: 'pass', missing: [] })
    expect(found.evidence.map(({ rule }) => rule)).not.toContain('ignition-no-config')
    expect(await waiting.all()).toContain('the machine has ended')
    expect(await fs.readFile(KNOWN_HOSTS).catch(() => null)).toEqual(known)
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'a config that Ignition refuses fails the test with its words',
  async () => {
    const config = JSON.stringify({ ignition: { version: '3.3.0' }, storage: { files: [{ path: 'not/absolute' }] } })
    const job = start({ source: await testImage('served'), seed: { ignition: { text: config } }, expect: { ready: ['ignition'] } })
    await said(job, /sample login: $/)
    type(job, '!ignite')
    const found = await report(job)
    expect(found).toMatchObject({ verdict: 'fail', reason: 'Ignition failed.' })
    expect(found.evidence.at(-1)).toMatchObject({ rule: 'ignition-failed', line: expect.stringContaining('config is not valid') })
    expect(await fs.readFile(found.serial.path, 'utf8')).toContain('$.storage.files.0.path, line 1 col')
    await nothingLeft()
  },
  PATIENCE,
)

function ignitionConfig({ password, key }: { readonly password: string; readonly key: string }): string {
  const file = (name: string, mode: number, text: string) => ({
    path: name,
    mode,
    overwrite: true,
    contents: { source: `data:,${encodeURIComponent(text)}` },
  })
  const files = [file('/etc/passwd', 0o644, `root:${password}:0:0:root:/root:/bin/sh\n`), file('/root/.ssh/authorized_keys', 0o600, key)]
  return JSON.stringify({ ignition: { version: '3.3.0' }, storage: { files } })
}

/** As crypt(5) has it. */
async function hashed(password: string): Promise<string> {
  const made = run('openssl', ['passwd', '-6', '-stdin'])
  made.child.stdin?.end(password)
  return (await made).stdout.trim()
}

/** The public half of a new key. */
async function newKey(name: string): Promise<string> {
  const file = path.join(folder, name)
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file])
  return fs.readFile(`${file}.pub`, 'utf8')
}

async function startAgent(key: string) {
  const env = { ...process.env, SSH_AUTH_SOCK: path.join(folder, 'agent') }
  const agent = spawn('ssh-agent', ['-D', '-a', env.SSH_AUTH_SOCK], { stdio: ['ignore', 'pipe', 'inherit'] })
  // It tells where it listens when it does
  await once(agent.stdout, 'data')
  await run('ssh-add', ['-q', key], { env })
  return {
    stop: async () => {
      const ended = once(agent, 'exit')
      agent.kill()
      await ended
    },
  }
}

async function openTerminal(job: Job, user = 'root') {
  const terminal = await bench.core.bootTests.openSsh(job.id, { user, cols: 90, rows: 30 })
  return reading(terminal)
}

/** What a terminal shows. */
function reading(terminal: Duplex) {
  let text = ''
  terminal.on('data', (bytes: Buffer) => {
    text += bytes.toString('utf8')
  })
  const ended = once(terminal, 'end')
  return {
    type: (line: string): void => {
      terminal.write(`${line}\n`)
    },
    shows: async (pattern: RegExp): Promise<void> => {
      await expect.poll(() => text, { timeout: PATIENCE }).toMatch(pattern)
    },
    /** When it has ended. */
    all: async (): Promise<string> => {
      await ended
      return text
    },
  }
}
