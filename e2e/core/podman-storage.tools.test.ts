import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCore } from '#core/create-core'
import type { Core } from '#core/core-api'
import { silentLogger } from '#core/log/logger'
import { OwnImages } from '#core/operations/containers/own-images'
import { type CommandLine, openCommandLine } from '../cli/command-line.js'
import { toolsFolder } from '../faults/tools-folder.js'
import { imageOf, layerOf } from './container-image.js'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { failureOf } from './workbench.js'

const NOBODY = '1.never'

let storage: PodmanStorage
let core: Core
let line: CommandLine
let disk: string
let system: string
let ours: string
beforeAll(async () => {
  ;[storage, line] = await Promise.all([openPodmanStorage(), openCommandLine()])
  core = await coreWith(storage.env)
  const put = async (text: string, labels: Record<string, string>, name: string): Promise<string> =>
    storage.put(imageOf({ layers: [await layerOf([{ name: 'disk/a.raw', data: text }])], labels }), name)
  disk = await put('disk', {}, 'localhost/disk:1')
  system = await put('system', { 'containers.bootc': '1' }, 'localhost/system:1')
  ours = await put('ours', { 'diskwright.layout': 'boot-container' }, 'localhost/ours:1')
  for (const state of [path.join(storage.root, 'diskwright', 'state'), line.dirs.state]) new OwnImages(state).record(ours)
  await storage.podman('tag', disk, 'localhost/disk:again')
  await storage.podman('create', '--name', 'theirs', '--network=none', ours, 'x')
})
afterAll(async () => {
  await core.close()
  await line.close()
  await storage.remove()
})

function coreWith(env: NodeJS.ProcessEnv): Promise<Core> {
  const at = (name: string): string => path.join(storage.root, 'diskwright', name)
  const dirs = { config: at('config'), state: at('state'), cache: at('cache'), runtime: at('runtime') }
  return createCore({ dirs, env, log: silentLogger })
}

async function cli(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return line.run(args, { env: storage.env })
}

test('images and containers with their names, sizes, labels and users', async () => {
  const seen = await core.containers.storage()
  expect(seen).toMatchObject({ problem: null, root: path.join(storage.root, 'graph'), driver: 'vfs' })
  const byId = new Map(seen.images.map((image) => [image.id, image]))
  expect([...byId.keys()].toSorted()).toEqual([disk, system, ours].toSorted())
  expect(byId.get(disk)).toMatchObject({
    isBootable: false,
    isOurs: false,
    usedBy: [],
    architecture: 'amd64',
    createdAt: '2024-05-06T07:08:09.000Z',
  })
  expect(byId.get(disk)?.references.toSorted()).toEqual(['containers-storage:localhost/disk:1', 'containers-storage:localhost/disk:again'])
  expect(byId.get(disk)?.bytes).toBeGreaterThan(0)
  expect(byId.get(system)).toMatchObject({ isBootable: true, isOurs: false, labels: { 'containers.bootc': '1' } })
  expect(byId.get(ours)).toMatchObject({ isBootable: false, isOurs: true, usedBy: ['theirs'] })
  // It was made of an image of ours, and bears its label; who made it is another question.
  expect(seen.containers).toMatchObject([{ name: 'theirs', state: 'created', isOurs: false, image: 'localhost/ours:1' }])
})

test('what is in use stays, and who uses it is named; what is no id is refused', async () => {
  expect(await core.containers.removeStored({ images: [ours, 'f'.repeat(64)], containers: [] })).toEqual([
    { id: ours, reason: 'theirs uses it' },
    { id: 'f'.repeat(64), reason: 'It is not there any more' },
  ])
  for (const odd of ['--all', '-f', 'localhost/disk:1', ours.slice(0, 12)]) {
    expect(await failureOf(core.containers.removeStored({ images: [odd], containers: [] }))).toMatchObject({ code: 'bad-input' })
  }
  expect((await storage.left()).images).toHaveLength(4)
})

test('the command line shows it, removes nothing without --yes, and then by name and by the beginning of an id', async () => {
  const shown = await cli('containers', 'storage')
  expect(shown.code).toBe(0)
  expect(shown.out).toContain('localhost/ours:1')
  expect(shown.out).toContain('made by Diskwright, used by theirs')
  const asked = await cli('containers', 'rm', 'localhost/disk:1')
  expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('--yes')])
  expect((await cli('containers', 'rm', 'localhost/none:1', '--yes')).code).toBe(2)
  expect((await storage.left()).images).toHaveLength(4)
  // An image with two names goes with both of them.
  expect((await cli('containers', 'rm', 'localhost/disk:1', system.slice(0, 16), '--yes')).code).toBe(0)
  expect((await storage.left()).images).toEqual(['localhost/ours:1'])
})

test('a prune takes what Diskwright made and nobody uses, and nothing else', async () => {
  expect(await core.containers.pruneList()).toEqual({ images: [], containers: [], bytes: 0 })
  await storage.podman('rm', 'theirs')
  const labels = { 'diskwright.layout': 'boot-container' }
  const foreign = imageOf({ layers: [await layerOf([{ name: 'disk/a.raw', data: 'foreign' }])], labels })
  await storage.put(foreign, 'localhost/made-elsewhere:1')
  await storage.podman('create', '--name', 'diskwright-look-left', '--network=none', '--label', `diskwright.owner=${NOBODY}`, ours, 'x')
  const list = await core.containers.pruneList()
  expect(list).toMatchObject({ images: [ours], containers: [expect.stringMatching(/^[0-9a-f]{64}$/)] })
  expect(list.bytes).toBeGreaterThan(0)
  const pruned = await cli('containers', 'prune', '--yes', '--json')
  expect(JSON.parse(pruned.out)).toMatchObject({ left: [], removed: [...list.containers, ours] })
  // Its label says that Diskwright made it, but that was on another machine.
  expect(await storage.left()).toMatchObject({ images: ['localhost/made-elsewhere:1'], containers: [] })
})

test('without podman, and with a podman that cannot reach its storage, why there is nothing to see is said in words', async () => {
  const tools = await toolsFolder(path.join(storage.root, 'tools'), { without: ['podman'] })
  const without = await coreWith({ ...storage.env, DISKWRIGHT_TOOL_PATH: tools })
  expect((await without.containers.storage()).problem).toContain('podman is not installed')
  const bare = { env: { ...storage.env, DISKWRIGHT_TOOL_PATH: tools } }
  expect((await line.run(['containers', 'storage'], bare)).code).toBe(4)
  expect((await line.run(['containers', 'prune'], bare)).code).toBe(4)
  expect(await failureOf(without.containers.pruneList())).toMatchObject({ code: 'tool-missing' })
  await without.close()
  const broken = path.join(storage.root, 'broken.conf')
  await fs.writeFile(broken, '[storage]\ndriver = "none-such"\n')
  const unable = await coreWith({ ...storage.env, CONTAINERS_STORAGE_CONF: broken })
  expect(await unable.containers.storage()).toMatchObject({
    problem: expect.stringContaining('podman cannot tell what it has'),
    images: [],
  })
  await unable.close()
})
