import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashOf } from '../core/workbench.js'
import { mountsOf, processesLeft } from './left-behind.js'
import { inPool } from './pool.js'
import { buildProgram, type Program } from './program.js'
import { openScene, type Scene } from './scene.js'

const WIDTH = 2
const STEPS = ['copy', 'change', 'compare', 'check'] as const
const TRIES = 20

let program: Program
let samples: string
beforeAll(async () => {
  program = await buildProgram()
  samples = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-chain-'))
  const run = (tool: string, ...args: string[]): string => execFileSync(tool, args, { cwd: samples, encoding: 'utf8' })
  run('qemu-img', 'create', '-q', '-f', 'qcow2', 'base.qcow2', '32M')
  run('qemu-io', '-f', 'qcow2', '-c', 'write -P 1 0 24M', 'base.qcow2')
  run('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'base.qcow2', 'top.qcow2', '32M')
  run('qemu-io', '-f', 'qcow2', '-c', 'write -P 3 4M 12M', 'top.qcow2')
  run('qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', 'top.qcow2', 'content.raw')
})
afterAll(async () => {
  await program.remove()
  await fs.rm(samples, { recursive: true, force: true })
})

/** A change of a chain: its command, and which of the two files it may exchange. */
interface Change {
  readonly name: string
  readonly changed: 'base.qcow2' | 'top.qcow2'
  command(scene: Scene): string[]
}

const COMMIT: Change = {
  name: 'commit',
  changed: 'base.qcow2',
  command: (scene) => ['disk', 'commit', scene.at('top.qcow2'), '--into', scene.at('base.qcow2')],
}

const CHANGES: readonly Change[] = [
  COMMIT,
  { name: 'flatten', changed: 'top.qcow2', command: (scene) => ['disk', 'flatten', scene.at('top.qcow2'), '--in-place'] },
]

async function withChain(work: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await openScene(path.join(samples, 'base.qcow2'), 'base.qcow2')
  try {
    await fs.copyFile(path.join(samples, 'top.qcow2'), scene.at('top.qcow2'))
    await work(scene)
  } finally {
    await scene.close()
  }
}

/** At any moment the overlay reads as before; what was exchanged has a backup, and the next start cleans up. */
async function expectNothingLost(scene: Scene, { changed }: Change, label: string): Promise<void> {
  expect(await processesLeft([scene.mark]), `${label}: processes`).toEqual([])
  expect(mountsOf(scene.mark), `${label}: mounts`).toEqual([])
  const core = await scene.nextStart()
  expect(await core.recovery.clean(), `${label}: not cleaned`).toEqual([])
  expect(await core.recovery.list(), `${label}: left`).toEqual([])
  await core.close()
  await expectSame(scene, label)
  const whole = (await hashOf(scene.at(changed))) === (await hashOf(path.join(samples, changed)))
  const left = (await fs.readdir(scene.folder)).filter((name) => name !== 'base.qcow2' && name !== 'top.qcow2')
  if (whole) return expect(left, `${label}: files`).toEqual([])
  expect(left, `${label}: files`).toEqual([expect.stringContaining(`${changed}.backup-`)])
  expect(await hashOf(scene.at(left[0] ?? '')), `${label}: the backup`).toBe(await hashOf(path.join(samples, changed)))
}

async function expectDoneAgain(scene: Scene, { name, command }: Change): Promise<void> {
  const again = await program.run(scene, command(scene))
  expect(again.code, `${name}, again: ${again.stderr}`).toBe(0)
  await expectSame(scene, `${name}, again`)
}

async function expectSame(scene: Scene, label: string): Promise<void> {
  const words = execFileSync('qemu-img', ['compare', scene.at('top.qcow2'), path.join(samples, 'content.raw')], { encoding: 'utf8' })
  expect(words, label).toContain('identical')
}

for (const change of CHANGES) {
  test(`${change.name}: killed in each of its steps, the overlay reads as before, and it can be done again`, {
    timeout: 600_000,
  }, async () => {
    const count = await inPool(STEPS, WIDTH, async (step) => {
      for (let tries = 1; ; tries += 1) {
        let hit = false
        await withChain(async (scene) => {
          const running = program.start(scene, change.command(scene))
          const seen = await running.runningStep(step)
          const { signal } = await running.kill()
          hit = seen !== undefined && signal === 'SIGKILL'
          if (!hit) return
          await expectNothingLost(scene, change, `${change.name}, killed in ${step}`)
          if (step === 'change') await expectDoneAgain(scene, change)
        })
        if (hit) return
        if (tries === TRIES) throw new Error(`${change.name}: the step ${step} was never seen running`)
      }
    })
    expect(count).toBe(STEPS.length)
  })
}

test('commit: killed before and after each change of a name, one of the two backing files bears it', { timeout: 600_000 }, async () => {
  let points: string[] = []
  await withChain(async (scene) => {
    const log = path.join(scene.root, 'changes')
    const { code, stderr } = await program.run(scene, COMMIT.command(scene), {
      killPoint: true,
      env: { FAULT_FOLDER: scene.folder, FAULT_LOG: log },
    })
    expect(code, stderr).toBe(0)
    points = (await fs.readFile(log, 'utf8')).trim().split('\n')
  })
  expect(points.map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining(['link', 'rename']))
  const places = points.flatMap((line) => ['before', 'after'].map((when) => `${line.split(' ')[0]}:${when}`))
  await inPool(places, WIDTH, (place) =>
    withChain(async (scene) => {
      const env = { FAULT_FOLDER: scene.folder, FAULT_AT: place }
      const { signal } = await program.run(scene, COMMIT.command(scene), { killPoint: true, env })
      expect([place, signal]).toEqual([place, 'SIGKILL'])
      await expectNothingLost(scene, COMMIT, `commit, killed at ${place}`)
    }),
  )
})

test('a disk that is too small for the copy: both files stay as they are, and nothing is left', { timeout: 600_000 }, async () => {
  await withChain(async (scene) => {
    const small = path.join(scene.root, 'small')
    const seen = path.join(scene.root, 'seen')
    await fs.mkdir(small)
    const top = path.join(small, 'top.qcow2')
    // A file system of its own in a mount name space of its own: what is left there is listed from inside.
    const script = `mount -t tmpfs -o size=72m tmpfs "$1" && cp "$2"/base.qcow2 "$2"/top.qcow2 "$1" && out=$3 && shift 3
      "$@"; code=$?; (cd "$0" && ls -A && sha256sum base.qcow2 top.qcow2) >"$out"; exit $code`
    const rights = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
    const prefix = ['unshare', ...rights, 'sh', '-c', script, small, small, samples, seen]
    const { code, stdout } = await program.run(scene, ['disk', 'commit', top, '--into', path.join(small, 'base.qcow2'), '--json'], {
      prefix,
    })
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'no-space' } }])
    const hashes = await Promise.all(['base.qcow2', 'top.qcow2'].map(async (name) => `${await hashOf(path.join(samples, name))}  ${name}`))
    expect((await fs.readFile(seen, 'utf8')).trim().split('\n')).toEqual(['base.qcow2', 'top.qcow2', ...hashes])
  })
})
