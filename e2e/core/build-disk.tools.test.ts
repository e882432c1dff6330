import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { sniffFile } from '#shared/images/sniff'
import { createRecovery } from '#core/jobs/recovery'
import { jobRecord, makeStore } from '#core/jobs/testing/job-fixture'
import { silentLogger } from '#core/log/logger'
import { builtDisk } from '#core/operations/containers/build/build-commands'
import { podmanKeeper } from '#core/operations/containers/podman-keeper'
import { readerOf, withPackedFile } from '#core/operations/unpack/packed-file'
import { toolsFolder } from '../faults/tools-folder.js'
import { imageOf, layerOf } from './container-image.js'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { failureOf, filesIn, openBench, type TestBench } from './workbench.js'

const OS = 'containers-storage:localhost/os:1'
const SIZE = 64 * 1024 * 1024
const SECONDS = { timeout: 600_000 }

/**
 * Podman in all but running: most test machines are containers themselves, where podman runs none. It says what bootc 1.1 says, and makes the disk that
 * `work` makes in `$out`.
 */
const podmanThatRuns = (work: string): string => `if [ "$1" != run ]; then exec /usr/bin/podman "$@"; fi
out=
for word in "$@"; do case "$word" in *:/output) out=\${word%:/output};; esac; done
[ -n "$out" ] || exit 0
printf '%s\\n' "$@" > "$out/../run-args"
echo 'Installing image: docker://localhost/os:1'
echo 'Creating root filesystem (ext4)' >&2
${work}
echo 'Installation complete!'`
const MAKES_A_DISK = `printf 'label: gpt\\n,\\n' | /usr/sbin/sfdisk --quiet "$out/disk.raw" || exit 1`

let storage: PodmanStorage
beforeAll(async () => {
  storage = await openPodmanStorage()
  const layers = [await layerOf([{ name: 'usr/lib/os-release', data: 'NAME=Test' }])]
  const bootable = { 'containers.bootc': '1' }
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  await storage.put(imageOf({ layers, labels: bootable, architecture }), 'localhost/os:1')
  await storage.put(imageOf({ layers, architecture }), 'localhost/plain:1')
  await storage.put(imageOf({ layers, labels: bootable, architecture: 's390x' }), 'localhost/other:1')
})
afterAll(() => storage.remove())

let bench: TestBench
const open = async (podman?: string): Promise<void> => {
  if (podman === undefined) return void (bench = await openBench(storage.env))
  const tools = await toolsFolder(path.join(storage.root, 'tools'), { scripts: { podman } })
  bench = await openBench({ ...storage.env, DISKWRIGHT_TOOL_PATH: tools })
}
beforeEach(() => {
  bench = undefined as unknown as TestBench
})
afterEach(async () => {
  expect((await storage.left()).containers).toEqual([])
  await bench.close()
})

function build(more: { format?: 'raw' | 'qcow2'; reference?: string } = {}): Promise<Job> {
  return bench.run({ kind: 'build-disk', input: inputOf(more) })
}
const inputOf = ({ format = 'qcow2' as const, reference = OS }: { format?: 'raw' | 'qcow2'; reference?: string }) => ({
  reference,
  output: path.join(bench.folder, `os.${format}`),
  format,
  sizeBytes: SIZE,
  kernelArgs: ['console=ttyS0'],
})

/** Whether podman runs anything on this machine: `true` of its own `/usr`. */
async function runsHere(): Promise<boolean> {
  const rootfs = path.join(storage.root, 'rootfs')
  await fs.mkdir(path.join(rootfs, 'usr'), { recursive: true })
  for (const name of ['lib', 'lib64']) await fs.symlink(`usr/${name}`, path.join(rootfs, name))
  const how = ['run', '--rm', '--privileged', '--network=none', '-v', '/usr:/usr:ro', '--rootfs', rootfs, '/usr/bin/true']
  return promisify(execFile)('podman', how, { env: storage.env }).then(
    () => true,
    () => false,
  )
}

test('on this machine as it is, everything that stands in the way is told, and the commands that would run', SECONDS, async () => {
  await open()
  const { problems, commands, via } = await bench.core.containers.buildDiskAbility(OS)
  const runs = await runsHere()
  expect(problems.some((problem) => problem.startsWith('podman cannot run containers here: '))).toBe(!runs)
  expect(via === null).toBe(problems.length > 0)
  expect(problems.some((problem) => problem.includes('bootable'))).toBe(false)
  expect(commands).toEqual([expect.stringMatching(/^podman run .* localhost\/os:1 bootc install to-disk .* \/output\/disk\.raw$/)])

  const plain = await bench.core.containers.buildDiskAbility('containers-storage:localhost/plain:1')
  expect(plain.problems).toContainEqual(expect.stringContaining('It is no bootable container'))
  const other = await bench.core.containers.buildDiskAbility('containers-storage:localhost/other:1')
  expect(other.problems).toContainEqual(expect.stringContaining('It is for s390x'))
  const none = await bench.core.containers.buildDiskAbility('docker://127.0.0.1:1/os:1')
  expect(none.problems).toContainEqual(expect.stringContaining('cannot be reached'))
  expect(none.commands[0]).toBe('podman pull 127.0.0.1:1/os:1')
  const file = await bench.core.containers.buildDiskAbility('oci-archive:/somewhere/os.tar')
  expect(file.problems).toContainEqual(expect.stringContaining('diskwright containers copy'))
  expect(await failureOf(bench.core.containers.buildDiskAbility('docker://A:'))).toMatchObject({ code: 'bad-input' })
})

test('an auth file that the environment names and that is not there is told in words, not as podman says it', SECONDS, async () => {
  bench = await openBench({ ...storage.env, REGISTRY_AUTH_FILE: '/nowhere/auth.json' })
  const { problems } = await bench.core.containers.buildDiskAbility(null)
  expect(problems).toContainEqual(expect.stringContaining('REGISTRY_AUTH_FILE names /nowhere/auth.json, and there is no such file'))
  expect(problems.join('\n')).not.toContain('stat /nowhere')
})

test('what stands in the way ends the job before anything is made', SECONDS, async () => {
  await open(podmanThatRuns(MAKES_A_DISK))
  const job = await build({ reference: 'containers-storage:localhost/plain:1' })
  expect(job).toMatchObject({ state: 'failed', error: { code: 'container-unsupported' } })
  expect(job.error?.details.reason).toContain('no bootable container')
  expect(job.commands.map(({ line }) => line).filter((line) => line.includes('bootc'))).toEqual([])
  expect(await filesIn(bench.folder)).toEqual([])
})

test('without podman, and for a user whose podman has no root', SECONDS, async () => {
  const tools = await toolsFolder(path.join(storage.root, 'tools'), { without: ['podman'] })
  bench = await openBench({ ...storage.env, DISKWRIGHT_TOOL_PATH: tools })
  const ability = await bench.core.containers.buildDiskAbility(null)
  expect([ability.isToolMissing, ability.problems]).toEqual([
    true,
    expect.arrayContaining([expect.stringContaining('podman is not installed')]),
  ])
  const refused = await build()
  expect([refused.error?.code, refused.error?.actions]).toEqual(['tool-missing', [{ kind: 'install-tool', tool: 'podman' }]])
  await bench.close()
  const info = {
    host: { arch: 'amd64', security: { rootless: true } },
    store: { graphRoot: '/r', graphDriverName: 'overlay', runRoot: '/x' },
  }
  await open(`if [ "$1" = info ]; then echo '${JSON.stringify(info)}'; exit 0; fi; exec /usr/bin/podman "$@"`)
  expect((await bench.core.containers.buildDiskAbility(null)).problems).toContainEqual(expect.stringContaining('as root'))
})

test('a disk is made, found to be one, converted and published; its log is there, and nothing else is left', SECONDS, async () => {
  await open(podmanThatRuns(MAKES_A_DISK))
  const job = await build()
  expect(job.error).toBe(null)
  expect(job.output?.proofs).toContainEqual(expect.stringContaining('GPT'))
  expect(job.output?.proofs).toContainEqual('Content compared with the source: identical')
  expect(await filesIn(bench.folder)).toEqual(['os.qcow2', 'run-args'])
  expect((await fs.readFile(path.join(bench.folder, 'run-args'), 'utf8')).split('\n')).toEqual(
    expect.arrayContaining(['--privileged', `diskwright.job=${job.id}`, '--karg=console=ttyS0', 'localhost/os:1']),
  )
  const { lines } = bench.core.jobs.log(job.id)
  expect(lines.filter((line) => /Installing image|Creating root|Installation complete/.test(line))).toHaveLength(3)

  const raw = await build({ format: 'raw' })
  expect(raw.error).toBe(null)
  const file = path.join(bench.folder, 'os.raw')
  expect((await fs.stat(file)).size).toBe(SIZE)
  expect(await withPackedFile(file, (opened) => sniffFile(readerOf(opened), opened.fileBytes))).toMatchObject({
    format: 'raw',
    variant: 'GPT',
  })
})

test('a run that ends well and made no disk, and one that fails, leave nothing', SECONDS, async () => {
  await open(podmanThatRuns(''))
  expect(await build()).toMatchObject({ state: 'failed', error: { code: 'image-damaged' } })
  await bench.close()
  await open(podmanThatRuns("echo 'error: Installing to disk: no space' >&2; exit 1"))
  const job = await build()
  expect(job).toMatchObject({ state: 'failed', error: { code: 'tool-failed' } })
  expect(job.error?.toolOutput).toContain('Installing to disk: no space')
  expect(await filesIn(bench.folder)).toEqual(['run-args'])
})

/** Files of loop devices below the test's folder, removed ones too. */
async function attached(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('/usr/sbin/losetup', ['--list', '--noheadings', '--output', 'BACK-FILE'])
  return stdout.split('\n').filter((line) => line.includes(bench.folder))
}

test('killed while it installs, the disk that is still attached is offered, let go and removed', SECONDS, async () => {
  await open()
  const job = jobRecord({ kind: 'build-disk', state: 'interrupted', input: inputOf({}), owner: null })
  const jobId = job.id
  const store = makeStore(bench.host.dirs.state)
  store.create(job)
  const folder = path.join(bench.folder, `.os.qcow2.${jobId}.work`)
  await fs.mkdir(folder)
  store.claim(jobId, { id: '1', kind: 'folder', what: folder })
  const disk = builtDisk('bootc', folder)
  await fs.writeFile(disk, Buffer.alloc(1024 * 1024))
  const { stdout } = await promisify(execFile)('/usr/sbin/losetup', ['--find', '--show', disk])
  onTestFinished(async () => {
    // Where the test failed before; else the device may be somebody else's by now.
    if ((await attached()).length > 0) await promisify(execFile)('/usr/sbin/losetup', ['--detach', stdout.trim()])
  })
  const recovery = createRecovery({
    store,
    dirs: bench.host.dirs,
    log: silentLogger,
    devices: { list: async () => [], release: () => Promise.reject(new Error('there is none')) },
    containers: podmanKeeper(bench.host),
  })
  const left = { jobId, jobTitle: job.title }
  expect(await recovery.list()).toMatchObject([
    { ...left, kind: 'loop-device', what: stdout.trim() },
    { ...left, kind: 'folder', what: folder },
  ])
  expect(await recovery.clean()).toEqual([])
  expect(await attached()).toEqual([])
  expect(await filesIn(bench.folder)).toEqual([])
  expect(await recovery.list()).toEqual([])
})

test('cancelled while it installs, the container and the half-made disk go', SECONDS, async () => {
  await open(podmanThatRuns('/usr/sbin/losetup --find "$out/disk.raw" && touch "$out/../attached"; exec sleep 600'))
  const { id } = bench.core.jobs.start({ kind: 'build-disk', input: inputOf({}) })
  await vi.waitFor(() => expect(fs.access(path.join(bench.folder, 'attached'))).resolves.toBe(undefined), { timeout: 60_000 })
  expect(await attached()).not.toEqual([])
  bench.core.jobs.cancel(id)
  const job = await bench.core.jobs.wait(id)
  expect(job.state).toBe('cancelled')
  expect(job.commands.map(({ line }) => line)).toContainEqual(`podman rm --force --ignore --time=5 -- diskwright-${id}-build`)
  expect((await filesIn(bench.folder)).filter((name) => !['run-args', 'attached'].includes(name))).toEqual([])
  expect(await attached()).toEqual([])
  expect(await bench.core.recovery.list()).toEqual([])
})
