import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { type Finding, healthReportSchema } from '#shared/health/finding'
import type { PlatformId } from '#shared/platforms/platform'
import { writeNewc } from '#shared/system/newc'
import { testImage } from '../images/cache.js'
import { openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

interface Asked {
  readonly platform?: PlatformId
  readonly edits?: readonly Edit[]
  readonly initramfs?: boolean
}

async function health(image: string, asked: Asked = {}) {
  return healthReportSchema.parse(await bench.core.checkHealth(image, asked))
}

const wrong = (findings: readonly Finding[]): string[] =>
  findings.filter(({ severity }) => severity === 'error' || severity === 'warning').map(({ id }) => id)

test('a published OCK: its EFI system partition has the wrong type, and nothing else is wrong', async () => {
  const report = await health(await testImage('ock'))
  expect(wrong(report.findings)).toEqual(['esp-type:1'])
  expect(report.counts).toMatchObject({ error: 1, warning: 0 })
  expect(report.findings.find(({ id }) => id === 'filesystem-clean')?.severity).toBe('pass')
  expect(report.findings.find(({ id }) => id === 'root-device')).toMatchObject({ severity: 'pass' })
})

test('its fix, staged, makes the finding disappear; saved with uml it is gone for good', async () => {
  const source = await bench.copy('ock')
  const [finding] = (await health(source)).findings
  const edits = finding?.fix ?? []
  expect(edits).toEqual([{ kind: 'set-partition-type', partition: 1, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' }])
  expect((await health(source, { edits })).counts.error).toBe(0)
  expect((await health(source)).counts.error).toBe(1)

  const output = path.join(bench.folder, 'mended.qcow2')
  const { revision } = await bench.core.inspect(source)
  await bench.succeed({
    kind: 'save-image',
    input: {
      source,
      revision,
      edits: [...edits, { kind: 'retarget', platform: 'vmware' }],
      target: { mode: 'new-file', output, replace: false },
      engine: 'uml',
    },
  })
  const mended = await health(output, { platform: 'vmware' })
  expect(wrong(mended.findings)).toEqual(['platform-format:format-not-taken'])
  for (const id of ['filesystem-clean', 'ignition-id', 'consoles', 'esp-type'])
    expect(mended.findings.find((one) => one.id === id)?.severity).toBe('pass')
})

test('for another platform: the Ignition id and the consoles are wrong, and one retarget mends both', async () => {
  const image = await testImage('ock')
  const before = await health(image, { platform: 'vmware' })
  expect(wrong(before.findings)).toEqual(expect.arrayContaining(['ignition-id', 'consoles']))
  const fix = before.findings.find(({ id }) => id === 'ignition-id')?.fix ?? []
  const after = await health(image, { platform: 'vmware', edits: fix })
  expect(wrong(after.findings)).toEqual(['esp-type:1', 'platform-format:format-not-taken'])
})

test('leftovers of an image that was used: every one-click fix together leaves none', async () => {
  const image = await testImage('extlinux')
  const before = await health(image)
  expect(before.findings.find(({ id }) => id === 'ssh-host-keys')).toMatchObject({
    severity: 'error',
    evidence: expect.arrayContaining(['/etc/ssh/ssh_host_ed25519_key']),
  })
  const edits = before.findings.flatMap(({ group, fix }) => (group === 'leftovers' ? fix : []))
  const after = await health(image, { edits })
  expect(wrong(after.findings.filter(({ group }) => group === 'leftovers'))).toEqual([])
})

test('drivers are looked for in the initial RAM disk, of a staged one as well', async () => {
  const image = await testImage('ock')
  const before = await health(image, { platform: 'libvirt', initramfs: true })
  expect(before.findings.find(({ id }) => id === 'storage-drivers')).toMatchObject({
    severity: 'info',
    text: expect.stringContaining('no archive'),
  })

  const { entries } = await bench.core.listBootEntries(image)
  const initrd = entries.find(({ isDefault }) => isDefault)?.initrds[0] ?? ''
  const file = (name: string, text = ''): Parameters<typeof writeNewc>[0][number] => ({
    path: name,
    mode: 0o100644,
    content: new TextEncoder().encode(text),
  })
  const archive = gzipSync(
    writeNewc([
      file('usr/lib/modules/5.15.0/kernel/drivers/block/virtio_blk.ko.xz'),
      file('usr/lib/modules/5.15.0/kernel/drivers/net/virtio-net.ko.xz'),
      file('usr/lib/modules/5.15.0/modules.builtin', 'kernel/drivers/virtio/virtio_pci.ko\n'),
      file('usr/bin/ignition'),
    ]),
  )
  const edits: Edit[] = [{ kind: 'write-file', partition: 2, path: initrd, content: { base64: archive.toString('base64') } }]
  const kvm = await health(image, { platform: 'libvirt', initramfs: true, edits })
  for (const id of ['storage-drivers', 'network-drivers', 'ignition-in-initramfs'])
    expect(kvm.findings.find((one) => one.id === id)?.severity).toBe('pass')
  const azure = await health(image, { platform: 'azure', initramfs: true, edits })
  expect(wrong(azure.findings)).toEqual(
    expect.arrayContaining(['storage-drivers:hv_vmbus', 'storage-drivers:hv_storvsc', 'network-drivers:hv_netvsc']),
  )
})

test('devices that are not there: fstab and root= get the UUID that is', async () => {
  const image = await testImage('debian')
  const gone = '00000000-dead-4000-8000-000000000000'
  const { entries } = await bench.core.listBootEntries(image)
  const root =
    entries
      .find(({ isDefault }) => isDefault)
      ?.args.find((arg) => arg.startsWith('root='))
      ?.slice('root='.length) ?? ''
  const broken: Edit[] = [
    { kind: 'fstab-device', mountPoint: '/', device: `UUID=${gone}` },
    { kind: 'kernel-args', entry: 'default', changes: [{ op: 'replace', key: 'root', from: root, to: `UUID=${gone}` }] },
  ]
  const report = await health(image, { edits: broken })
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  expect(errors.map(({ check }) => check)).toEqual(expect.arrayContaining(['fstab-device', 'root-device']))
  const fixed = await health(image, { edits: [...broken, ...errors.flatMap(({ fix }) => fix)] })
  expect(fixed.findings.filter(({ check, severity }) => ['fstab-device', 'root-device'].includes(check) && severity !== 'pass')).toEqual([])
})

test.each(['ock', 'rhel8', 'debian', 'systemd-boot', 'extlinux', 'mbr', 'no-table', 'bootable'] as const)(
  '%s is checked for a platform',
  async (name) => {
    const image = await testImage(name)
    await bench.core.inspect(image)
    const report = await health(image, { platform: 'aws' })
    expect(report.findings.length).toBeGreaterThan(20)
  },
)
