import { expect, test } from 'vitest'
import { type Edit, editSchema } from '#shared/edits/edit'
import { ECDSA, ED25519, RSA } from '#shared/system/testing/sample-keys'
import { memoryFiles, type MemoryImage, memoryPartition } from '../../testing/memory-files.js'
import { applyEdits } from '../apply-edits.js'

const DEBIAN = {
  '1:/usr/lib/os-release': 'ID=debian\n',
  '1:/usr/bin/bash': 'ELF',
  '1:/etc/hostname': 'debian\n',
  '1:/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 debian.lan debian\n',
  '1:/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n',
  '1:/etc/shadow': 'root:*:19000:0:99999:7:::\n',
  '1:/etc/group': 'root:x:0:\nsudo:x:27:\nada:x:1000:\n',
  '1:/etc/gshadow': 'root:*::\nsudo:*::\n',
  '1:/etc/subuid': 'ada:100000:65536\n',
  '1:/etc/login.defs': 'UID_MIN 1000\nHOME_MODE 0750\n',
  '1:/etc/sudoers': 'root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n',
  '1:/etc/skel/.bashrc': '# skel\n',
  '1:/etc/skel/.config/x': 'y\n',
  '1:/root/.bashrc': '',
  '1:/home/ada/.bash_history': 'ls\n',
}
const OCK_ROOT = `/ostree/deploy/ock/deploy/${'a'.repeat(64)}.0`
const OSTREE = {
  [`1:${OCK_ROOT}/usr/lib/os-release`]: 'ID=ol\nVARIANT=OCK\n',
  [`1:${OCK_ROOT}/usr/lib/passwd`]: 'root:x:0:0:root:/root:/bin/bash\ncore:x:990:990::/home/core:/bin/bash\n',
  [`1:${OCK_ROOT}/usr/lib/group`]: 'root:x:0:\nwheel:x:10:\n',
  [`1:${OCK_ROOT}/etc/passwd`]: '',
  [`1:${OCK_ROOT}/etc/group`]: '',
  [`1:${OCK_ROOT}/etc/shadow`]: '',
  [`1:${OCK_ROOT}/etc/machine-id`]: 'uninitialized\n',
  [`1:${OCK_ROOT}/etc/selinux/config`]: 'SELINUX=enforcing\n',
  '1:/ostree/deploy/ock/var/lib/x': '',
}

/** What the edits make of an image: the content of what they write, in the order of the steps, and what they say. */
async function apply(image: MemoryImage, edits: readonly object[], links: Readonly<Record<string, string>> = {}) {
  const parsed = edits.map((edit): Edit => editSchema.parse(edit))
  const { draft, outcomes } = await applyEdits(memoryFiles(image, links), [memoryPartition(1)], parsed)
  const operations = draft.steps().map(({ operation }) => operation)
  const text = async (file: string): Promise<string> => (await draft.read(1, file, 1e6)).toString()
  const has = async (file: string): Promise<boolean> => (await draft.find(1, file)) !== undefined
  const made = (file: string) => operations.find((operation) => 'path' in operation && operation.path === file)
  return { draft, operations, text, has, made, problems: outcomes.map((row) => row.problem), notes: outcomes.flatMap((row) => row.notes) }
}

test('a host name is set in both files, and a second time changes nothing', async () => {
  const { text, problems, operations } = await apply(DEBIAN, [
    { kind: 'hostname', name: 'web.example.com' },
    { kind: 'hostname', name: 'web.example.com' },
  ])
  expect(problems).toEqual([null, null])
  expect(await text('/etc/hostname')).toBe('web.example.com\n')
  expect(await text('/etc/hosts')).toBe('127.0.0.1 localhost\n127.0.1.1 web.example.com web\n')
  expect(operations.map((operation) => operation.kind)).toEqual(['rewrite-file', 'rewrite-file'])
})

test('keys of a user: folder 0700, file 0600, and the owner of the account', async () => {
  const { made, text, problems } = await apply(DEBIAN, [
    { kind: 'ssh-keys', user: 'ada', keys: [ED25519], mode: 'add' },
    { kind: 'ssh-keys', user: 'ada', keys: [ED25519, RSA], mode: 'add' },
    { kind: 'ssh-keys', user: 'root', keys: [ECDSA], mode: 'add' },
    { kind: 'ssh-keys', user: 'root', keys: [RSA], mode: 'replace' },
    { kind: 'ssh-keys', user: 'bob', keys: [RSA], mode: 'add' },
  ])
  expect(made('/home/ada/.ssh')).toMatchObject({ kind: 'make-folder', mode: 0o700, uid: 1000, gid: 1000, selinux: null })
  expect(made('/home/ada/.ssh/authorized_keys')).toMatchObject({ kind: 'create-file', mode: 0o600, uid: 1000, gid: 1000 })
  expect(await text('/home/ada/.ssh/authorized_keys')).toBe(`${ED25519}\n${RSA}\n`)
  expect(await text('/root/.ssh/authorized_keys')).toBe(`${RSA}\n`)
  expect(problems.slice(0, 4)).toEqual([null, null, null, null])
  expect(problems[4]).toMatchObject({ code: 'edit-conflict', details: { reason: expect.stringMatching(/no user bob/) } })
})

test('an OSTree system has its homes below /var, and new ones get the labels of homes', async () => {
  const { made, problems } = await apply(OSTREE, [
    { kind: 'ssh-keys', user: 'root', keys: [ED25519], mode: 'add' },
    { kind: 'ssh-keys', user: 'core', keys: [ED25519], mode: 'add' },
  ])
  expect(problems).toEqual([null, null])
  expect(made('/ostree/deploy/ock/var/roothome')).toMatchObject({ mode: 0o700, selinux: 'system_u:object_r:admin_home_t:s0' })
  expect(made('/ostree/deploy/ock/var/home/core')).toMatchObject({
    mode: 0o700,
    uid: 990,
    selinux: 'unconfined_u:object_r:user_home_dir_t:s0',
  })
  expect(made('/ostree/deploy/ock/var/home/core/.ssh/authorized_keys')).toMatchObject({
    mode: 0o600,
    uid: 990,
    selinux: 'unconfined_u:object_r:ssh_home_t:s0',
  })
})

test('a user is in all account files, with a home of what /etc/skel has', async () => {
  const hash = `$6$salt$${'x'.repeat(86)}`
  const { text, made, problems, has } = await apply(DEBIAN, [
    { kind: 'user', name: 'bob', gecos: 'Bob Ünal', groups: ['sudo'], sudo: 'nopasswd', passwordHash: hash },
    { kind: 'ssh-keys', user: 'bob', keys: [ED25519], mode: 'add' },
  ])
  expect(problems).toEqual([null, null])
  expect(await text('/etc/passwd')).toBe(`${DEBIAN['1:/etc/passwd']}bob:x:1001:1001:Bob Ünal:/home/bob:/bin/bash\n`)
  expect(await text('/etc/shadow')).toBe(`${DEBIAN['1:/etc/shadow']}bob:${hash}::0:99999:7:::\n`)
  expect(await text('/etc/group')).toBe('root:x:0:\nsudo:x:27:bob\nada:x:1000:\nbob:x:1001:\n')
  expect(await text('/etc/gshadow')).toBe('root:*::\nsudo:*::bob\nbob:!::\n')
  expect(await text('/etc/subuid')).toBe('ada:100000:65536\nbob:165536:65536\n')
  expect(await has('/etc/subgid')).toBe(false)
  expect(await text('/etc/sudoers.d/90-bob')).toBe('bob ALL=(ALL) NOPASSWD: ALL\n')
  expect(made('/etc/sudoers.d/90-bob')).toMatchObject({ mode: 0o440, uid: 0 })
  expect(made('/home/bob')).toMatchObject({ kind: 'make-folder', mode: 0o750, uid: 1001, gid: 1001 })
  expect(made('/home/bob/.bashrc')).toMatchObject({ mode: 0o644, uid: 1001 })
  expect(await text('/home/bob/.config/x')).toBe('y\n')
  expect(made('/home/bob/.ssh/authorized_keys')).toMatchObject({ uid: 1001 })
})

test('a user that cannot be made changes nothing', async () => {
  const { problems, operations } = await apply(DEBIAN, [
    { kind: 'user', name: 'ada' },
    { kind: 'user', name: 'sudo' },
    { kind: 'user', name: 'bob', groups: ['docker'] },
    { kind: 'user', name: 'bob', uid: 1000 },
  ])
  expect(problems.map((problem) => problem?.details.reason)).toEqual([
    'there is a user ada already',
    'there is a group sudo already',
    'there is no group docker',
    'the number 1000 is taken',
  ])
  expect(operations).toEqual([])
})

test('where asked, a user that is there already is passed over', async () => {
  const edit = editSchema.parse({ kind: 'user', name: 'ada' })
  const { outcomes, draft } = await applyEdits(memoryFiles(DEBIAN), [memoryPartition(1)], [edit], { idempotent: true })
  expect(outcomes).toEqual([{ problem: null, notes: ['It has its effect already.'] }])
  expect(draft.steps()).toEqual([])
})

test('accounts of /usr/lib count on OSTree, and a group of it gets its line in /etc', async () => {
  const { text, problems } = await apply(OSTREE, [
    { kind: 'user', name: 'core' },
    { kind: 'user', name: 'ops', groups: ['wheel'] },
  ])
  expect(problems[0]?.details.reason).toMatch(/user core already/)
  expect(problems[1]).toBeNull()
  expect(await text(`${OCK_ROOT}/etc/group`)).toBe('wheel:x:10:ops\nops:x:1000:\n')
  expect(await text(`${OCK_ROOT}/etc/passwd`)).toBe('ops:x:1000:1000::/home/ops:/bin/sh\n')
})

test('the machine id of every deployment is reset as its system needs it', async () => {
  const other = `/ostree/deploy/ock/deploy/${'b'.repeat(64)}.0`
  const image = {
    ...OSTREE,
    [`1:${OCK_ROOT}/etc/machine-id`]: '0123\n',
    [`1:${other}/etc/machine-id`]: 'uninitialized\n',
    [`1:${other}/usr/lib/os-release`]: 'ID=ol\n',
    '1:/ostree/deploy/ock/var/lib/dbus/machine-id': '0123\n',
  }
  const { draft, text, notes, problems } = await apply(image, [{ kind: 'machine-id-reset' }])
  expect(problems).toEqual([null])
  expect(await text(`${OCK_ROOT}/etc/machine-id`)).toBe('')
  expect(await text(`${other}/etc/machine-id`)).toBe('uninitialized\n')
  expect(await draft.readLink(1, '/ostree/deploy/ock/var/lib/dbus/machine-id')).toBe('/etc/machine-id')
  expect(notes).toEqual(['All 2 deployments get a new machine id at boot.'])
})

test('cleaning takes what was asked for and nothing else', async () => {
  const image = {
    ...DEBIAN,
    '1:/etc/ssh/ssh_host_rsa_key': 'private',
    '1:/etc/ssh/ssh_host_rsa_key.pub': 'public',
    '1:/etc/ssh/sshd_config': '',
    '1:/home/ada/.ssh/authorized_keys': ED25519,
    '1:/root/.aws/credentials': 'secret',
    '1:/var/log/syslog': 'line\n',
    '1:/var/log/syslog.1': 'old\n',
    '1:/var/log/apt/history.log': 'x\n',
    '1:/var/log/journal/0123/system.journal': 'LPKSHHRH',
    '1:/var/lib/cloud/instances/i-1/x': '',
    '1:/var/lib/cloud/seed/nocloud/user-data': '#cloud-config\n',
    '1:/var/lib/systemd/random-seed': 'seed',
  }
  const what = [
    'ssh-host-keys',
    'shell-history',
    'logs',
    'cloud-init-state',
    'authorized-keys',
    'cloud-credentials',
    'random-seed',
    'dhcp-leases',
  ]
  const { text, has, problems, notes } = await apply(image, [{ kind: 'clean', what }])
  expect(problems).toEqual([null])
  const gone = ['/etc/ssh/ssh_host_rsa_key', '/etc/ssh/ssh_host_rsa_key.pub', '/home/ada/.bash_history', '/home/ada/.ssh/authorized_keys']
  for (const file of [
    ...gone,
    '/root/.aws',
    '/var/log/syslog.1',
    '/var/log/journal/0123',
    '/var/lib/cloud/instances',
    '/var/lib/systemd/random-seed',
  ])
    expect(await has(file), file).toBe(false)
  for (const file of ['/var/log/syslog', '/var/log/apt/history.log']) expect(await text(file), file).toBe('')
  for (const file of ['/etc/ssh/sshd_config', '/var/lib/cloud/seed/nocloud/user-data', '/root/.bashrc'])
    expect(await has(file), file).toBe(true)
  expect(notes).toEqual([expect.stringMatching(/sshd does not start/), 'There were no DHCP leases in the image.'])
})

test('an edit says where the root is when nothing else does, and refuses what is not there', async () => {
  const bare = { '1:/deep/etc/hostname': 'old\n', '1:/deep/usr/x': '' }
  const { text, problems } = await apply(bare, [
    { kind: 'hostname', name: 'web' },
    { kind: 'hostname', name: 'web', root: { partition: 1, prefix: '/deep' } },
    { kind: 'hostname', name: 'web', root: { partition: 1, prefix: '/nowhere' } },
    { kind: 'hostname', name: 'web', root: { partition: 7, prefix: '/' } },
  ])
  expect(problems.map((problem) => problem?.code ?? null)).toEqual(['bad-input', null, 'bad-input', 'partition-not-found'])
  expect(await text('/deep/etc/hostname')).toBe('web\n')
})

test('a device in fstab is exchanged, and a mount point that is not there is refused', async () => {
  const image = { ...DEBIAN, '1:/etc/fstab': '# c\nUUID=1 / ext4 defaults 0 1\n/dev/sdb1  /data xfs\n' }
  const { text, problems } = await apply(image, [
    { kind: 'fstab-device', mountPoint: '/data', device: 'LABEL=data' },
    { kind: 'fstab-device', mountPoint: '/srv', device: 'LABEL=data' },
  ])
  expect(await text('/etc/fstab')).toBe('# c\nUUID=1 / ext4 defaults 0 1\nLABEL=data  /data xfs\n')
  expect(problems[1]?.details.reason).toMatch(/nothing at \/srv/)
})

test('a cloud-init seed: private files, an id of its own, and only this source where asked', async () => {
  const image = { ...DEBIAN, '1:/etc/cloud/cloud.cfg': '' }
  const { text, made, problems, notes } = await apply(image, [
    { kind: 'cloud-init', userData: '#cloud-config\nhostname: web\n', networkConfig: 'version: 2\n', onlyNoCloud: true },
    { kind: 'cloud-init', userData: 'hostname: web\n' },
    { kind: 'cloud-init', userData: '#!/bin/sh\n', metaData: 'a: b\n' },
  ])
  expect(made('/var/lib/cloud/seed/nocloud/user-data')).toMatchObject({ mode: 0o600, uid: 0 })
  expect(await text('/var/lib/cloud/seed/nocloud/meta-data')).toMatch(/^instance-id: iid-[0-9a-f]{16}\nlocal-hostname: debian\n$/)
  expect(await text('/var/lib/cloud/seed/nocloud/network-config')).toBe('version: 2\n')
  expect(await text('/etc/cloud/cloud.cfg.d/99-nocloud-only.cfg')).toMatch(/^datasource_list: \[ NoCloud, None \]$/m)
  expect(problems.map((problem) => problem?.code ?? null)).toEqual([null, 'bad-input', 'bad-input'])
  expect(notes).toEqual([])
})
