import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { retargetPlanSchema } from '#shared/platforms/retarget-plan'
import { testImage } from '../images/cache.js'
import { openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('an OCK on VMware: what leaves and what arrives, before anything is staged', async () => {
  const plan = retargetPlanSchema.parse(await bench.core.planRetarget(await testImage('ock'), 'vmware'))
  expect(plan).toMatchObject({
    current: 'libvirt',
    ignitionId: 'vmware',
    family: 'ock',
    arch: 'x86_64',
    archFrom: 'kernel',
    changes: true,
    platform: { id: 'vmware', image: { format: 'vmdk', subformat: 'streamOptimized', container: 'ova' } },
  })
  expect(plan.perEntry).toHaveLength(2)
  for (const entry of plan.perEntry) {
    expect(entry.leaves).toEqual(['ignition.platform.id=qemu', 'console=ttyS0'])
    expect(entry.arrives).toEqual(['ignition.platform.id=vmware', 'console=ttyS0,115200n8', 'console=tty0'])
    expect(entry.reasons.every(({ why }) => why !== '')).toBe(true)
  }
  expect(plan.imageAdvice.map(({ code }) => code)).toContain('format-not-taken')
})

test('Oracle’s cloud is `oci` on an OCK', async () => {
  const plan = await bench.core.planRetarget(await testImage('ock'), 'oci')
  expect(plan.perEntry.map(({ arrives }) => arrives)).toEqual([['ignition.platform.id=oci'], ['ignition.platform.id=oci']])
})

test('a RHEL 8: its arguments are in grubenv, and later kernels get the same', async () => {
  const plan = await bench.core.planRetarget(await testImage('rhel8'), 'vmware')
  expect(plan).toMatchObject({ family: 'rhel-like', current: null, ignitionId: null })
  for (const entry of plan.perEntry) expect(entry.consoles).toEqual(['ttyS0,115200n8', 'tty0'])
  const preview = await bench.core.previewEdits(await testImage('rhel8'), [{ kind: 'retarget', platform: 'vmware' }])
  expect(preview.edits).toMatchObject([{ problem: null }])
  const written = preview.changes.map((change) => (change.kind === 'file' ? change.path : ''))
  expect(written.some((file) => file.endsWith('/grubenv'))).toBe(true)
  expect(written.some((file) => file.includes('/loader/entries/'))).toBe(false)
})

test('a Debian with a menu of its own in grub.cfg', async () => {
  const plan = await bench.core.planRetarget(await testImage('debian'), 'azure')
  const changed = plan.perEntry.filter(({ arrives }) => arrives.length > 0)
  expect(changed.length).toBeGreaterThan(0)
  for (const entry of changed) expect(entry.consoles.at(-1)).toBe('ttyS0,115200n8')
  expect(plan.perFile.map(({ file }) => file.split(':')[1])).toContain('/etc/default/grub')
})

test('labels of extlinux', async () => {
  const plan = await bench.core.planRetarget(await testImage('extlinux'), 'vmware')
  expect(plan.perEntry.some(({ consoles }) => consoles.join(' ') === 'ttyS0,115200n8 tty0')).toBe(true)
})

test("the image's own table wins, and GRUB's console block follows it", async () => {
  const image = await testImage('ock')
  const table = { vmware: { grub_commands: ['serial --unit=1'], kernel_arguments: ['console=ttyS1', 'console=tty0', 'own=1'] } }
  const cfg = '# CONSOLE-SETTINGS-START\nterminal_input console\n# CONSOLE-SETTINGS-END\nblscfg\n'
  const edits = [
    { kind: 'write-file', partition: 2, path: '/coreos/platforms.json', content: { text: JSON.stringify(table) } },
    { kind: 'write-file', partition: 2, path: '/grub2/grub.cfg', content: { text: cfg } },
  ] as const
  const plan = await bench.core.planRetarget(image, 'vmware', { edits })
  expect(plan).toMatchObject({ ownTable: true, consoleBlocks: [{ before: ['terminal_input console'], after: ['serial --unit=1'] }] })
  for (const entry of plan.perEntry) {
    expect(entry.consoles).toEqual(['ttyS1', 'tty0'])
    expect(entry.arrives).toContain('own=1')
  }
  const { changes } = await bench.core.previewEdits(image, [...edits, { kind: 'retarget', platform: 'vmware' }])
  const script = changes.find((change) => change.kind === 'file' && change.path === '/grub2/grub.cfg')
  expect(script).toMatchObject({ after: cfg.replace('terminal_input console', 'serial --unit=1') })
})

test('saved for VMware: every entry says so, and a second time nothing is left to do', async () => {
  const source = await bench.copy('ock')
  const { revision } = await bench.core.inspect(source)
  const output = path.join(bench.folder, 'vmware.qcow2')
  await bench.succeed({
    kind: 'save-image',
    input: {
      source,
      revision,
      edits: [{ kind: 'retarget', platform: 'vmware' }],
      target: { mode: 'new-file', output, replace: false },
      engine: 'uml',
    },
  })
  const { entries } = await bench.core.listBootEntries(output)
  expect(entries).toHaveLength(2)
  for (const { args } of entries) {
    expect(args).toContain('ignition.platform.id=vmware')
    expect(args.filter((arg) => arg.startsWith('console='))).toEqual(['console=ttyS0,115200n8', 'console=tty0'])
  }
  const again = await bench.core.planRetarget(output, 'vmware')
  expect(again).toMatchObject({ current: 'vmware', changes: false })
  expect(again.perEntry.flatMap(({ leaves, arrives, moves }) => [...leaves, ...arrives, ...moves])).toEqual([])
})
