import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveDirs } from '../../files/dirs'
import { silentLogger } from '../../log/logger'
import { createHost } from '../../process/create-host'
import type { Host } from '../../process/host'
import type { EngineRequest } from '../engine'
import { createNbdEngine } from './nbd'
import { createPolkitRunner } from './nbd-runner'

/**
 * The unprivileged half, with a pkexec that answers what the real one answers: its exit codes, and the helper's records. What root does is
 * tested where there is a kernel with nbd.
 */
let folder: string
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-nbd-'))
})
afterEach(() => fs.rm(folder, { recursive: true, force: true }))

async function hostWith(pkexec: string, signal?: AbortSignal): Promise<Host> {
  const tools = path.join(folder, 'tools')
  await fs.mkdir(tools, { recursive: true })
  await fs.writeFile(path.join(tools, 'pkexec'), `#!/bin/sh\n${pkexec}\n`, { mode: 0o755 })
  const env = {
    ...process.env,
    DISPLAY: ':9',
    DISKWRIGHT_TOOL_PATH: `${tools}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`,
  }
  const host = await createHost({ dirs: resolveDirs(env), env, log: silentLogger })
  return signal ? host.bind({ signal }) : host
}

async function request(host: Host): Promise<EngineRequest> {
  const disk = path.join(folder, 'disk.qcow2')
  await host.run('qemu-img', ['create', '-q', '-f', 'qcow2', disk, '16M'])
  const content = Buffer.from('x')
  return {
    disk: { node: { driver: 'qcow2', path: disk, backing: null }, readFiles: [] },
    operations: [{ kind: 'rewrite-file', partition: 1, filesystem: 'ext4', path: '/x', expectedSha256: null, content, mtime: 'now' }],
    workDir: folder,
  }
}

const engine = createNbdEngine({ runner: createPolkitRunner({ root: false }) })

test('pkexec gets the verb and the folder; the disk is served there while it runs, and gone afterwards', async () => {
  const host = await hostWith(`
[ "$2" = apply ] && [ -S "$3/socket" ] && [ -f "$3/ops/fields" ] || exit 9
qemu-img info "nbd+unix:///disk?socket=$3/socket" >&2 || exit 8
printf 'attached /dev/nbd0\\nmounted 1 clean\\n1 ok\\nunmounted 1\\nend\\nreleased\\n'`)
  const asked = await request(host)
  expect(await engine.run(host, asked)).toMatchObject({ engine: 'nbd', outcomes: [{ ok: true }], notes: [] })
  expect((await fs.readdir(folder)).filter((name) => name.startsWith('nbd-'))).toEqual([])
  // The lock of the server is gone with it.
  await host.run('qemu-img', ['check', '-q', '-f', 'qcow2', asked.disk.node.path])
})

test.each([
  ['exit 126', 'the password dialog was closed'],
  ['exit 127', 'no polkit agent'],
  ["echo 'refused no nbd device is free'; exit 2", 'no nbd device is free'],
  ["printf 'attached /dev/nbd0\\n1 ok\\nend\\nstuck /dev/nbd0\\n'", '/dev/nbd0 could not be detached'],
  ["printf 'attached /dev/nbd0\\n1 ok\\nend\\nreleased\\n'; exit 1", 'the helper ended with 1'],
])('pkexec that does %j is a failure with its reason', async (pkexec, reason) => {
  const host = await hostWith(pkexec)
  await expect(engine.run(host, await request(host))).rejects.toMatchObject({
    code: 'engine-failed',
    data: { details: { engine: 'nbd', reason: expect.stringContaining(reason) } },
  })
})

test('cancelling ends the input of what runs as root and waits for it', async () => {
  const controller = new AbortController()
  const done = path.join(folder, 'done')
  const host = await hostWith(`: >'${folder}/started'; cat >/dev/null; sleep 0.3; [ -S "$3/socket" ] && : >'${done}'`)
  const asked = await request(host)
  const cancel = async (): Promise<void> => {
    while (!(await fs.stat(path.join(folder, 'started')).catch(() => null))) await sleep(20)
    controller.abort()
  }
  const [run] = await Promise.allSettled([engine.run(host.bind({ signal: controller.signal }), asked), cancel()])
  expect(run).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
  expect((await fs.stat(done)).isFile(), 'the disk was still served when the helper put its things away').toBe(true)
})

test('a disk that cannot be opened is told before anyone is asked for a password', async () => {
  const host = await hostWith(`: >'${folder}/asked'`)
  const asked = await request(host)
  await fs.writeFile(asked.disk.node.path, 'not a qcow2')
  await expect(engine.run(host, asked)).rejects.toMatchObject({
    code: 'engine-failed',
    data: { details: { reason: expect.stringContaining('could not be opened') } },
  })
  expect(await fs.stat(path.join(folder, 'asked')).catch(() => null)).toBeNull()
})
