import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveDirs } from '../files/dirs'
import { silentLogger } from '../log/logger'
import { createHost } from '../process/create-host'
import type { Host } from '../process/host'
import { exitRom, runOnAccelerator } from '../tools/qemu-system/probe-accelerator'
import { chooseEngine, requireEngine } from './choose-engine'
import { createNbdEngine } from './engines/nbd'
import { probeKvm } from './kvm'

let host: Host
let folder: string
beforeAll(async () => {
  host = await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-probe-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

test('the probe ROM runs guest code, and only guest code makes it succeed', async () => {
  const rom = path.join(folder, 'exit.rom')
  await fs.writeFile(rom, exitRom())
  await runOnAccelerator(host, 'tcg', rom)
  const other = path.join(folder, 'other-value.rom')
  // The same code with another value: qemu then ends with another code.
  await fs.writeFile(other, exitRom().with(0xfff4, 0x11))
  await expect(runOnAccelerator(host, 'tcg', other)).rejects.toMatchObject({ code: 'tool-failed' })
})

test('the KVM probe agrees with a virtual machine that is really run', async () => {
  const rom = path.join(folder, 'kvm.rom')
  await fs.writeFile(rom, exitRom())
  const runs = await runOnAccelerator(host, 'kvm', rom).then(
    () => true,
    () => false,
  )
  const report = await probeKvm(host, { refresh: true })
  expect(report.usable).toBe(runs)
  expect(report.reason).toMatch(/\.$/)
  expect(await probeKvm(host)).toBe(report)
})

test('uml is chosen first, and guestfish when it is asked for', async () => {
  const automatic = await chooseEngine(host, 'auto')
  expect(automatic.engine?.id).toBe('uml')
  expect(automatic.reports.map(({ id, usable, chosen }) => [id, usable, chosen])).toEqual([
    ['uml', true, true],
    ['guestfish', true, false],
    ['nbd', expect.any(Boolean), false],
  ])
  expect((await chooseEngine(host, 'guestfish')).engine?.id).toBe('guestfish')
})

test('nbd is used by name alone, and says what it means', async () => {
  const none: Host = { ...host, has: (tool) => tool !== 'linux.uml' && tool !== 'guestfish' && host.has(tool) }
  const ready = createNbdEngine({
    runner: { probe: async () => ({ usable: true, reason: 'Ready.' }), run: () => Promise.reject(new Error()) },
  })
  expect((await chooseEngine(none, 'auto')).engine).toBeNull()
  await expect(requireEngine(none, 'auto')).rejects.toMatchObject({ code: 'engine-unavailable' })
  const unusable: Host = { ...host, has: (tool) => tool !== 'qemu-nbd' && host.has(tool) }
  await expect(requireEngine(unusable, 'nbd')).rejects.toMatchObject({
    code: 'engine-unavailable',
    data: { details: { engine: 'nbd', reason: 'Not installed: qemu-nbd.' } },
  })
  expect(await ready.probe(host)).toMatchObject({
    usable: true,
    reason: expect.stringMatching(/kernel read .* as root.* trust\. Ready\.$/),
  })
})

test('an engine that cannot be used is never chosen, and says why', async () => {
  const without: Host = { ...host, has: (tool) => tool !== 'linux.uml' && host.has(tool) }
  const { engine, reports } = await chooseEngine(without, 'auto')
  expect(engine?.id).toBe('guestfish')
  expect(reports[0]).toMatchObject({ id: 'uml', usable: false, reason: 'Not installed: linux.uml.' })
  expect((await chooseEngine(without, 'uml')).engine).toBeNull()
  const open: Host = { ...host, sandbox: { usable: false, reason: 'user namespaces are switched off' } }
  expect((await chooseEngine(open, 'uml')).reports[0]?.reason).toContain('user namespaces are switched off')
})
