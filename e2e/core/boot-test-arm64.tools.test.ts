import fs from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testImage } from '../images/cache.js'
import { bootTests, PATIENCE } from './boot-tests.js'
import { hashOf, openBench, type TestBench } from './workbench.js'

const ENTRY = '1:/loader/entries/diskwright-sample.conf'

let bench: TestBench
beforeAll(async () => {
  // Its packages are fetched first.
  await testImage('arm64-bootable')
  bench = await openBench()
}, PATIENCE)
afterAll(() => bench.close())

const { start, report, nothingLeft } = bootTests(() => bench)

test(
  'an image for 64-bit ARM boots with its edited argument, on the machine that is chosen for it',
  async () => {
    const source = await testImage('arm64-bootable')
    const before = await hashOf(source)
    const found = await report(
      start({
        source,
        platform: 'oci',
        edits: [
          { kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'oracleoci' }] },
        ],
        append: ['diskwright.temporary=1'],
        machine: { network: 'user', tpm: true },
        expect: { ready: ['login', 'cmdline'], patterns: ['^Booted with: .*id=oracleoci console=ttyAMA0 diskwright\\.temporary=1$'] },
      }),
    )
    expect(found).toMatchObject({ verdict: 'pass', firmware: { kind: 'uefi' }, accelerator: { used: 'tcg' }, missing: [], restarts: 0 })
    expect(found.machine).toMatchObject({ arch: 'aarch64', type: 'virt', diskBus: 'scsi', tpm: true, platform: 'oci' })
    expect(found.timeline.map(({ phase }) => phase)).toEqual(['firmware', 'boot-loader', 'kernel', 'initramfs', 'login'])
    expect(found.command).toMatch(/^qemu-system-aarch64 .*-cpu max,pauth-impdef=on .*asset=OracleCloud\.com/)
    expect((await fs.readFile(found.screenshot ?? '')).subarray(1, 4).toString()).toBe('PNG')
    expect(found.notes.join()).not.toContain('serial console')
    expect(await hashOf(source)).toBe(before)
    await nothingLeft()
  },
  PATIENCE,
)
