import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { bundleForNode } from '../files/testing/bundle-for-node.js'
import { killChild, nextMessage, runChild } from '../files/testing/run-child.js'
import { silentLogger } from '../log/logger.js'
import { processStat } from '../process/process-tree.js'
import { findJobProcesses } from './job-processes.js'
import type { ContainerKeeper } from './left-containers.js'
import type { DeviceKeeper } from './left-devices.js'
import { readMountPoints } from './mounts.js'
import { createRecovery } from './recovery.js'
import { jobRecord, makeFolders, makeStore } from './testing/job-fixture.js'

let folders: ReturnType<typeof makeFolders>
beforeEach(() => {
  folders = makeFolders()
  return folders.remove
})
const at = (...names: string[]) => path.join(folders.root, ...names)
const noDevices: DeviceKeeper = { list: async () => [], release: () => Promise.reject(new Error('there is none')) }
const noContainers: ContainerKeeper = {
  hasContainer: async () => false,
  removeContainer: () => Promise.reject(new Error('there is none')),
  hasImage: async () => false,
  removeImage: () => Promise.reject(new Error('there is none')),
  hasLayers: async () => false,
  removeLayers: () => Promise.reject(new Error('there is none')),
  loopsIn: async () => [],
  releaseLoop: () => Promise.reject(new Error('there is none')),
}
const recover = ({ devices = noDevices, containers = noContainers } = {}) =>
  createRecovery({ store: makeStore(folders.dirs.state), dirs: folders.dirs, log: silentLogger, devices, containers })

/** A record whose process is gone: pid 1 runs since the boot, so no start at another time is alive. */
function crashed(change: Partial<Job> = {}): Job {
  const job = jobRecord({ owner: { pid: 1, startTicks: 'never' }, ...change })
  makeStore(folders.dirs.state).create(job)
  return job
}

test('a process that was killed in its work: its job is interrupted, its part file and its tool are found and removed, the target never stood', async () => {
  const module = await bundleForNode(new URL('./testing/crash-fixture.ts', import.meta.url), at('bundle'))
  const child = runChild(
    module,
    `await m.startConversion(${JSON.stringify({ dirs: folders.dirs, source: at('a.raw'), target: at('out.raw') })})`,
  )
  const { id, pid } = (await nextMessage(child)) as { id: string; pid: number }
  const store = makeStore(folders.dirs.state)
  expect(store.get(id)?.state).toBe('running')
  expect(await recover().list()).toEqual([])
  await killChild(child)

  const part = at(`.out.raw.${id}.part`)
  expect(fs.existsSync(part)).toBe(true)
  const recovery = recover()
  expect(makeStore(folders.dirs.state).get(id)).toMatchObject({
    state: 'interrupted',
    error: { code: 'interrupted' },
    endedAt: expect.any(String),
  })
  const leftovers = await recovery.list()
  expect(leftovers).toContainEqual({ jobId: id, jobTitle: 'Convert a.raw', kind: 'part-file', what: part, bytes: 4096 })
  expect(leftovers.filter((found) => found.kind === 'process').map((found) => Number.parseInt(found.what, 10))).toContain(pid)

  expect(await recovery.clean()).toEqual([])
  expect(fs.existsSync(part)).toBe(false)
  expect(fs.existsSync(at('out.raw'))).toBe(false)
  expect(['Z', undefined]).toContain(processStat(pid)?.state)
  expect(findJobProcesses(new Set([id]))).toEqual([])
  expect(await recover().list()).toEqual([])
  expect(await recover().clean()).toEqual([])
})

test('jobs of living processes are left alone', async () => {
  const store = makeStore(folders.dirs.state)
  const job = jobRecord()
  store.create(job)
  fs.writeFileSync(at(`.x.${job.id}.part`), 'x')
  store.claim(job.id, { id: '1', kind: 'part-file', what: at(`.x.${job.id}.part`) })
  const recovery = recover()
  expect(await recovery.list()).toEqual([])
  await recovery.clean()
  expect(fs.existsSync(at(`.x.${job.id}.part`))).toBe(true)
  expect(makeStore(folders.dirs.state).get(job.id)?.state).toBe('running')
})

test('only what the journal names is removed, and only when the name belongs to the job or lies in our own folders', async () => {
  const job = crashed()
  const store = makeStore(folders.dirs.state)
  const mine = at(`.b.raw.${job.id}.part`)
  const staging = path.join(folders.dirs.runtime, 'stage-1')
  const precious = at('precious.raw')
  const similar = at(`.c.raw.${job.id}.part`)
  for (const file of [mine, precious, similar]) fs.writeFileSync(file, 'data')
  fs.mkdirSync(path.join(staging, 'deep'), { recursive: true })
  fs.symlinkSync(precious, path.join(staging, 'deep', 'link'))
  store.claim(job.id, { id: '1', kind: 'part-file', what: mine })
  store.claim(job.id, { id: '2', kind: 'folder', what: staging })
  store.claim(job.id, { id: '3', kind: 'part-file', what: precious })
  store.claim(job.id, { id: '4', kind: 'folder', what: path.join(folders.dirs.runtime, '..') })
  store.claim(job.id, { id: '5', kind: 'folder', what: folders.dirs.runtime })

  const failed = await recover().clean()
  expect(failed.map((found) => found.what)).toEqual([precious, path.join(folders.dirs.runtime, '..'), folders.dirs.runtime])
  expect([mine, staging].map((file) => fs.existsSync(file))).toEqual([false, false])
  expect([precious, similar].map((file) => fs.readFileSync(file, 'utf8'))).toEqual(['data', 'data'])
})

test('a save in place that broke off: the backup goes back when the image is missing, else it stays beside it', async () => {
  for (const gone of [true, false]) {
    const [image, backup] = [at(`disk-${gone}.qcow2`), at(`disk-${gone}.qcow2.backup-20250101`)]
    const job = crashed({ kind: 'save-image', title: 'Save', input: { source: image, target: { mode: 'in-place' } } })
    fs.writeFileSync(backup, 'original')
    if (!gone) fs.writeFileSync(image, 'new')
    makeStore(folders.dirs.state).claim(job.id, { id: '1', kind: 'backup', what: backup })
    const recovery = recover()
    expect(await recovery.list()).toMatchObject([{ kind: 'backup', what: backup, jobTitle: 'Save' }])
    expect(await recovery.clean()).toEqual([])
    expect(fs.readFileSync(image, 'utf8')).toBe(gone ? 'original' : 'new')
    expect(fs.readFileSync(backup, 'utf8')).toBe('original')
    expect(await recovery.list()).toEqual([])
  }
})

test.each([
  ['had its name', true],
  ['had no name yet', false],
])('files beside a result that %s when the job was killed', async (_when, isNamed) => {
  const job = crashed({ input: { source: '/tmp/a.raw', output: at('d.vmdk'), digests: ['sha256'], report: true } })
  const claims = [at('d.vmdk'), at('d.vmdk.sha256'), at('d.vmdk.report.json')].map(
    (file) => `${path.dirname(file)}/.${path.basename(file)}.${job.id}.part`,
  )
  for (const [id, what] of claims.entries()) makeStore(folders.dirs.state).claim(job.id, { id: String(id), kind: 'part-file', what })
  for (const what of claims.slice(1)) fs.writeFileSync(what, 'of the new one')
  fs.writeFileSync(isNamed ? at('d.vmdk') : (claims[0] ?? ''), 'new')
  fs.writeFileSync(at('d.vmdk.report.json'), 'of somebody else')
  expect(await recover().clean()).toEqual([])
  expect(claims.filter((what) => fs.existsSync(what))).toEqual([])
  expect(fs.existsSync(at('d.vmdk.sha256'))).toBe(isNamed)
  if (isNamed) expect(fs.readFileSync(at('d.vmdk.sha256'), 'utf8')).toBe('of the new one')
  expect(fs.readFileSync(at('d.vmdk.report.json'), 'utf8')).toBe('of somebody else')
})

test('a set of files that was being replaced gets its old files back', async () => {
  const job = crashed({ input: { source: '/tmp/a.raw', output: at('d.vmdk'), format: 'vmdk' } })
  const folder = at(`.d.vmdk.${job.id}.part`)
  fs.mkdirSync(path.join(folder, '.replaced'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'd.vmdk'), 'new')
  fs.writeFileSync(path.join(folder, '.replaced', 'd.vmdk'), 'old')
  makeStore(folders.dirs.state).claim(job.id, { id: '1', kind: 'folder', what: folder })
  expect(await recover().clean()).toEqual([])
  expect(fs.readFileSync(at('d.vmdk'), 'utf8')).toBe('old')
  expect(fs.existsSync(folder)).toBe(false)
})

test('a claim on a disk that is not there now is kept for when it is back; one whose file is gone is closed', async () => {
  const job = crashed()
  const store = makeStore(folders.dirs.state)
  store.claim(job.id, { id: '1', kind: 'part-file', what: at('unplugged', `.a.${job.id}.part`) })
  store.claim(job.id, { id: '2', kind: 'part-file', what: at(`.a.${job.id}.part`) })
  expect(await recover().list()).toEqual([])
  expect(store.openClaims(job.id).map((claim) => claim.id)).toEqual(['1'])
  fs.mkdirSync(at('unplugged'))
  fs.writeFileSync(at('unplugged', `.a.${job.id}.part`), '')
  expect(await recover().list()).toHaveLength(1)
})

test('a failed clean-up of a job that ended is found a while later, not while it may still be going on', async () => {
  const part = (job: Job) => at(`.a.${job.id}.part`)
  const store = makeStore(folders.dirs.state)
  const jobs = [0, 60_000].map((age) => {
    const job = jobRecord({ state: 'failed', endedAt: new Date(Date.now() - age).toISOString() })
    store.create(job)
    fs.writeFileSync(part(job), '')
    store.claim(job.id, { id: '1', kind: 'part-file', what: part(job) })
    return job
  }) as [Job, Job]
  await sleep(1)
  expect((await recover().list()).map((found) => found.what)).toEqual([part(jobs[1])])
})

test('mount points are read with their escapes', () => {
  expect(readMountPoints('22 1 0:21 / /proc rw - proc proc rw\n40 1 0:50 / /run/my\\040disk\\134x rw - fuse x rw\n')).toEqual([
    '/proc',
    '/run/my disk\\x',
  ])
})

test('an nbd device that a killed save left attached is offered and released; one that stays is offered again', async () => {
  const job = crashed()
  fs.mkdirSync(folders.dirs.runtime, { recursive: true })
  const folder = path.join(folders.dirs.runtime, 'staging', job.id, 'nbd-1')
  const attached = new Set(['/dev/nbd0', '/dev/nbd1'])
  const devices: DeviceKeeper = {
    list: async () => [...attached].map((device) => ({ device, state: 'orphan' as const, uid: 0, pid: null, bytes: 0, folder })),
    release: async (device) => {
      if (device === '/dev/nbd1') throw new Error('it was not allowed')
      attached.delete(device)
    },
  }
  const found = (device: string) => ({ jobId: job.id, jobTitle: job.title, kind: 'nbd-device', what: device, bytes: null })
  expect(await recover({ devices }).list()).toEqual([found('/dev/nbd0'), found('/dev/nbd1')])
  expect(await recover({ devices }).clean()).toEqual([found('/dev/nbd1')])
  expect(await recover({ devices }).list()).toEqual([found('/dev/nbd1')])
})

test('devices that cannot be listed keep nothing else from being found', async () => {
  const job = crashed()
  const part = at(`.a.${job.id}.part`)
  fs.writeFileSync(part, 'x')
  makeStore(folders.dirs.state).claim(job.id, { id: '1', kind: 'part-file', what: part })
  const broken: DeviceKeeper = { list: () => Promise.reject(new Error('no sysfs')), release: () => Promise.resolve() }
  expect((await recover({ devices: broken }).list()).map(({ kind }) => kind)).toEqual(['part-file'])
})

test('a container and an image that a killed job made are found by podman, told and removed, the container first', async () => {
  const job = crashed()
  const store = makeStore(folders.dirs.state)
  store.claim(job.id, { id: '1', kind: 'container-image', what: 'h/a@sha256:1' })
  store.claim(job.id, { id: '2', kind: 'container', what: `diskwright-${job.id}-1` })
  store.claim(job.id, { id: '3', kind: 'container', what: `diskwright-${job.id}-gone` })
  const asked: string[] = []
  const containers: ContainerKeeper = {
    ...noContainers,
    hasContainer: async (name, jobId) => {
      asked.push(jobId)
      return !name.endsWith('-gone') && !asked.includes(`container ${name}`)
    },
    removeContainer: async (name) => void asked.push(`container ${name}`),
    hasImage: async (name) => !asked.includes(`image ${name}`),
    removeImage: async (name) => void asked.push(`image ${name}`),
  }
  expect(await recover({ containers }).list()).toEqual([
    { jobId: job.id, jobTitle: job.title, kind: 'container', what: `diskwright-${job.id}-1`, bytes: null },
    { jobId: job.id, jobTitle: job.title, kind: 'container-image', what: 'h/a@sha256:1', bytes: null },
  ])
  expect(await recover({ containers }).clean()).toEqual([])
  expect(asked.filter((word) => word.includes(' '))).toEqual([`container diskwright-${job.id}-1`, 'image h/a@sha256:1'])
  expect(makeStore(folders.dirs.state).openClaims(job.id)).toEqual([])
})

test('layers of an image that did not arrive whole are removed, but not while another job brings one that stands on the same', async () => {
  const job = crashed()
  const store = makeStore(folders.dirs.state)
  store.claim(job.id, { id: '1', kind: 'container-layers', what: 'sha256:d sha256:b' })
  store.claim(job.id, { id: '2', kind: 'container-layers', what: 'sha256:a sha256:b' })
  store.claim(job.id, { id: '3', kind: 'container-layers', what: 'sha256:a sha256:c' })
  const stat = processStat(process.pid)
  const again = jobRecord({ owner: { pid: process.pid, startTicks: stat?.startTicks ?? '' }, state: 'running' })
  store.create(again)
  store.claim(again.id, { id: '1', kind: 'container-layers', what: 'sha256:a sha256:c' })
  const removed: string[] = []
  const containers: ContainerKeeper = {
    ...noContainers,
    hasLayers: async () => true,
    removeLayers: async (digests) => void removed.push(digests.join(' ')),
  }
  const what = 'sha256:d and what lies on it'
  expect(await recover({ containers }).list()).toEqual([
    { jobId: job.id, jobTitle: job.title, kind: 'container-layers', what, bytes: null },
  ])
  expect(await recover({ containers }).clean()).toEqual([])
  expect(removed).toEqual(['sha256:d sha256:b'])
  expect(makeStore(folders.dirs.state).openClaims(job.id)).toMatchObject([{ what: 'sha256:a sha256:b' }, { what: 'sha256:a sha256:c' }])
})

test('while podman cannot be asked, what a killed job may have left is not forgotten', async () => {
  const job = crashed()
  makeStore(folders.dirs.state).claim(job.id, { id: '1', kind: 'container', what: `diskwright-${job.id}-1` })
  const missing = () => Promise.reject(new Error('podman is not installed'))
  const containers = { ...noContainers, hasContainer: missing, removeContainer: missing, hasImage: missing, removeImage: missing }
  expect(await recover({ containers }).list()).toEqual([])
  expect(makeStore(folders.dirs.state).openClaims(job.id)).toHaveLength(1)
})
