import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { probeKvm } from '#core/guest/kvm'
import { availableMemory } from '#core/operations/boot-test/free-memory'
import { BOOTABLE_OPTIONS } from '../images/bootable.js'
import { testImage } from '../images/cache.js'
import { bootTests, machines, PATIENCE } from './boot-tests.js'
import { hashOf, openBench, type TestBench } from './workbench.js'

const ENTRY = '1:/loader/entries/diskwright-sample.conf'

let bench: TestBench
let empty: string
beforeAll(async () => {
  bench = await openBench()
  empty = path.join(bench.folder, 'empty.qcow2')
  await promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow2', empty, '16M'])
})
afterAll(() => bench.close())

const { start, report, said, nothingLeft } = bootTests(() => bench)

test(
  'an edited argument is seen in the guest, while another image boots beside it; both images stay as they are',
  async () => {
    const [uefi, bios] = [await bench.copy('bootable'), await bench.copy('bios-bootable')]
    const before = await Promise.all([hashOf(uefi), hashOf(bios)])
    const edited = start({
      source: uefi,
      edits: [
        { kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }] },
        { kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'append', arg: 'diskwright.edited=1' }] },
      ],
      append: ['diskwright.temporary=1'],
      expect: { ready: ['login', 'cmdline'], patterns: ['^Booted with: .*console=ttyS0 diskwright\\.edited=1 diskwright\\.temporary=1$'] },
    })
    const other = start({ source: bios, expect: { patterns: [`^Booted with: .*${BOOTABLE_OPTIONS.split(' ')[0]}`] } })
    const [first, second] = await Promise.all([report(edited), report(other)])
    expect(first).toMatchObject({ verdict: 'pass', firmware: { kind: 'uefi' }, accelerator: { used: 'tcg' }, missing: [], restarts: 0 })
    expect(first.evidence.find(({ rule }) => rule === 'cmdline')?.line).toContain('ignition.platform.id=vmware')
    expect(first.timeline.map(({ phase }) => phase)).toEqual(['firmware', 'boot-loader', 'kernel', 'initramfs', 'login'])
    expect(first.command).toContain('qemu-system-x86_64')
    const log = await fs.readFile(first.serial.path, 'utf8')
    expect(log).toContain('diskwright.edited=1')
    expect(Buffer.byteLength(log)).toBe(first.serial.bytes)
    expect((await fs.readFile(first.screenshot ?? '')).subarray(1, 4).toString()).toBe('PNG')
    expect(path.dirname(first.serial.path)).toBe(path.join(bench.core.dirs.state, 'jobs', edited.id))

    expect(second).toMatchObject({ verdict: 'pass', firmware: { kind: 'bios', file: null } })
    expect(second.timeline.map(({ phase }) => phase)).toEqual(['firmware', 'boot-loader', 'kernel', 'initramfs', 'login'])
    expect(await Promise.all([hashOf(uefi), hashOf(bios)])).toEqual(before)
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'a kernel that panics fails with the line that tells it, and what it said after',
  async () => {
    const found = await report(start({ source: await testImage('bios-bootable'), append: ['diskwright.sample=panic'] }))
    expect(found).toMatchObject({ verdict: 'fail', reason: 'The kernel found no init that runs, or init ended.' })
    expect(found.evidence.find(({ kind }) => kind === 'fail')).toMatchObject({
      rule: 'no-init',
      line: expect.stringContaining('Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300'),
    })
    expect(await fs.readFile(found.serial.path, 'utf8')).toContain('end Kernel panic')
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'GRUB boots with the edited argument, and a kernel without memory fails',
  async () => {
    const source = await testImage('grub-bootable')
    const edited = start({
      source,
      edits: [
        { kind: 'kernel-args', entry: 'default', changes: [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }] },
      ],
      expect: { ready: ['login', 'cmdline'], patterns: ['^Booted with: .*ignition\\.platform\\.id=vmware'] },
    })
    const small = start({ source, machine: { memoryBytes: 64 * 1024 ** 2 }, expect: { timeoutSeconds: 300 } })
    const [found, starved] = await Promise.all([report(edited), report(small)])
    expect(found).toMatchObject({ verdict: 'pass', firmware: { kind: 'bios' } })
    expect(found.timeline.map(({ phase }) => phase)).toEqual(['firmware', 'boot-loader', 'kernel', 'initramfs', 'login'])
    expect(starved).toMatchObject({ verdict: 'fail', missing: ['A login prompt'] })
    expect(starved.evidence.at(-1)?.rule).toMatch(/^(grub-no-kernel|initramfs-unpack|out-of-memory|kernel-panic|no-init)$/)
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'a guest that hangs ends by its silence; meanwhile SSH is forwarded to a port of loopback',
  async () => {
    const job = start({
      source: await testImage('bios-bootable'),
      append: ['diskwright.sample=hang'],
      machine: { network: 'user' },
      expect: { silence: { seconds: 1, after: '^Waiting for what never comes' } },
    })
    await said(job, /SeaBIOS/)
    expect(bench.core.bootTests.sshPort(job.id)).toBeGreaterThan(0)
    const found = await report(job)
    expect(found.verdict).toBe('timeout')
    expect(found.reason).toMatch(/^The guest said nothing for 1 s; there was not: A login prompt\./)
    expect(bench.core.bootTests.sshPort(job.id)).toBeNull()
    expect(bench.core.bootTests.send(job.id, 'x')).toBe(false)
  },
  PATIENCE,
)

test(
  'an edit that leaves out the initial RAM disk and names a wrong root fails before it is saved',
  async () => {
    const text = 'DEFAULT sample\nLABEL sample\n  LINUX /vmlinuz\n  APPEND console=ttyS0 root=/dev/nope\n'
    const found = await report(
      start({
        source: await testImage('bios-bootable'),
        edits: [{ kind: 'write-file', partition: 1, path: '/syslinux.cfg', content: { text } }],
      }),
    )
    expect(found.verdict).toBe('fail')
    expect(found.evidence.find(({ kind }) => kind === 'fail')).toMatchObject({ rule: 'no-root' })
  },
  PATIENCE,
)

test(
  'what is typed reaches the guest; one that switches itself off before it is ready fails',
  async () => {
    const job = start({ source: await testImage('bios-bootable'), expect: { ready: ['multi-user'] } })
    await said(job, /sample login: $/)
    expect(bench.core.bootTests.send(job.id, 'poweroff\n')).toBe(true)
    const found = await report(job)
    expect(found).toMatchObject({
      verdict: 'fail',
      reason: 'The guest switched itself off before systemd reached multi-user.target.',
      screenshot: null,
    })
  },
  PATIENCE,
)

test(
  'secure boot refuses a boot loader that nobody signed; the machine has a TPM',
  async () => {
    const found = await report(start({ source: await testImage('bootable'), machine: { firmware: 'uefi-secure', tpm: true } }))
    expect(found).toMatchObject({ verdict: 'fail', firmware: { kind: 'uefi-secure' }, machine: { type: 'q35', tpm: true } })
    expect(found.evidence.at(-1)).toMatchObject({ rule: 'secure-boot-refused', line: expect.stringContaining('Access Denied') })
    await nothingLeft()
  },
  PATIENCE,
)

test.each([
  ['nothing to boot', {}],
  ['NVMe, and a disk of cloud-init', { machine: { diskBus: 'nvme' }, seed: { cloudInit: { userData: { text: '#cloud-config\n' } } } }],
  ['IDE', { machine: { diskBus: 'ide' }, seed: { cloudInit: { userData: { text: '#cloud-config\n' } } } }],
  ['SATA on the older machine', { machine: { diskBus: 'sata', machine: 'pc' } }],
  ['VMware', { platform: 'vmware', machine: { network: 'user' } }],
  ['VMware Workstation', { platform: 'vmware-workstation' }],
  ['Azure with its TPM', { platform: 'azure', machine: { network: 'user' } }],
  ['AWS, by the best accelerator', { platform: 'aws', machine: { accelerator: 'auto', network: 'user' } }],
] as const)(
  'no boot device: %s',
  async (_what, rest) => {
    const found = await report(start({ source: empty, expect: { timeoutSeconds: 300 }, ...rest }))
    expect(found).toMatchObject({ verdict: 'fail', firmware: { kind: 'bios' }, reason: 'The firmware found nothing to boot.' })
    expect(found.evidence.at(-1)).toMatchObject({ rule: 'bios-no-boot-device', line: 'No bootable device.' })
    const kvm = 'machine' in rest && 'accelerator' in rest.machine && (await probeKvm(bench.host)).usable
    expect(found.accelerator.used).toBe(kvm ? 'kvm' : 'tcg')
  },
  PATIENCE,
)

test(
  'what a machine was promised is not there for another; cancelled while it boots, nothing is left',
  async () => {
    const source = await testImage('bios-bootable')
    const free = availableMemory(await fs.readFile('/proc/meminfo', 'utf8')) ?? 0
    const machine = { memoryBytes: Math.floor((free * 0.6) / 1024 ** 2) * 1024 ** 2 }
    const job = start({ source, machine, append: ['diskwright.sample=hang'] })
    await said(job, /SeaBIOS/)
    expect(await machines()).toHaveLength(1)
    const { error } = await bench.core.jobs.wait(start({ source, machine }).id)
    expect(error).toMatchObject({ code: 'not-enough-memory', details: { promisedBytes: expect.any(Number) } })
    bench.core.jobs.cancel(job.id)
    expect(await bench.core.jobs.wait(job.id)).toMatchObject({ state: 'cancelled', output: null })
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'a qemu that is killed is an error of its own, not a verdict',
  async () => {
    const job = start({ source: await testImage('bios-bootable') })
    await said(job, /SeaBIOS/)
    for (const pid of await machines()) process.kill(pid, 'SIGKILL')
    const ended = await bench.core.jobs.wait(job.id)
    expect(ended.state).toBe('failed')
    expect(ended.error).toMatchObject({ code: 'tool-failed', details: { problem: 'ended by SIGKILL' } })
    await nothingLeft()
  },
  PATIENCE,
)

test('a file of no format, and an image for another processor, are refused', async () => {
  const text = path.join(bench.folder, 'letter.img')
  await fs.writeFile(text, 'This is no disk.\n'.repeat(10_000))
  const refused = await bench.core.jobs.wait(start({ source: text }).id)
  expect(refused.error?.code).toBe('image-unknown-format')
  const other = path.join(bench.folder, 'disk.s390x.qcow2')
  await fs.copyFile(empty, other)
  const { error } = await bench.core.jobs.wait(start({ source: other }).id)
  expect(error).toMatchObject({ code: 'image-unsupported', details: { reason: expect.stringContaining('for s390x') } })
  const sata = start({ source: empty, machine: { arch: 'aarch64', diskBus: 'sata' } })
  expect((await bench.core.jobs.wait(sata.id)).error).toMatchObject({
    code: 'bad-input',
    details: { reason: expect.stringContaining('no disk bus sata') },
  })
  await nothingLeft()
})

test('more memory than there is, and a file of a seed that is not there', async () => {
  const source = await testImage('bios-bootable')
  const large = await bench.core.jobs.wait(start({ source, machine: { memoryBytes: 2 ** 50 } }).id)
  expect(large.error?.code).toBe('not-enough-memory')
  const seed = { cloudInit: { userData: { file: '/nowhere/user-data' } } }
  const missing = await bench.core.jobs.wait(start({ source, seed }).id)
  expect(missing.error?.code).toBe('file-not-found')
  await nothingLeft()
})
