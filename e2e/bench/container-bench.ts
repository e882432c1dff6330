import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Core } from '#core/core-api'
import { allowEveryImage } from '../core/container-home.js'
import { startRegistry, type TestRegistry } from '../core/registry.js'
import { timed } from './measure.js'
import type { Ratio } from './report.js'

const run = promisify(execFile)
const MIB = 1024 ** 2
const DISK_MIB = 800
const SMALL_MIB = 100
const SAMPLE_MS = 100
const COMPRESSIONS = ['none', 'gzip'] as const

/** Taking a disk out of an image at a registry on this machine: Diskwright against what people type. */
export async function* containerBench(core: Core, folder: string): AsyncGenerator<Ratio> {
  const registry = await startRegistry()
  try {
    const driver = await podmanDriver(folder)
    const diskBytes = await makeDisk(path.join(folder, 'disk', 'boot.raw'), DISK_MIB)
    for (const compression of COMPRESSIONS) {
      const image = await pushImage(registry, folder, `bench/${compression}`, compression)
      yield* contest(folder, image, { compression, diskBytes, driver })
      yield firstCandidate(compression, await candidateShare(core, image))
    }
    await fs.rm(path.join(folder, 'disk'), { recursive: true })
    await makeDisk(path.join(folder, 'disk', 'boot.raw'), SMALL_MIB)
    const small = await pushImage(registry, folder, 'bench/small', 'gzip')
    const ours = await ourExtraction(folder, `docker://${registry.registry}/bench/gzip:v1`)
    const theirs = await ourExtraction(folder, small)
    yield {
      what: `peak memory of an extraction, ${DISK_MIB} MiB against ${SMALL_MIB} MiB`,
      ours: { label: `${DISK_MIB} MiB disk in a gzip layer`, ms: ours.peakMemory },
      theirs: { label: `${SMALL_MIB} MiB disk`, ms: theirs.peakMemory },
      kind: 'at-most',
      bound: 1.25,
      unit: 'bytes',
    }
  } finally {
    await registry.stop()
    await fs.rm(path.join(folder, 'disk'), { recursive: true, force: true })
  }
}

async function* contest(
  folder: string,
  image: string,
  { compression, diskBytes, driver }: { compression: string; diskBytes: number; driver: string },
): AsyncGenerator<Ratio> {
  // What one leaves for the disk to write must not slow the other down.
  await run('sync', ['-f', folder])
  const ours = await ourExtraction(folder, image)
  await run('sync', ['-f', folder])
  const theirs = await podmanExtraction(folder, image)
  yield {
    what: `take a disk of ${DISK_MIB} MiB out of an image, layer with ${compression}`,
    ours: { label: `Diskwright, from the start of the program to the published file: peak memory ${mib(ours.peakMemory)}`, ms: ours.ms },
    theirs: { label: `podman pull, create, cp and rm, storage driver ${driver}: peak disk use ${mib(theirs.peakDisk)}`, ms: theirs.ms },
    kind: 'faster',
    bound: 3,
  }
  yield {
    what: `peak disk use of it, layer with ${compression}`,
    ours: { label: 'output, cache, state and temporary files together', ms: ours.peakDisk },
    theirs: { label: 'the disk itself, without its holes', ms: diskBytes },
    kind: 'at-most',
    bound: 1.05,
    unit: 'bytes',
  }
}

function firstCandidate(compression: string, { read, total }: { read: number; total: number }): Ratio {
  return {
    what: `bytes read when the disk is shown first, layer with ${compression}`,
    ours: { label: 'read by then', ms: read },
    theirs: { label: 'all bytes of the image', ms: total },
    kind: 'at-most',
    bound: 0.05,
    unit: 'bytes',
  }
}

interface Measured {
  readonly ms: number
  readonly peakDisk: number
  readonly peakMemory: number
}

/** By the command line, as a program of its own. */
async function ourExtraction(folder: string, image: string): Promise<Measured> {
  const place = path.join(folder, 'ours')
  await fs.mkdir(path.join(place, 'out'), { recursive: true })
  const env = { ...(await quietHome(place)), TMPDIR: place }
  for (const name of ['CONFIG', 'STATE', 'CACHE', 'RUNTIME']) Object.assign(env, { [`DISKWRIGHT_${name}_DIR`]: path.join(place, name) })
  const program = path.join(import.meta.dirname, 'diskwright.js')
  const args = [program, 'extract', image, '-o', path.join(place, 'out', 'boot.raw'), '--tls-verify=false']
  const measured = await measure(place, () => runMeasured(process.execPath, args, env))
  await fs.rm(place, { recursive: true })
  return measured
}

async function podmanExtraction(folder: string, image: string): Promise<Measured> {
  const place = path.join(folder, 'podman')
  await fs.mkdir(path.join(place, 'tmp'), { recursive: true })
  const env = { ...(await quietHome(place)), TMPDIR: path.join(place, 'tmp'), XDG_RUNTIME_DIR: path.join(place, 'tmp') }
  const podman = (...args: string[]) => run('podman', [...storageOf(place), ...args], { env })
  const measured = await measure(place, async () => {
    await podman('pull', '--quiet', '--tls-verify=false', image.replace('docker://', ''))
    await podman('create', '--name', 'bench', image.replace('docker://', ''), 'none')
    await podman('cp', 'bench:/disk/boot.raw', path.join(place, 'boot.raw'))
    await podman('rm', 'bench')
    return 0
  })
  await podman('rmi', '--all', '--force')
  await fs.rm(place, { recursive: true, force: true })
  return measured
}

function storageOf(place: string): string[] {
  return ['--root', path.join(place, 'storage'), '--runroot', path.join(place, 'run'), '--cgroup-manager', 'cgroupfs']
}

/** What podman takes when nobody tells it, for a storage that is new. */
async function podmanDriver(folder: string): Promise<string> {
  const place = path.join(folder, 'driver')
  await fs.mkdir(place)
  const args = [...storageOf(place), 'info', '--format', '{{.Store.GraphDriverName}}']
  const { stdout } = await run('podman', args, { env: await quietHome(place) })
  await fs.rm(place, { recursive: true, force: true })
  return stdout.trim()
}

/** Nothing of this machine's own configuration takes part. */
async function quietHome(place: string): Promise<Record<string, string>> {
  await allowEveryImage(place)
  return { HOME: place, PATH: process.env.PATH ?? '', CONTAINERS_REGISTRIES_CONF: '/dev/null' }
}

/** `work` returns its peak memory. */
async function measure(place: string, work: () => Promise<number>): Promise<Measured> {
  const before = await usedBytes(place)
  const state = { peakDisk: 0, isDone: false }
  const watching = (async () => {
    while (!state.isDone) {
      state.peakDisk = Math.max(state.peakDisk, (await usedBytes(place)) - before)
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
    }
  })()
  let peakMemory = 0
  const ms = await timed(async () => (peakMemory = await work()))
  state.isDone = true
  await watching
  const peakDisk = Math.max(state.peakDisk, (await usedBytes(place)) - before)
  return { ms, peakDisk, peakMemory }
}

/** Files come and go meanwhile, which is no failure. */
async function usedBytes(place: string): Promise<number> {
  const { stdout } = await run('sh', ['-c', 'du -sB1 "$1" 2>/dev/null || true', 'sh', place])
  return Number(stdout.split('\t')[0])
}

/** Peak of the resident set of one process, as its kernel counted it. */
export function runMeasured(program: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let peak = 0
    let stderr = ''
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()))
    const timer = setInterval(() => {
      fs.readFile(`/proc/${child.pid}/status`, 'utf8').then(
        (status) => (peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024)),
        () => {},
      )
    }, SAMPLE_MS)
    child.once('error', reject)
    child.once('close', (code) => {
      clearInterval(timer)
      if (code === 0) resolve(peak)
      else reject(new Error(`the program ended with ${code}: ${stderr}`))
    })
  })
}

async function candidateShare(core: Core, reference: string): Promise<{ read: number; total: number }> {
  const found = { read: Number.NaN }
  const stop = core.containers.onIndex((index) => {
    if (index.candidates.length > 0 && Number.isNaN(found.read)) found.read = index.readBytes
  })
  const { id } = core.containers.openIndex({ reference, access: { plainHttp: true } })
  try {
    const { totalBytes } = await core.containers.waitForIndex(id)
    return { read: found.read, total: totalBytes }
  } finally {
    stop()
    core.containers.closeIndex(id)
  }
}

/** Half of it noise, a quarter that compresses well, a quarter holes. Returns what it takes on the disk. */
async function makeDisk(file: string, mibs: number): Promise<number> {
  await fs.mkdir(path.dirname(file), { recursive: true })
  const handle = await fs.open(file, 'w')
  const plain = Buffer.alloc(MIB, 'a boot image holds many files that are alike, and text like this. ')
  for (let at = 0; at < mibs; at += 1) {
    if (at % 4 === 3) continue
    await handle.write(at % 4 === 1 ? plain : randomBytes(MIB), 0, MIB, at * MIB)
  }
  await handle.write(Buffer.from([0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0]), 0, 16, 446)
  await handle.write(Buffer.from([0x55, 0xaa]), 0, 2, 510)
  await handle.truncate(mibs * MIB)
  await handle.sync()
  const { blocks } = await handle.stat()
  await handle.close()
  return blocks * 512
}

async function pushImage(
  registry: TestRegistry,
  folder: string,
  repository: string,
  compression: (typeof COMPRESSIONS)[number],
): Promise<string> {
  const layout = path.join(folder, 'layout')
  const blobs = path.join(layout, 'blobs/sha256')
  await fs.mkdir(blobs, { recursive: true })
  const tar = path.join(layout, 'layer.tar')
  await run('tar', ['-C', folder, '--format=ustar', '-cf', tar, 'disk/boot.raw'])
  const diffId = await sha256(tar)
  if (compression === 'gzip') await run('sh', ['-c', 'gzip -1 "$1" && mv "$1.gz" "$1"', 'sh', tar])
  const layer = { digest: await sha256(tar), size: (await fs.stat(tar)).size }
  await fs.rename(tar, path.join(blobs, layer.digest.slice(7)))
  const keep = async (value: unknown) => {
    const bytes = Buffer.from(JSON.stringify(value))
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    await fs.writeFile(path.join(blobs, digest.slice(7)), bytes)
    return { digest, size: bytes.length }
  }
  const oci = 'application/vnd.oci.image'
  const ending = compression === 'gzip' ? '+gzip' : ''
  const config = await keep({ architecture: goArchitecture(), os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] } })
  const manifest = await keep({
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: { mediaType: `${oci}.config.v1+json`, ...config },
    layers: [{ mediaType: `${oci}.layer.v1.tar${ending}`, ...layer }],
  })
  await fs.writeFile(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const entry = { mediaType: `${oci}.manifest.v1+json`, ...manifest }
  await fs.writeFile(path.join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
  const target = `docker://${registry.registry}/${repository}:v1`
  await run('skopeo', ['copy', '--insecure-policy', '--quiet', '--preserve-digests', '--dest-tls-verify=false', `oci:${layout}`, target])
  await fs.rm(layout, { recursive: true })
  return target
}

function goArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file, { highWaterMark: MIB })) hash.update(piece as Buffer)
  return `sha256:${hash.digest('hex')}`
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`
}
