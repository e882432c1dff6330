import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openUploadSchema } from '#shared/clouds/cloud-calls'
import { fieldSchema } from '#shared/clouds/field'
import { uploadPlanSchema } from '#shared/clouds/upload-plan'
import { appErrorDataSchema } from '#shared/errors/app-error-data'
import { type Job, jobSchema } from '#shared/jobs/job'
import { startRegistry } from '../core/registry.js'
import { type CommandLine, openCommandLine, type Started } from '../cli/command-line.js'
import { type Gate, openGate } from './fixtures/gate.js'
import { startSwift, type Swift } from './fixtures/swift.js'
import { makeTestDisk, MIB, sha256, sha256Of, type TestDisk } from './test-disk.js'

const BUCKET = 'images'

let cli: CommandLine
let swift: Swift
let gate: Gate
let disk: TestDisk
let env: Record<string, string>
beforeAll(async () => {
  ;[cli, swift] = await Promise.all([openCommandLine(), startSwift()])
  await swift.makeContainer(BUCKET)
  gate = await openGate(Number(new URL(swift.url).port))
  disk = await makePartitioned(path.join(cli.folder, 'boot disk.raw'))
  const home = path.join(cli.folder, 'home')
  await fs.mkdir(home)
  env = { HOME: home, UPLOAD_SECRET: swift.secretKey }
})
afterAll(async () => {
  await gate.close()
  await swift.stop()
  await cli.close()
})

/** With a table of one partition, as disks are known by. */
async function makePartitioned(file: string): Promise<TestDisk> {
  const made = await makeTestDisk(file, { mib: 64 })
  const sector = Buffer.alloc(512)
  sector.set([0x80, 0, 0, 0, 0x83, 0, 0, 0], 446)
  sector.writeUInt32LE(2048, 454)
  sector.writeUInt32LE(made.bytes / 512 - 2048, 458)
  sector.writeUInt16LE(0xaa55, 510)
  const handle = await fs.open(file, 'r+')
  await handle.write(sector, 0, sector.length, 0)
  await handle.close()
  return { ...made, sha256: await sha256Of(file) }
}

const account = () => [
  'endpoint',
  `http://127.0.0.1:${gate.port}`,
  'accessKey',
  swift.accessKey,
  'secretKey',
  'env:UPLOAD_SECRET',
  'bucket',
  BUCKET,
]

/** Small parts, one after the other: there is a middle to break off in. */
const SLOW = ['partMib', '5', 'parallel', '1']

function upload(key: string, ...more: string[]): string[] {
  const pairs = [...account(), 'key', key, ...SLOW]
  const settings = pairs.flatMap((name, index) => (index % 2 === 0 ? ['--set', `${name}=${pairs[index + 1]}`] : []))
  return ['upload', 's3', disk.path, ...settings, ...more]
}

async function jobs(): Promise<Job[]> {
  const { out } = await cli.run(['--json', 'jobs', 'list'], { env })
  return z.array(jobSchema).parse(JSON.parse(out))
}

async function openUploads(): Promise<z.infer<typeof openUploadSchema>[]> {
  const { out } = await cli.run(['--json', 'upload', '--open'], { env })
  return z.array(openUploadSchema).parse(JSON.parse(out))
}

/** All that an upload could leave in the service: objects, and parts of those that were not ended. */
async function held(): Promise<string[]> {
  const containers = await swift.containers()
  const names = await Promise.all(
    containers.map(async (container) => (await swift.objects(container)).map((name) => `${container}/${name}`)),
  )
  return names.flat()
}

/** Starts an upload, which stands still when so many bytes were sent. */
async function startHeld(key: string, bytes: number): Promise<Started & { readonly id: string }> {
  const reached = gate.holdAfter(bytes)
  const started = cli.start(upload(key), { env })
  await Promise.race([reached, started.ended])
  const [job] = await jobs()
  expect(job).toMatchObject({ kind: 'upload-image', state: 'running' })
  return { ...started, id: job?.id ?? '' }
}

async function kill({ child, ended }: Started): Promise<void> {
  child.kill('SIGKILL')
  await ended
  gate.release()
}

/** Of everything that stands in Diskwright's own folders. */
async function stateText(): Promise<string> {
  const names = await fs.readdir(cli.dirs.state, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name))
  return (await Promise.all(files.map((file) => fs.readFile(file, 'latin1')))).join('\n')
}

test('a plan first, then the upload, headless; no secret stands anywhere', async () => {
  const plan = await cli.run(['--json', ...upload('planned.raw', '--dry-run')], { env })
  expect([plan.code, plan.err]).toEqual([0, ''])
  const { checks, steps, totalBytes, commands } = uploadPlanSchema.parse(JSON.parse(plan.out))
  expect(checks.filter(({ state }) => state === 'error')).toEqual([])
  expect([totalBytes, steps.length > 0, commands.length > 0]).toEqual([disk.bytes, true, true])
  expect(await swift.objects(BUCKET)).toEqual([])

  const { code, out, err } = await cli.run(['--json', ...upload('boot.raw', '--set', 'linkHours=1')], { env })
  expect(code).toBe(0)
  const job = jobSchema.parse(JSON.parse(out))
  expect(job).toMatchObject({ state: 'succeeded', phase: 'ready', output: { upload: { sentBytes: disk.bytes } } })
  expect(sha256((await swift.read(BUCKET, 'boot.raw')).bytes)).toBe(disk.sha256)
  expect(await openUploads()).toEqual([])
  const { link } = z.object({ link: z.string() }).parse(JSON.parse(out))
  expect(sha256(new Uint8Array(await (await fetch(link)).arrayBuffer())), 'behind the link').toBe(disk.sha256)
  expect(await stateText(), 'the link is said to who asked for it alone').not.toContain('X-Amz-Signature')
  for (const text of [out, err, plan.out, await stateText()]) expect(text).not.toContain(swift.secretKey)
})

test('killed in the middle it is offered, goes on where it was, and is over then', async () => {
  const before = await held()
  await kill(await startHeld('killed.raw', 17 * MIB))

  expect((await jobs())[0]).toMatchObject({ kind: 'upload-image', state: 'interrupted' })
  const [left] = await openUploads()
  expect(left).toMatchObject({ provider: 's3', remotes: [expect.objectContaining({ kind: expect.any(String) })] })
  const sentBefore = gate.sent()
  const resumed = await cli.run(['--json', 'upload', '--resume', left?.upload ?? ''], { env })
  expect([resumed.code, jobSchema.parse(JSON.parse(resumed.out)).state]).toEqual([0, 'succeeded'])
  expect(sha256((await swift.read(BUCKET, 'killed.raw')).bytes)).toBe(disk.sha256)
  // Three parts of 5 MiB had arrived, or two where the third one was not confirmed any more.
  expect(gate.sent() - sentBefore).toBeLessThan(disk.bytes - 9 * MIB)
  expect(await openUploads()).toEqual([])
  expect((await held()).filter((name) => !before.includes(name) && name.startsWith(`${BUCKET}/`))).toEqual([`${BUCKET}/killed.raw`])
})

test('killed, then cleaned up: nothing is left there', async () => {
  const before = await held()
  await kill(await startHeld('cleaned.raw', 12 * MIB))
  const [left] = await openUploads()
  expect((await cli.run(['upload', '--clean', left?.upload ?? ''], { env })).code).toBe(0)
  expect(await openUploads()).toEqual([])
  expect(await held()).toEqual(before)
})

test('a registry keeps whole pieces of a blob over a kill: only the rest is sent', async () => {
  const registry = await startRegistry()
  const blobs = await openGate(registry.port)
  try {
    const values = {
      registry: `127.0.0.1:${blobs.port}`,
      repository: 'vms/killed',
      plainHttp: 'yes',
      architecture: 'amd64',
      layout: 'artifact',
    }
    const settings = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const reached = blobs.holdBefore('PATCH ', 4)
    const { child, ended } = cli.start(['upload', 'registry', disk.path, ...settings], { env })
    await Promise.race([reached, ended])
    child.kill('SIGKILL')
    await ended
    // Had a part of a piece still arrived, this registry would forget all of the upload (distribution 2.8).
    blobs.cut()
    const [left] = await openUploads()
    const before = blobs.sent()
    const resumed = await cli.run(['--json', 'upload', '--resume', left?.upload ?? ''], { env })
    expect([resumed.code, jobSchema.parse(JSON.parse(resumed.out)).state]).toEqual([0, 'succeeded'])
    // Three pieces of 16 MiB were there.
    expect(blobs.sent() - before).toBeLessThan(disk.bytes - 47 * MIB)
    const stored = await fs.readFile(registry.blobFile(`sha256:${disk.sha256}`))
    expect(sha256(stored)).toBe(disk.sha256)
  } finally {
    await blobs.close()
    await registry.stop()
  }
})

test('Ctrl-C cancels it, which deletes what was sent; exit code 3', async () => {
  const before = await held()
  const { child, ended } = await startHeld('cancelled.raw', 12 * MIB)
  child.kill('SIGINT')
  gate.release()
  expect((await ended).code).toBe(3)
  expect(await openUploads()).toEqual([])
  expect(await held()).toEqual(before)
})

test('paused by another process it stands still, and goes on', async () => {
  const { ended, id } = await startHeld('paused.raw', 12 * MIB)
  expect((await cli.run(['jobs', 'pause', id], { env })).code).toBe(0)
  expect(await jobs()).toContainEqual(expect.objectContaining({ id, state: 'running', paused: true }))
  gate.release()
  expect(await cli.run(['jobs', 'resume', id], { env })).toMatchObject({ code: 0, err: '' })
  expect((await ended).code).toBe(0)
  expect(sha256((await swift.read(BUCKET, 'paused.raw')).bytes)).toBe(disk.sha256)
})

test('a source that was changed in between is not mixed with what was sent', async () => {
  await kill(await startHeld('changed.raw', 12 * MIB))
  const [left] = await openUploads()
  const changed = await fs.open(disk.path, 'r+')
  await changed.write(Buffer.from('another'), 0, 7, 30 * MIB)
  await changed.close()
  const resumed = await cli.run(['--json', 'upload', '--resume', left?.upload ?? ''], { env })
  expect(resumed.code).not.toBe(0)
  expect(resumed.err + resumed.out).toContain('changed')
  disk = await makePartitioned(disk.path)
  await cli.run(['upload', '--clean', left?.upload ?? ''], { env })
  expect((await swift.objects(BUCKET)).includes('changed.raw')).toBe(false)
})

test('the forms tell of themselves; secrets in a command line and wrong fields are refused', async () => {
  const providers = await cli.run(['--json', 'upload', '--list'], { env })
  expect(
    z
      .array(z.object({ id: z.string(), title: z.string() }))
      .parse(JSON.parse(providers.out))
      .map(({ id }) => id),
  ).toContain('s3')
  const fields = await cli.run(['--json', 'upload', '--fields', 's3', disk.path], { env })
  expect(
    z
      .array(fieldSchema)
      .parse(JSON.parse(fields.out))
      .map(({ id }) => id),
  ).toContain('bucket')
  const refused = await cli.run(['upload', 's3', disk.path, '--set', 'accessKey=a', '--set', 'secretKey=in-the-clear'], { env })
  expect([refused.code, refused.err.includes('--set secretKey=env:NAME'), refused.err.includes('in-the-clear')]).toEqual([2, true, false])
  // What the checks find is no mistake of the command line: both ways end alike.
  const incomplete = ['--json', 'upload', 's3', disk.path, '--set', 'bucket=in valid']
  const [dry, sent] = [await cli.run([...incomplete, '--dry-run'], { env }), await cli.run(incomplete, { env })]
  expect([dry.code, sent.code, z.object({ error: appErrorDataSchema }).parse(JSON.parse(sent.out)).error.code]).toEqual([
    1,
    1,
    'upload-refused',
  ])
  const wrong = await cli.run(['--json', 'upload', 's3', disk.path, '--set', 'bukket=a'], { env })
  expect([wrong.code, z.object({ error: appErrorDataSchema }).parse(JSON.parse(wrong.out)).error.code]).toEqual([2, 'bad-input'])
})
