import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { s3Provider } from '#core/clouds/s3/s3-provider'
import type { FieldValues } from '#shared/clouds/field'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.js'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startSwift, type Swift } from './fixtures/swift.js'
import { cleanUp, cloudContext, fullValues, runUpload, type UploadScene } from './run-upload.js'
import { factsOf, makeTestDisk, MIB, sha256, type TestDisk } from './test-disk.js'

const run = promisify(execFile)
const NOT_IMPLEMENTED =
  '<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is not there.</Message></Error>'
const KVER = '5.14.0-503.el9.x86_64'

let folder = ''
let swift: Swift
let proxy: FaultProxy
let rounds = 0
let bucket = ''

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-s3-layouts-'))
  swift = await startSwift()
  proxy = await startFaultProxy(swift.url)
}, 600_000)
afterAll(async () => {
  await proxy?.stop()
  await swift?.stop()
  await fs.rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  bucket = `bucket-${++rounds}`
  await swift.makeContainer(bucket)
  proxy.forget()
})

/** A new upload of a file, with keys in the environment. */
async function sceneOf(disk: TestDisk, values: FieldValues, kind: 'disk' | 'squashfs' = 'disk'): Promise<UploadScene> {
  const home = await fs.mkdtemp(path.join(folder, 'home-'))
  return {
    folder: path.join(home, 'upload'),
    disk,
    facts: await factsOf(disk, kind === 'disk' ? {} : { kind, format: null, dataBytes: null }),
    values: { endpoint: proxy.url, bucket, partMib: 5, parallel: 2, ...values },
    env: { HOME: home, AWS_ACCESS_KEY_ID: swift.accessKey, AWS_SECRET_ACCESS_KEY: swift.secretKey },
  }
}

interface NetbootFiles {
  readonly rootfs: TestDisk
  readonly kernel: string
  readonly initramfs: string
}

async function netbootFiles(name: string, kernelText: string): Promise<NetbootFiles> {
  const place = path.join(folder, `${rounds}-${name}`)
  await fs.mkdir(place)
  const rootfs = await makeTestDisk(path.join(place, 'rootfs.squashfs'), { mib: 12, islands: [[0, 12 * MIB]], seed: name.length })
  const [kernel, initramfs] = [path.join(place, `vmlinuz-${KVER}`), path.join(place, 'initramfs.img')] as const
  await fs.writeFile(kernel, kernelText)
  await fs.writeFile(initramfs, `initramfs of ${kernelText}`)
  return { rootfs, kernel, initramfs }
}

function netboot({ rootfs, kernel, initramfs }: NetbootFiles, values: FieldValues): Promise<UploadScene> {
  const named = { imageName: 'compute', osId: 'rocky', osVersion: '9.5', kernel, initramfs, kernelVersion: KVER }
  return sceneOf(rootfs, { ...named, ...values }, 'squashfs')
}

function puts(): string[] {
  return proxy.seen
    .filter(({ method, status }) => method === 'PUT' && status === 200)
    .map((seen) => decodeURIComponent(seen.path.split('?')[0] ?? ''))
}

test('a folder per tag: the manifest comes last, and names what is there', async () => {
  const files = await netbootFiles('one', 'kernel one')
  const scene = await netboot(files, { layout: 'tags', prefix: 'boot', tag: 'v1', bootUrl: 'http://boot.example/images/' })
  const { error, result } = await runUpload(s3Provider, scene)
  expect(error?.data ?? null).toBeNull()
  const base = 'boot/rocky/9.5/compute/v1'
  expect(await swift.objects(bucket)).toEqual([`${base}/initramfs`, `${base}/kernel`, `${base}/manifest.json`, `${base}/rootfs.squashfs`])
  expect(puts().at(-1)).toBe(`/${bucket}/${base}/manifest.json`)
  const manifest = JSON.parse((await swift.read(bucket, `${base}/manifest.json`)).bytes.toString()) as {
    kernelVersion: string
    files: Record<string, { key: string; bytes: number; sha256: string }>
  }
  expect(manifest.kernelVersion).toBe(KVER)
  for (const { key, bytes, sha256: digest } of Object.values(manifest.files)) {
    const stored = (await swift.read(bucket, key)).bytes
    expect([stored.length, sha256(stored)]).toEqual([bytes, digest])
  }
  const script = result?.next.find(({ title }) => title === 'iPXE script')?.command ?? ''
  expect(script).toContain(`kernel http://boot.example/images/${base}/kernel`)
  expect(script).toContain(`root=live:http://boot.example/images/${base}/rootfs.squashfs`)
  expect(await cleanUp(s3Provider, scene)).toEqual([])
  expect([...(await swift.objects(bucket)), ...(await swift.objects(`${bucket}+segments`))]).toEqual([])
})

test('two tags with one kernel share it; another kernel of that version is refused', async () => {
  const values = { layout: 'kernels', prefix: 'compute/' }
  const first = await netbootFiles('first', 'the kernel')
  expect((await runUpload(s3Provider, await netboot(first, { ...values, tag: 'v1' }))).error?.data ?? null).toBeNull()
  const kernelKey = `efi-images/compute/vmlinuz-${KVER}`
  expect(await swift.objects(bucket)).toContain(kernelKey)
  proxy.forget()

  const second = await netboot(await netbootFiles('second one', 'the kernel'), { ...values, tag: 'v2' })
  const { error, result } = await runUpload(s3Provider, second)
  expect(error?.data ?? null).toBeNull()
  expect(puts()).not.toContain(`/${bucket}/${kernelKey}`)
  expect(result?.sentBytes).toBe(12 * MIB)
  const tags = (await swift.objects(bucket)).filter((key) => key.startsWith('compute/'))
  expect(tags).toEqual(['v1', 'v1.manifest.json', 'v2', 'v2.manifest.json'].map((tag) => `compute/rocky9.5-compute-${tag}`))
  // What the first tag brought is not the second one's to delete.
  expect(await cleanUp(s3Provider, second)).toEqual([])
  expect(await swift.objects(bucket)).toContain(kernelKey)

  const other = await netboot(await netbootFiles('third', 'ANOTHER'), { ...values, tag: 'v3', overwrite: true })
  const refused = await runUpload(s3Provider, other)
  expect(refused.error?.code).toBe('cloud-conflict')
  expect((await swift.read(bucket, kernelKey)).bytes.toString()).toBe('the kernel')
  expect(await swift.objects(bucket)).not.toContain('compute/rocky9.5-compute-v3')
})

test('where some files are there already the rest is sent, and nothing names them before', async () => {
  const files = await netbootFiles('partly', 'kernel')
  const values = { layout: 'tags', tag: 'v1' }
  const stop = new AbortController()
  let isSending = false
  const broken = await runUpload(s3Provider, await netboot(files, values), {
    signal: stop.signal,
    onBytes(done) {
      // Digests are computed first; sending begins at 0 again.
      isSending ||= done === 0
      if (isSending && done > 12 * MIB) stop.abort()
    },
  })
  expect(broken.error?.code).toBe('cancelled')
  expect((await swift.objects(bucket)).filter((key) => key.endsWith('manifest.json'))).toEqual([])
  proxy.forget()
  const { error, result } = await runUpload(s3Provider, await netboot(files, values))
  expect(error?.data ?? null).toBeNull()
  expect(result?.sentBytes).toBeLessThan(MIB)
  expect(puts().map((key) => key.split('/').at(-1))).toEqual(['initramfs', 'manifest.json'])
})

test('the same files with other kernel arguments are refused before anything is sent, or replace what names them', async () => {
  const files = await netbootFiles('arguments', 'kernel')
  const values = { layout: 'tags', tag: 'v1' }
  const manifest = async () => (await swift.read(bucket, 'rocky/9.5/compute/v1/manifest.json')).bytes.toString()
  expect((await runUpload(s3Provider, await netboot(files, values))).error?.data ?? null).toBeNull()
  const first = await manifest()
  proxy.forget()
  // The same again is no other.
  expect((await runUpload(s3Provider, await netboot(files, values))).error?.data ?? null).toBeNull()
  const refused = await runUpload(s3Provider, await netboot(files, { ...values, cmdline: 'ip=none' }))
  expect([refused.error?.code, puts(), await manifest()]).toEqual(['cloud-conflict', [], first])
  const replaced = await runUpload(s3Provider, await netboot(files, { ...values, cmdline: 'ip=none', overwrite: true }))
  expect(replaced.error?.data ?? null).toBeNull()
  expect(await manifest()).toContain('"cmdline": "ip=none"')
})

test.for(['of one part', 'of several parts'] as const)('an object %s never takes the place of one that came in between', async (parts) => {
  const disk = await makeTestDisk(path.join(folder, `between ${parts}.raw`), { mib: parts === 'of one part' ? 4 : 16 })
  const scene = await sceneOf(disk, { key: 'between' })
  const ends = parts === 'of one part' ? /^PUT .*between(\?|$)/ : /^POST .*uploadId=/
  const isEnd = ({ method, path: where }: { readonly method: string; readonly path: string }) => ends.test(`${method} ${where}`)
  // Not all services take notice of the condition: what one that does says is said here.
  const body = '<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions did not hold.</Message></Error>'
  proxy.set({ kind: 'status', code: 412, headers: { 'content-type': 'application/xml' }, body }, { match: ends })
  const { error } = await runUpload(s3Provider, scene)
  proxy.set({ kind: 'pass' })
  expect(error?.data).toMatchObject({ code: 'cloud-conflict', details: { what: 'The name between', field: 'key' } })
  expect(proxy.seen.filter(isEnd).map(({ headers }) => headers['if-none-match'])).toEqual(['*'])
  expect(await cleanUp(s3Provider, scene)).toEqual([])

  // One that knows no conditions takes it without, and one that is told to replace is not asked for any.
  proxy.forget()
  proxy.set({ kind: 'status', code: 501, headers: { 'content-type': 'application/xml' }, body: NOT_IMPLEMENTED }, { match: ends, times: 1 })
  expect((await runUpload(s3Provider, await sceneOf(disk, { key: 'between' }))).error?.data ?? null).toBeNull()
  expect((await runUpload(s3Provider, await sceneOf(disk, { key: 'between', overwrite: true }))).error?.data ?? null).toBeNull()
  expect(proxy.seen.filter(isEnd).map(({ headers }) => headers['if-none-match'])).toEqual(['*', undefined, undefined])
  expect(sha256((await swift.read(bucket, 'between')).bytes)).toBe(disk.sha256)
})

test('the raw content of a disk into a bucket that is made for it; the link needs no account, and aws-cli reads the same', async () => {
  const disk = await makeTestDisk(path.join(folder, 'raw.img'), { mib: 16 })
  const scene = await sceneOf(disk, { bucket: 'made-for-it', createBucket: true, format: 'raw', linkHours: 2, key: 'disk 1.raw' })
  const before = await s3Provider.preflight(await cloudContext(scene), fullValues(s3Provider, scene), scene.facts)
  expect(before.map(({ code, state }) => [code, state])).toEqual([
    ['credentials', 'ok'],
    ['bucket', 'info'],
  ])
  const { error, result } = await runUpload(s3Provider, scene)
  expect(error?.data ?? null).toBeNull()
  expect(result?.verified).toBe('md5')
  expect(result?.share).toEqual({ resource: 'disk 1.raw', hours: 2 })
  expect(JSON.stringify(result), 'what is written down').not.toContain('X-Amz-Signature')
  const link =
    (await s3Provider.shareLink?.(await cloudContext(scene), fullValues(s3Provider, scene), { resource: 'disk 1.raw', hours: 2 })) ?? ''
  const answer = await fetch(link)
  expect([answer.status, sha256(new Uint8Array(await answer.arrayBuffer()))]).toEqual([200, disk.sha256])
  const copy = path.join(folder, 'copy.raw')
  const env = { ...scene.env, PATH: '/usr/bin:/bin', AWS_DEFAULT_REGION: 'us-east-1' }
  await run('/usr/bin/aws', ['--endpoint-url', swift.url, 's3', 'cp', 's3://made-for-it/disk 1.raw', copy], { env })
  expect(sha256(await fs.readFile(copy))).toBe(disk.sha256)
  expect(await cleanUp(s3Provider, scene)).toEqual([])
  expect((await swift.containers()).filter((name) => name === 'made-for-it')).toEqual([])
})

test('what is to be replaced stays as it is until all of the new one is there', async () => {
  await swift.write(bucket, 'disk.raw', Buffer.from('the old one'))
  const disk = await makeTestDisk(path.join(folder, 'disk.raw'), { mib: 16 })
  const scene = await sceneOf(disk, { overwrite: true })
  const broken = await runUpload(s3Provider, scene, { breakAt: { bytes: 6 * MIB } })
  expect(broken.error?.code).toBe('cancelled')
  expect(await cleanUp(s3Provider, scene)).toEqual([])
  expect((await swift.read(bucket, 'disk.raw')).bytes.toString()).toBe('the old one')
  expect((await runUpload(s3Provider, await sceneOf(disk, { overwrite: true }))).error?.data ?? null).toBeNull()
  expect(sha256((await swift.read(bucket, 'disk.raw')).bytes)).toBe(disk.sha256)
})
