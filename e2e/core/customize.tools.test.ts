import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGuestFiles } from '#core/guest/guest-files'
import { withReader } from '#core/guest/reader'
import { openSource } from '#core/guest/source'
import { type Edit, editSchema } from '#shared/edits/edit'
import type { GuestStat } from '#shared/images/guest-stat'
import { ECDSA, ED25519, RSA } from '#shared/system/testing/sample-keys'
import { bootToLogin } from '../images/boot-image.js'
import { BOOTABLE_OPTIONS } from '../images/bootable.js'
import { buildCustomizable } from '../images/customizable.js'
import { openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const CONFIG = '{"ignition":{"version":"3.4.0"},"passwd":{"users":[{"name":"core"}]}}'
const HASH = `$6$salt$${'x'.repeat(86)}`

async function save(source: string, edits: readonly object[]): Promise<string> {
  const output = path.join(bench.folder, `made ${path.basename(source)}`)
  await fs.rm(output, { force: true })
  const parsed = edits.map((edit): Edit => editSchema.parse(edit))
  const job = await bench.succeed({
    kind: 'save-image',
    input: { source, edits: parsed, engine: 'uml', target: { mode: 'new-file', output, replace: false } },
  })
  expect(job.output?.engine).toBe('uml')
  return output
}

/** What stands at paths of one partition, and the text of those that are files. */
async function look(
  image: string,
  partition: number,
  paths: readonly string[],
): Promise<Record<string, (GuestStat & { text: string }) | undefined>> {
  return withReader(bench.host, await openSource(image), async (reader) => {
    const files = openGuestFiles(bench.host, reader)
    const rows = paths.map(async (file) => {
      const stat = await files.stat(partition, file)
      const text = stat?.kind === 'file' ? (await files.read(partition, file, 4 * 1024 * 1024)).toString() : ''
      return [file, stat && { ...stat, text }] as const
    })
    return Object.fromEntries(await Promise.all(rows))
  })
}

test('every edit of a system in one run: ext4 root, /var of its own, /boot of its own', async () => {
  const source = path.join(bench.folder, 'customizable.qcow2')
  await buildCustomizable(bench.host, source)
  const image = await save(source, [
    { kind: 'clean', what: ['ssh-host-keys', 'shell-history', 'logs', 'random-seed', 'machine-id', 'dhcp-leases'] },
    { kind: 'hostname', name: 'web.example.com' },
    { kind: 'user', name: 'ops', gecos: 'Operator', groups: ['sudo'], sudo: 'nopasswd', passwordHash: HASH },
    { kind: 'ssh-keys', user: 'ops', keys: [ED25519, RSA], mode: 'add' },
    { kind: 'ssh-keys', user: 'root', keys: [ECDSA], mode: 'add' },
    { kind: 'systemd-unit', unit: 'ssh.service', state: 'enabled' },
    { kind: 'systemd-unit', unit: 'apt-daily.timer', state: 'disabled' },
    { kind: 'systemd-unit', unit: 'rsync.service', state: 'masked' },
    { kind: 'cloud-init', userData: '#cloud-config\nhostname: web\n', onlyNoCloud: true },
    { kind: 'ignition-config', config: CONFIG, delivery: 'boot-file' },
    { kind: 'fstab-device', mountPoint: '/srv', device: 'LABEL=srv' },
  ])

  const root = await look(image, 3, [
    '/etc/hostname',
    '/etc/hosts',
    '/etc/machine-id',
    '/etc/passwd',
    '/etc/shadow',
    '/etc/group',
    '/etc/sudoers.d/90-ops',
    '/etc/fstab',
    '/home/ops',
    '/home/ops/.bashrc',
    '/home/ops/.ssh',
    '/home/ops/.ssh/authorized_keys',
    '/root/.ssh',
    '/root/.ssh/authorized_keys',
    '/root/.bash_history',
    '/etc/ssh/ssh_host_rsa_key',
    '/etc/systemd/system/multi-user.target.wants/ssh.service',
    '/etc/systemd/system/sshd.service',
    '/etc/systemd/system/timers.target.wants/apt-daily.timer',
    '/etc/systemd/system/rsync.service',
    '/etc/cloud/cloud.cfg.d/99-nocloud-only.cfg',
  ])
  expect(root['/etc/hostname']?.text).toBe('web.example.com\n')
  expect(root['/etc/hosts']?.text).toContain('127.0.1.1 web.example.com web\n')
  expect(root['/etc/machine-id']).toMatchObject({ sizeBytes: 0, mode: 0o444 })
  expect(root['/etc/passwd']?.text).toContain('\nops:x:1000:1000:Operator:/home/ops:/bin/bash\n')
  expect(root['/etc/shadow']).toMatchObject({ mode: 0o640, gid: 42, text: expect.stringContaining(`\nops:${HASH}::0:99999:7:::\n`) })
  expect(root['/etc/group']?.text).toBe('root:x:0:\nsudo:x:27:ops\nshadow:x:42:\nops:x:1000:\n')
  expect(root['/etc/sudoers.d/90-ops']).toMatchObject({ mode: 0o440, uid: 0, gid: 0, text: 'ops ALL=(ALL) NOPASSWD: ALL\n' })
  expect(root['/etc/fstab']?.text).toContain('\nLABEL=srv\t/srv\text4\n')
  expect(root['/home/ops']).toMatchObject({ kind: 'folder', mode: 0o700, uid: 1000, gid: 1000 })
  expect(root['/home/ops/.bashrc']).toMatchObject({ mode: 0o644, uid: 1000, text: '# skeleton\n' })
  expect(root['/home/ops/.ssh']).toMatchObject({ mode: 0o700, uid: 1000, gid: 1000 })
  expect(root['/home/ops/.ssh/authorized_keys']).toMatchObject({ mode: 0o600, uid: 1000, gid: 1000, text: `${ED25519}\n${RSA}\n` })
  expect(root['/root/.ssh']).toMatchObject({ mode: 0o700, uid: 0 })
  expect(root['/root/.ssh/authorized_keys']).toMatchObject({ mode: 0o600, uid: 0, text: `${ECDSA}\n` })
  for (const gone of ['/root/.bash_history', '/etc/ssh/ssh_host_rsa_key', '/etc/systemd/system/timers.target.wants/apt-daily.timer'])
    expect(root[gone], gone).toBeUndefined()
  expect(root['/etc/systemd/system/multi-user.target.wants/ssh.service']?.linkTarget).toBe('/usr/lib/systemd/system/ssh.service')
  expect(root['/etc/systemd/system/sshd.service']?.linkTarget).toBe('/usr/lib/systemd/system/ssh.service')
  expect(root['/etc/systemd/system/rsync.service']?.linkTarget).toBe('/dev/null')
  expect(root['/etc/cloud/cloud.cfg.d/99-nocloud-only.cfg']?.text).toContain('datasource_list: [ NoCloud, None ]')

  // /var is a file system of its own, so nothing of it may be written under the mount point.
  const varFiles = await look(image, 4, [
    '/log/syslog',
    '/log/syslog.1',
    '/log/wtmp',
    '/lib/systemd/random-seed',
    '/lib/cloud/seed/nocloud/user-data',
    '/lib/cloud/seed/nocloud/meta-data',
    '/lib/dbus/machine-id',
  ])
  expect(varFiles['/log/syslog']).toMatchObject({ sizeBytes: 0, mode: 0o640, gid: 4 })
  expect(varFiles['/log/wtmp']).toMatchObject({ sizeBytes: 0, mode: 0o664, gid: 43 })
  expect(varFiles['/log/syslog.1']).toBeUndefined()
  expect(varFiles['/lib/systemd/random-seed']).toBeUndefined()
  expect(varFiles['/lib/cloud/seed/nocloud/user-data']).toMatchObject({ mode: 0o600, uid: 0, text: '#cloud-config\nhostname: web\n' })
  expect(varFiles['/lib/cloud/seed/nocloud/meta-data']?.text).toMatch(
    /^instance-id: iid-[0-9a-f]{16}\nlocal-hostname: web\.example\.com\n$/,
  )
  expect(varFiles['/lib/dbus/machine-id']?.linkTarget).toBe('/etc/machine-id')

  const boot = await look(image, 2, ['/ignition', '/ignition/config.ign'])
  expect(boot).toMatchObject({ '/ignition': { mode: 0o700 }, '/ignition/config.ign': { mode: 0o600, uid: 0, text: CONFIG } })
  const esp = await look(image, 1, ['/loader/random-seed'])
  expect(esp['/loader/random-seed']).toBeUndefined()
})

test('an OSTree system on XFS: its deployment, its /var, and the initramfs that it boots with', async () => {
  const source = await bench.copy('ock')
  const image = await save(source, [
    { kind: 'hostname', name: 'node1' },
    { kind: 'ssh-keys', user: 'root', keys: [ED25519], mode: 'add' },
    { kind: 'machine-id-reset' },
    { kind: 'ignition-config', config: CONFIG },
  ])
  const { entries } = await bench.core.listBootEntries(source)
  const deployment = `/ostree/deploy/ock/deploy/${/ock\/([0-9a-f]{64})\//.exec(entries[0]?.args.join(' ') ?? '')?.[1]}.0`
  const keys = '/ostree/deploy/ock/var/roothome/.ssh/authorized_keys'
  const root = await look(image, 3, [`${deployment}/etc/hostname`, `${deployment}/etc/machine-id`, keys])
  expect(root[`${deployment}/etc/hostname`]).toMatchObject({ mode: 0o644, text: 'node1\n' })
  expect(root[`${deployment}/etc/machine-id`]?.text).toBe('uninitialized\n')
  expect(root[keys]).toMatchObject({ mode: 0o600, uid: 0, text: `${ED25519}\n` })

  const initrd = entries[0]?.initrds[0] ?? ''
  const [before, after] = await Promise.all([source, image].map((file) => bench.core.readFile({ path: file, partition: 2, file: initrd })))
  expect(before && after?.subarray(0, before.length).equals(before)).toBe(true)
  expect(after?.length).toBeGreaterThan(before?.length ?? 0)
})

test('a kernel unpacks the configuration out of the initramfs, and the rest of it as before', { timeout: 600_000 }, async () => {
  const source = await bench.copy('bootable')
  const entry = { kind: 'kernel-args', entry: 'default' }
  const args = [
    ...BOOTABLE_OPTIONS.split(' '),
    'quiet',
    'panic=-1',
    'rdinit=/bin/busybox',
    '--',
    'cat',
    '/config.ign',
    '/usr/lib/ignition/user.ign',
  ]
  const shown = await save(source, [
    { kind: 'ignition-config', config: CONFIG, delivery: 'initramfs' },
    { ...entry, changes: [{ op: 'set', args }] },
  ])
  const serial = await bootToLogin(bench.host, { path: shown, driver: 'qcow2' })
  expect(serial.split(CONFIG)).toHaveLength(3)

  const booting = await save(source, [{ kind: 'ignition-config', config: CONFIG, delivery: 'initramfs' }])
  expect(await bootToLogin(bench.host, { path: booting, driver: 'qcow2' })).toContain('diskwright-sample login:')
})
