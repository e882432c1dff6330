import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { filesIn, hashOf } from '../core/workbench.js'
import { buildDisk } from '../images/build-disk.js'
import { builderHost } from '../images/builder-host.js'
import { testImage } from '../images/cache.js'
import { expectNothingLeft, runJob } from './in-process.js'
import { processesLeft } from './left-behind.js'
import { writeNoise } from './noise.js'
import { buildProgram, type Ending, type Program, type RunningProgram } from './program.js'
import { openScene, type Scene } from './scene.js'
import { SLOW_CONVERT, toolsFolder } from './tools-folder.js'
import { ADDED } from './work.js'

let program: Program
let mbr: string
beforeAll(async () => {
  ;[program, mbr] = await Promise.all([buildProgram(), testImage('mbr')])
})
afterAll(() => program.remove())

let scene: Scene
beforeEach(async () => {
  scene = await openScene(mbr)
})
afterEach(() => scene.close())

/** The program in a mount name space of its own, where `folder` is a file system of that size: it needs no root and ends with it. */
async function startOn(
  folder: string,
  options: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  await fs.mkdir(folder, { recursive: true })
  const mount = 'mount -t tmpfs -o "$2" tmpfs "$1" && { [ ! -d "$1.before" ] || cp "$1.before"/* "$1"; } && shift 2 && exec "$@"'
  const rights = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
  return program.start(scene, args, { env, prefix: ['unshare', ...rights, 'sh', '-c', mount, 'sh', folder, options] })
}

function errorOf(ending: Ending): { code: string; details: Record<string, unknown> } {
  return (JSON.parse(ending.stdout) as { error: { code: string; details: Record<string, unknown> } }).error
}

/** A path as the program sees it. */
function seenBy(running: RunningProgram, file: string): string {
  return `/proc/${running.pid}/root${file}`
}

const toFull = (output: string): string[] => ['convert', scene.source, '-o', output, '--to', 'qcow2', '--json']

test('a target folder without room is refused before any byte is written', async () => {
  await writeNoise(scene.source, 30)
  const target = path.join(scene.root, 'small')
  const running = await startOn(target, 'size=20m', toFull(path.join(target, 'out.qcow2')))
  const ending = await running.ended
  expect([ending.code, errorOf(ending).code]).toEqual([1, 'no-space'])
  expect(errorOf(ending).details).toMatchObject({ folder: target, neededBytes: expect.any(Number), freeBytes: expect.any(Number) })
  expect(running.record()?.commands.some((command) => command.line.startsWith('qemu-img convert'))).toBe(false)
})

test('space that is used up by another program while it runs: it fails, the part file goes, the old target stays as it was', async () => {
  await writeNoise(scene.source, 30)
  const target = path.join(scene.root, 'shared')
  await fs.mkdir(`${target}.before`)
  await fs.writeFile(path.join(`${target}.before`, 'out.qcow2'), 'the old one')
  const tools = await toolsFolder(`${scene.root}/tools`, { scripts: { 'qemu-img': SLOW_CONVERT } })
  const running = await startOn(target, 'size=80m', [...toFull(path.join(target, 'out.qcow2')), '--replace'], {
    DISKWRIGHT_TOOL_PATH: tools,
  })
  expect((await running.runningStep('convert'))?.state).toBe('running')

  const inside = await fs.open(seenBy(running, target))
  const hog = fs
    .writeFile(path.join(seenBy(running, target), 'hog'), Buffer.alloc(100_000_000))
    .catch((error: NodeJS.ErrnoException) => error.code)
  expect(await hog).toBe('ENOSPC')
  const ending = await running.ended
  const view = `/proc/self/fd/${inside.fd}`
  expect([ending.code, errorOf(ending).code]).toEqual([1, 'no-space'])
  expect(await filesIn(view)).toEqual(['hog', 'out.qcow2'])
  expect(await fs.readFile(`${view}/out.qcow2`, 'utf8')).toBe('the old one')
  await inside.close()
  expect(await processesLeft([scene.mark])).toEqual([])
})

test('a read-only target folder is said to be one', async () => {
  const target = path.join(scene.root, 'frozen')
  const ending = await (await startOn(target, 'size=1m,ro', toFull(path.join(target, 'out.qcow2')))).ended
  expect([ending.code, errorOf(ending).code]).toEqual([1, 'folder-not-writable'])
  expect(errorOf(ending).details).toEqual({ folder: target, reason: 'EROFS' })
})

test('a runtime folder without room for the overlay: it names that folder, nothing is saved', async () => {
  const save = ['boot', 'set', scene.source, '--append', ADDED, '-o', scene.at('never.qcow2'), '--json']
  const ending = await (await startOn(scene.dirs.runtime, 'size=100k', save)).ended
  expect([ending.code, errorOf(ending).code]).toEqual([1, 'no-space'])
  expect(String(errorOf(ending).details.folder)).toContain(scene.dirs.runtime)
  expect(await scene.leftFiles()).toEqual([])
  expect(await hashOf(scene.source)).toBe(scene.original)
})

test('a state folder without room: no job starts without its journal', async () => {
  const target = scene.dirs.state
  const ending = await (await startOn(target, 'size=4k', toFull(scene.at('never.qcow2')))).ended
  expect([ending.code, errorOf(ending).code]).toEqual([1, 'no-space'])
  expect(await scene.leftFiles()).toEqual([])
})

test('a full /boot inside the image: the save is refused, the entry in the source is as it was, nothing is published', async () => {
  const entry = '/loader/entries/one.conf'
  const text = 'title One\nlinux /vmlinuz\noptions root=/dev/vda2 quiet\n'
  const fill =
    'dd if=/dev/zero of="$root/fill" bs=1M 2>/dev/null; dd if=/dev/zero of="$root/fill" bs=512 oflag=append conv=notrunc 2>/dev/null; sync; dd if=/dev/zero of="$root/more" bs=512 2>/dev/null; sync'
  await fs.rm(scene.source)
  await buildDisk(
    await builderHost(),
    {
      sizeBytes: 12 * 1024 * 1024,
      table: 'mbr',
      partitions: [
        {
          type: '83',
          sizeSectors: 8 * 2048,
          fs: { kind: 'ext4', label: 'boot', mkfsArgs: ['-m', '0'] },
          files: [{ path: entry, content: text }],
          inside: fill,
        },
      ],
    },
    scene.source,
  )
  const before = await hashOf(scene.source)
  const core = await scene.nextStart()
  const job: Job = await runJob(core, {
    kind: 'save-image',
    input: {
      source: scene.source,
      edits: [{ kind: 'kernel-args', entry: `1:${entry}`, changes: [{ op: 'append', arg: `filler=${'x'.repeat(1800)}` }] }],
      target: { mode: 'new-file', output: scene.at('never.qcow2'), replace: false },
    },
  })
  expect([job.state, job.error?.code]).toEqual(['failed', 'guest-filesystem-full'])
  expect((await core.listBootEntries(scene.source)).files.map((found) => found.text)).toEqual([text])
  expect(await hashOf(scene.source)).toBe(before)
  await expectNothingLeft(scene, core)
})

test('a runtime folder that fills up while the engine writes: the cause is named, nothing is saved', async () => {
  const save = ['boot', 'set', scene.source, '--append', ADDED, '-o', scene.at('never.qcow2'), '--json']
  const running = await startOn(scene.dirs.runtime, 'size=70m', save)
  expect((await running.runningStep('write'))?.state).toBe('running')
  const hog = fs
    .writeFile(path.join(seenBy(running, scene.dirs.runtime), 'hog'), Buffer.alloc(80_000_000))
    .catch((error: NodeJS.ErrnoException) => error.code)
  expect(await hog).toBe('ENOSPC')
  const ending = await running.ended
  expect([ending.code, errorOf(ending).code]).toEqual([1, 'no-space'])
  expect(await scene.leftFiles()).toEqual([])
  expect(await hashOf(scene.source)).toBe(scene.original)
})
