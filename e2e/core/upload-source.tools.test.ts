import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFileJournal } from '#core/clouds/file-journal'
import type { JobContext } from '#core/operations/job-context'
import { openSource } from '#core/guest/source'
import { withRawDisk } from '#core/guest/raw-disk'
import { dataBlocks } from '#core/clouds/transfer/data-blocks'
import type { DiskContent } from '#core/clouds/upload-source'
import { prepareSource, type PreparedSource } from '#core/operations/upload/prepare-source'
import type { Payload } from '#shared/clouds/provider-form'
import { preparationOf } from '#shared/clouds/preparation'
import type { Edit } from '#shared/edits/edit'
import type { JobInput } from '#shared/jobs/job-requests'
import { failureOf, openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const RETARGET: Edit = { kind: 'retarget', platform: 'aws' }

async function inputOf(file: string, edits: Edit[] = []): Promise<JobInput<'upload-image'>> {
  const facts = await bench.core.clouds.facts(file, { edits })
  return { upload: randomUUID(), provider: 's3', facts, values: {}, edits }
}

/** One run of an upload up to where the provider begins; another one with the same input is a later one, after a break. */
async function run<T>(
  input: JobInput<'upload-image'>,
  payload: Payload,
  work: (source: PreparedSource, made: boolean) => Promise<T>,
): Promise<T> {
  const cleanups: (() => Promise<void> | void)[] = []
  const ctx: JobContext = {
    jobId: randomUUID(),
    signal: new AbortController().signal,
    host: bench.host,
    step: (_id, inner) => inner({ fraction: () => {}, bytes: () => {} }),
    skip: () => {},
    declares: () => true,
    commands: () => [],
    pausePoint: async () => {},
    phase: () => {},
    waitForUser: () => Promise.reject(new Error('nobody is asked here')),
    message: () => {},
    log: () => {},
    defer: (cleanup) => void cleanups.push(cleanup),
    claim: () => () => {},
  }
  const journal = await openFileJournal(path.join(bench.folder, '..', 'journals', input.upload))
  const around = { engine: 'auto' as const, madeWith: { version: 'test', tools: async () => ({}) } }
  try {
    const source = await prepareSource(ctx, input, preparationOf(payload, input), { ...around, journal })
    const wasReady = source.isReady
    if (!wasReady) await source.make({ fraction: () => {}, bytes: () => {} })
    return await work(source, !wasReady)
  } finally {
    await journal.close()
    for (const cleanup of cleanups.reverse()) await cleanup()
  }
}

/** Of the blocks that hold anything, and where these lie. */
async function contentOf(disk: DiskContent): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  for await (const { index, bytes } of dataBlocks(disk, 1024 ** 2)) hash.update(`${index}:`).update(bytes)
  return { sha256: hash.digest('hex'), bytes: disk.virtualBytes }
}

const digestOf = (source: PreparedSource) => source.disk(contentOf)

async function rawDigest(image: string): Promise<string> {
  const { node, files } = await openSource(image)
  return (await withRawDisk(bench.host, node, files, contentOf)).sha256
}

test('what is known of a disk: architecture, firmware, system, platform, with its staged edits', async () => {
  const image = await bench.copy('ock', 'known.qcow2')
  const { fileBytes, virtualBytes, revision } = await bench.core.inspect(image)
  const facts = await bench.core.clouds.facts(image)
  expect(facts).toMatchObject({ path: image, kind: 'disk', format: 'qcow2', subformat: 'v3', fileBytes, virtualBytes, revision })
  expect(facts).toMatchObject({ architecture: 'x86_64', os: { id: 'ol' } })
  expect(facts.dataBytes).toBeGreaterThan(0)
  expect(facts.dataBytes).toBeLessThan(virtualBytes)
  expect((await bench.core.clouds.facts(image, { edits: [RETARGET] })).ignitionPlatform).toBe('aws')
  const packed = path.join(bench.folder, 'known.qcow2.gz')
  await fs.writeFile(packed, gzipSync(await fs.readFile(image)))
  expect(await bench.core.clouds.facts(packed)).toMatchObject({ kind: 'disk', format: null, virtualBytes })
})

test('files for booting by network, and files of no known kind', async () => {
  const file = async (name: string, bytes: Buffer): Promise<string> => {
    const target = path.join(bench.folder, name)
    await fs.writeFile(target, bytes)
    return (await bench.core.clouds.facts(target)).kind
  }
  const cpio = Buffer.concat([Buffer.from('070701'), Buffer.alloc(1024)])
  expect(await file('root.squashfs', Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(4096)]))).toBe('squashfs')
  expect(await file('initramfs', cpio)).toBe('initramfs')
  expect(await file('initramfs.gz', gzipSync(cpio))).toBe('initramfs')
  expect(await file('notes.txt', Buffer.from('hello, this is no disk'))).toBe('other')
  expect(await failureOf(bench.core.clouds.facts(path.join(bench.folder, 'gone')))).toMatchObject({ code: 'file-not-found' })
})

test('a disk is read where it lies; with edits through an overlay, which is found again after a break', async () => {
  const image = await bench.copy('ock', 'read.qcow2')
  const plain = await inputOf(image)
  const { sha256, bytes } = await run(plain, { kind: 'disk' }, (source, made) => {
    expect(made).toBe(false)
    return digestOf(source)
  })
  expect([sha256, bytes]).toEqual([await rawDigest(image), plain.facts.virtualBytes])

  const edited = await inputOf(image, [RETARGET])
  const first = await run(edited, { kind: 'disk' }, async (source, made) => {
    expect(made).toBe(true)
    return digestOf(source)
  })
  expect(first.sha256).not.toBe(sha256)
  const second = await run(edited, { kind: 'disk' }, async (source, made) => {
    expect(made).toBe(false)
    return digestOf(source)
  })
  expect(second).toEqual(first)
  expect(await rawDigest(image)).toBe(sha256)
})

test('a file that is made is found again after a break; what is it already is not copied', async () => {
  const image = await bench.copy('ock', 'made.qcow2')
  const input = await inputOf(image)
  const payload = { kind: 'artifact', artifact: 'aws-vmdk' } as const
  const first = await run(input, payload, (source) => source.file())
  expect(first.path).toMatch(/uploads\/.*\/made\.vmdk$/)
  const again = await run(input, payload, async (source, made) => {
    expect(made).toBe(false)
    return source.file()
  })
  expect(again).toEqual(first)
  await fs.rm(first.path)
  await run(input, payload, async (source, made) => {
    expect(made).toBe(true)
    expect(await bench.core.inspect((await source.file()).path)).toMatchObject({ format: 'vmdk' })
  })
  const asItIs = await run(await inputOf(image), { kind: 'artifact', artifact: 'libvirt-qcow2' }, (source) => source.file())
  expect(asItIs.path).toBe(image)
  const source = await run(await inputOf(image), { kind: 'source' }, (prepared) => prepared.file())
  expect([source.path, source.bytes]).toEqual([image, (await fs.stat(image)).size])
})

test('a packed disk is unpacked to be read', async () => {
  const image = await bench.copy('ock', 'packed.qcow2')
  const packed = path.join(bench.folder, 'packed.qcow2.gz')
  await fs.writeFile(packed, gzipSync(await fs.readFile(image)))
  const { sha256 } = await run(await inputOf(packed), { kind: 'disk' }, digestOf)
  expect(sha256).toBe(await rawDigest(image))
})

test('a source that was changed since is refused, at its beginning and after a break', async () => {
  const image = await bench.copy('ock', 'changed.qcow2')
  const input = await inputOf(image)
  await run(input, { kind: 'disk' }, async () => {})
  const stale = await inputOf(image)
  await fs.appendFile(image, Buffer.alloc(512))
  expect(await failureOf(run(input, { kind: 'disk' }, digestOf))).toMatchObject({ code: 'image-changed' })
  expect(await failureOf(run(stale, { kind: 'disk' }, digestOf))).toMatchObject({ code: 'image-changed' })
  const other = path.join(bench.folder, 'vmlinuz')
  await fs.writeFile(other, 'one')
  const fresh = await inputOf(image)
  await run(fresh, { kind: 'source' }, (source) => source.other(other))
  await fs.writeFile(other, 'two')
  expect(await failureOf(run(fresh, { kind: 'source' }, (source) => source.other(other)))).toMatchObject({ code: 'image-changed' })
})

test('a plan tells of the retarget that is missing, the room that is needed, and of a source that was changed', async () => {
  const image = await bench.copy('ock', 'planned.qcow2')
  const facts = await bench.core.clouds.facts(image, { edits: [{ kind: 'retarget', platform: 'vmware' }] })
  const rowsOf = async (values: Record<string, string>) => {
    const { checks, tempBytes, steps } = await bench.core.clouds.plan({ provider: 'aws', facts, values })
    return { checks, tempBytes, steps }
  }
  const { checks } = await rowsOf({})
  expect(checks).toContainEqual(
    expect.objectContaining({ code: 'ignition-platform', state: 'warning', fix: { kind: 'retarget', platform: 'aws' } }),
  )
  expect(checks).toContainEqual(expect.objectContaining({ code: 'not-asked', state: 'info' }))
  await fs.appendFile(image, Buffer.alloc(512))
  expect((await rowsOf({})).checks).toContainEqual(expect.objectContaining({ code: 'image-changed', state: 'error' }))
})

test('a plan tells that the end of a file is missing, also where it would be sent as it is', async () => {
  const image = path.join(bench.folder, 'whole.qcow2')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', image, '8M'])
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 1 0 1M', image])
  const cutShort = async () => {
    const facts = await bench.core.clouds.facts(image)
    const { checks } = await bench.core.clouds.plan({ provider: 's3', facts, values: { format: 'keep' } })
    return checks.filter(({ code }) => code === 'cut-short').map(({ state, found }) => [state, found])
  }
  expect(await cutShort()).toEqual([])
  await fs.truncate(image, (await fs.stat(image)).size - 256 * 1024)
  expect(await cutShort()).toEqual([['error', 'The file was cut short: 4 clusters of data lie beyond the end of the file. Fetch it again']])
})
