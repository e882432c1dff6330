import fs from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { OUTER_LIFELINE_SCRIPT } from '#core/process/command-line'
import type { ToolId } from '#core/process/tool-table'
import { TOOLS } from '#core/process/tool-table'
import { appErrorDataSchema } from '#shared/errors/app-error-data'
import { shellLine } from '#shared/text/shell-quote'
import { testImage } from '../images/cache.js'
import { expectNothingLeft, runJob } from './in-process.js'
import { mountsOf, processesLeft } from './left-behind.js'
import { buildProgram, type Program } from './program.js'
import { openScene, type Scene } from './scene.js'
import { toolsFolder } from './tools-folder.js'
import { ADDED, CONVERT, SAVE_NEW, type Work } from './work.js'

let program: Program
let scene: Scene
beforeAll(async () => {
  const [built, image] = await Promise.all([buildProgram(), testImage('mbr')])
  program = built
  scene = await openScene(image)
})
afterAll(async () => {
  await scene.close()
  await program.remove()
})

const without = (tool: ToolId) => toolsFolder(`${scene.root}/without-${tool}`, { without: [tool] })

const NEEDED: readonly (readonly [ToolId, Work])[] = [
  ['qemu-img', CONVERT],
  ['qemu-storage-daemon', CONVERT],
  ['grub-fstest', SAVE_NEW],
  ['sfdisk', SAVE_NEW],
  ['nsenter', SAVE_NEW],
  ['setpriv', SAVE_NEW],
]

for (const [tool, work] of NEEDED) {
  test(`without ${tool}: ${work.name} names the package to install, the doctor too, and nothing crashes`, async () => {
    const core = await scene.nextStart({ DISKWRIGHT_TOOL_PATH: await without(tool) })
    const job = await runJob(core, work.request(scene))
    expect([job.state, job.error?.code]).toEqual(['failed', 'tool-missing'])
    expect(job.error?.details).toEqual({ tool: TOOLS[tool].binary, package: TOOLS[tool].packages.debian })
    expect(job.error?.actions).toEqual([{ kind: 'install-tool', tool }])
    await expectNothingLeft(scene, core)

    const doctor = await core.doctor({ refresh: true })
    expect(doctor.ok).toBe(false)
    expect(doctor.tools.find((row) => row.id === tool)).toMatchObject({
      path: null,
      ok: false,
      install: expect.stringContaining(TOOLS[tool].packages.debian),
    })
  })
}

test('on the command line a missing tool is exit code 4 and words that name the package', async () => {
  const ending = await program.run(scene, CONVERT.command(scene), { env: { DISKWRIGHT_TOOL_PATH: await without('qemu-img') } })
  expect(ending.code).toBe(4)
  expect(ending.stderr).toContain('qemu-utils')
  expect(ending.stderr).not.toMatch(/ENOENT|at .*\.js:\d+/)
})

test('without bwrap it reads all the same and says that there is no sandbox; no mount and no process is left', async () => {
  const core = await scene.nextStart({ DISKWRIGHT_TOOL_PATH: await without('bwrap') })
  const info = await core.inspect(scene.source)
  expect(info.warnings.map((warning) => warning.code)).toContain('sandbox-missing')
  expect(info.partitions.length).toBeGreaterThan(2)
  const { entries } = await core.listBootEntries(scene.source)
  expect(entries.length).toBe(1)
  await expectNothingLeft(scene, core)

  expect((await runJob(core, CONVERT.request(scene))).state).toBe('succeeded')
  await fs.rm(scene.at(CONVERT.output ?? ''))
  await expectNothingLeft(scene, core)
  const sandbox = (await core.doctor({ refresh: true })).sandbox
  expect(sandbox).toEqual({ usable: false, reason: 'bubblewrap (bwrap) is not installed' })
})

test('without bwrap and killed in the middle of reading: the next start takes the dead mount away', async () => {
  const env = { DISKWRIGHT_TOOL_PATH: await without('bwrap') }
  for (let tries = 0; ; tries += 1) {
    const running = program.start(scene, ['inspect', scene.source], { env })
    while (
      mountsOf(scene.mark).length === 0 &&
      (await Promise.race([running.ended, new Promise((resolve) => setTimeout(resolve, 1, 'runs'))])) === 'runs'
    );
    await running.kill()
    if (mountsOf(scene.mark).length > 0) break
    expect(tries).toBeLessThan(20)
  }
  expect(await processesLeft([scene.mark])).toEqual([])
  await expectNothingLeft(scene, await scene.nextStart(env))
})

test('without linux.uml the engine is guestfish, as the doctor tells; without both a save says which tool to install', async () => {
  const core = await scene.nextStart({ DISKWRIGHT_TOOL_PATH: await without('linux.uml') })
  const { engines } = await core.doctor({ refresh: true })
  expect(engines.find((engine) => engine.id === 'uml')).toMatchObject({
    usable: false,
    chosen: false,
    reason: expect.stringContaining('linux.uml'),
  })
  expect(engines.find((engine) => engine.id === 'guestfish')).toMatchObject({ usable: true, chosen: true })

  const neither = await toolsFolder(`${scene.root}/without-engines`, { without: ['linux.uml', 'guestfish'] })
  const job = await runJob(await scene.nextStart({ DISKWRIGHT_TOOL_PATH: neither }), SAVE_NEW.request(scene))
  expect([job.state, job.error?.code]).toEqual(['failed', 'engine-unavailable'])
  expect(job.error?.actions).toContainEqual({ kind: 'install-tool', tool: 'linux.uml' })
  await expectNothingLeft(scene, core)
})

test('in place as an unprivileged user: a read-only image or folder is refused before anything else is looked at', async () => {
  const own = await openScene(await testImage('mbr'))
  try {
    const isRoot = process.getuid?.() === 0
    const user = 65_534
    if (isRoot) for (const name of [own.root, own.folder, own.source]) await fs.chown(name, user, user)
    const prefix = isRoot ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--'] : []
    const save = async (): Promise<unknown[]> => {
      const { code, stdout } = await program.run(own, ['boot', 'set', own.source, '--append', ADDED, '--in-place', '--json'], { prefix })
      const { error, commands } = z
        .object({ error: appErrorDataSchema, commands: z.array(z.unknown()).default([]) })
        .parse(JSON.parse(stdout))
      return [code, error.code, error.details['path'] ?? error.details['folder'], commands.length]
    }
    await fs.chmod(own.source, 0o444)
    expect(await save()).toEqual([1, 'file-not-writable', own.source, 0])
    await fs.chmod(own.source, 0o644)
    await fs.chmod(own.folder, 0o555)
    expect(await save()).toEqual([1, 'folder-not-writable', own.folder, 0])
    await fs.chmod(own.folder, 0o755)
    expect(await own.leftFiles()).toEqual([])
  } finally {
    await own.close()
  }
})

test('the same save as an unprivileged user: engine uml, in the sandbox', async () => {
  const image = await testImage('mbr')
  const own = await openScene(image)
  try {
    const isRoot = process.getuid?.() === 0
    const user = 65_534
    if (isRoot) for (const name of [own.root, own.folder, own.source]) await fs.chown(name, user, user)
    const prefix = isRoot ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--'] : []
    const ending = await program.run(own, ['boot', 'set', own.source, '--append', ADDED, '-o', own.at('saved.qcow2'), '--json'], { prefix })
    expect([ending.code, ending.code === 0 ? '' : ending.stdout + ending.stderr]).toEqual([0, ''])
    const job = JSON.parse(ending.stdout) as { output: { engine: string }; commands: { full: string }[] }
    expect(job.output.engine).toBe('uml')
    // Every command that touches an image ran in the sandbox, with what watches the lifeline around it, or inside one.
    const watched = ` -c ${shellLine([OUTER_LIFELINE_SCRIPT])} sh `
    for (const { full } of job.commands.filter((command) => command.full.includes(own.mark)))
      expect(full.replace(/^\S*sh(?= )/, '').replace(watched, '')).toMatch(/^\S*(bwrap|nsenter) /)
    expect((await fs.stat(own.at('saved.qcow2'))).uid).toBe(isRoot ? user : process.getuid?.())
    expect(await processesLeft([own.mark])).toEqual([])
    expect(await own.leftFiles()).toEqual(['saved.qcow2'])
  } finally {
    await own.close()
  }
})
