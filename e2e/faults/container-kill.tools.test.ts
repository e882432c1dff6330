import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allowEveryImage } from '../core/container-home.js'
import { imageOf, layerOf, partitioned } from '../core/container-image.js'
import { openPodmanStorage, type PodmanStorage } from '../core/podman-storage.js'
import { startRegistry, type TestRegistry } from '../core/registry.js'
import { type FaultProxy, startFaultProxy } from './fault-proxy.js'
import { mountsOf, processesLeft } from './left-behind.js'
import { inPool } from './pool.js'
import { buildProgram, type Program } from './program.js'
import { openScene, type Scene } from './scene.js'

const MIB = 1024 ** 2
const WIDTH = 2
const RANDOM_KILLS = 1
/** About as long as the tools work here. */
const LONGEST_MS = 600
const STORED = 'localhost/stored:1'
const MADE = 'localhost/made:1'

let program: Program
let registry: TestRegistry
let proxy: FaultProxy
let source: string
const disk = partitioned(randomBytes(4 * MIB))
const layers = [await layerOf([{ name: 'disk/boot.raw', data: disk }]), await layerOf([{ name: 'etc/noise', data: randomBytes(4 * MIB) }])]
const image = imageOf({ layers, compression: 'gzip' })

beforeAll(async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-source-'))
  source = path.join(folder, 'disk.raw')
  ;[program, registry] = await Promise.all([buildProgram(), startRegistry(), fs.writeFile(source, disk)])
  proxy = await startFaultProxy(registry.url)
  await registry.push('kill/disk', 'v1', image)
})
afterAll(async () => {
  await proxy.stop()
  await registry.stop()
  await program.remove()
  await fs.rm(path.dirname(source), { recursive: true })
})

/** A folder of images, and a storage of podman's. */
interface Place {
  readonly scene: Scene
  readonly storage: PodmanStorage
  readonly env: Readonly<Record<string, string>>
}

/** Work that goes through skopeo or podman, with its result in a file or in the storage. */
interface ContainerWork {
  readonly name: string
  readonly steps: readonly string[]
  readonly result: { readonly file: string } | { readonly image: string }
  prepare?(place: Place): Promise<unknown>
  command(place: Place): string[]
  /** Where the disk lies in the result; it may have to be taken out of that first. */
  diskOf(place: Place): Promise<string>
}

const inRegistry = (): string => `docker://${proxy.registry}/kill/disk:v1`

const COPY_IN: ContainerWork = {
  name: 'a copy from a registry to the storage of podman',
  steps: ['copy', 'finish'],
  result: { image: MADE },
  command: () => ['containers', 'copy', inRegistry(), `containers-storage:${MADE}`, '--src-tls-verify=false'],
  diskOf: ({ storage }) => storage.fileOf(MADE, 'disk/boot.raw'),
}

const TAKE_OUT: ContainerWork = {
  name: 'a disk taken out by podman, which pulls for it',
  steps: ['fetch', 'publish'],
  result: { file: 'made.raw' },
  command: ({ scene }) => ['extract', inRegistry(), '-o', scene.at('made.raw'), '--via', 'podman', '--tls-verify=false'],
  diskOf: async ({ scene }) => scene.at('made.raw'),
}

const WORKS: readonly ContainerWork[] = [
  COPY_IN,
  {
    name: 'a copy from the storage of podman to an archive',
    steps: ['copy', 'finish'],
    result: { file: 'made.tar' },
    prepare: ({ storage }) => storage.put(image, STORED),
    command: ({ scene }) => ['containers', 'copy', `containers-storage:${STORED}`, `oci-archive:${scene.at('made.tar')}:v1`],
    async diskOf(place) {
      const { scene, env } = place
      const output = path.join(scene.root, 'taken.raw')
      const { code, stderr } = await program.run(scene, ['extract', `oci-archive:${scene.at('made.tar')}`, '-o', output, '--replace'], {
        env,
      })
      expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
      return output
    },
  },
  {
    name: 'a disk packaged into the storage of podman',
    // The tool that works in the first one is what a random kill hits.
    steps: ['finish', 'send'],
    result: { image: MADE },
    command: ({ scene }) => ['package', scene.source, '--to', `containers-storage:${MADE}`],
    diskOf: ({ storage }) => storage.fileOf(MADE, 'disk/boot.raw'),
  },
  TAKE_OUT,
]

async function withPlace<T>(work: ContainerWork, use: (place: Place) => Promise<T>): Promise<T> {
  const [scene, storage] = await Promise.all([openScene(source, 'disk.raw'), openPodmanStorage()])
  try {
    await allowEveryImage(scene.root)
    // The scene has a home of its own.
    const { HOME: _, ...env } = storage.env as Record<string, string>
    const place = { scene, storage, env }
    await work.prepare?.(place)
    return await use(place)
  } finally {
    await scene.close()
    await storage.remove()
  }
}

/** After a kill at any moment: what bears its name is whole, the next start removes all else, and the same work succeeds. */
async function expectNothingLeft(place: Place, work: ContainerWork, label: string): Promise<void> {
  const { scene, storage, env } = place
  expect(await processesLeft([scene.mark, path.basename(storage.root)]), `${label}: processes`).toEqual([])
  const core = await scene.nextStart(env)
  const [job] = core.jobs.list()
  if (job) expect(['interrupted', 'succeeded'], label).toContain(job.state)
  expect(await core.recovery.clean(), `${label}: not cleaned`).toEqual([])
  expect(await core.recovery.list(), `${label}: cleaned, and there again`).toEqual([])
  await core.close()
  const isThere = await expectOnlyResult(place, work, label)
  const again = [...work.command(place), ...(isThere && 'file' in work.result ? ['--replace'] : [])]
  const { code, stderr } = await program.run(scene, again, { env })
  expect([label, code, code === 0 ? '' : stderr]).toEqual([label, 0, ''])
  expect(await expectOnlyResult(place, work, `${label}, again`)).toBe(true)
}

/** Whether the result is there, which is whole then; nothing else is. */
async function expectOnlyResult(place: Place, { result, diskOf }: ContainerWork, label: string): Promise<boolean> {
  const { scene, storage } = place
  const [files, { containers, images, temporary }, strays] = await Promise.all([scene.leftFiles(), storage.left(), storage.strays()])
  const mounts = mountsOf(path.basename(storage.root))
  expect({ containers, temporary, strays, mounts }, label).toEqual({ containers: [], temporary: [], strays: [], mounts: [] })
  const names = images.filter((name) => name !== STORED)
  const [made, others, name] = 'file' in result ? [files, names, result.file] : [names, files, result.image]
  expect(others, label).toEqual([])
  if (made.length === 0) return false
  expect(made, label).toEqual([name])
  expect((await fs.readFile(await diskOf(place))).equals(disk), label).toBe(true)
  return true
}

for (const work of WORKS) {
  test(`${work.name}: killed as a step begins, and at a random moment while the tool works`, { timeout: 600_000 }, async () => {
    const [toolStep = ''] = work.steps
    const moments = Array.from({ length: RANDOM_KILLS }, () => Math.round(Math.random() * LONGEST_MS))
    await inPool([...work.steps, ...moments], WIDTH, (at) =>
      withPlace(work, async (place) => {
        const { scene, env } = place
        const label = `${work.name}, killed ${typeof at === 'string' ? `as ${at} began` : `${at} ms after ${toolStep} began`}`
        if (typeof at === 'string') {
          const { signal, stderr } = await program.run(scene, work.command(place), { killPoint: true, env: { ...env, FAULT_STEP: at } })
          expect([label, signal, stderr]).toEqual([label, 'SIGKILL', ''])
        } else {
          const running = program.start(scene, work.command(place), { env })
          await running.runningStep(toolStep)
          await Promise.race([sleep(at), running.ended])
          await running.kill()
        }
        await expectNothingLeft(place, work, label)
      }),
    )
  })
}

/** One layer is in the storage, and the other one does not come. */
async function withHalfAnImage(
  work: ContainerWork,
  use: (place: Place, running: ReturnType<Program['start']>) => Promise<void>,
): Promise<void> {
  proxy.set({ kind: 'stall', after: MIB }, { match: new RegExp(`^GET .*/blobs/${image.layers[1]}`) })
  try {
    await withPlace(work, async (place) => {
      const running = program.start(place.scene, work.command(place), { env: place.env })
      await expect.poll(() => place.storage.strays(), { timeout: 60_000 }).toEqual([expect.stringMatching(/^layer [0-9a-f]{64}$/)])
      await use(place, running)
    })
  } finally {
    proxy.set({ kind: 'pass' })
  }
}

for (const work of [COPY_IN, TAKE_OUT]) {
  test(`${work.name}: killed when half of the image is there, its layers are named and removed by the next start`, {
    timeout: 600_000,
  }, async () => {
    await withHalfAnImage(work, async (place, running) => {
      expect((await running.kill()).signal).toBe('SIGKILL')
      proxy.set({ kind: 'pass' })
      expect(await processesLeft([place.scene.mark])).toEqual([])
      const core = await place.scene.nextStart(place.env)
      expect((await core.recovery.list()).map(({ kind }) => kind)).toContain('container-layers')
      await core.close()
      await expectNothingLeft(place, work, work.name)
    })
  })
}

test(`${COPY_IN.name}: cancelled when half of the image is there, nothing of it stays`, { timeout: 600_000 }, async () => {
  await withHalfAnImage(COPY_IN, async (place, running) => {
    process.kill(running.pid, 'SIGINT')
    expect((await running.ended).code).toBe(3)
    expect(await expectOnlyResult(place, COPY_IN, 'cancelled')).toBe(false)
  })
})
