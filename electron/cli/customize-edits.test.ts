import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { ED25519, RSA } from '#shared/system/testing/sample-keys'
import { parseCommand } from './command.js'
import { customizeCommand } from './commands/customize.js'
import { customizeEdits } from './customize-edits.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-customize-'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})
const file = (name: string, text: string): string => {
  const place = path.join(folder, name)
  fs.writeFileSync(place, text)
  return place
}
const edits = (...args: readonly (readonly string[])[]) => customizeEdits(parseCommand(customizeCommand, ['disk.qcow2', ...args.flat()]))

test('options become edits, cleaning first and users before their keys', async () => {
  const keys = file('keys.pub', `# mine\n${ED25519} a\n\n${RSA}\n`)
  const hash = file('hash', `$6$salt$${'x'.repeat(86)}\n`)
  expect(
    await edits(
      [
        '--ssh-key',
        `ops=${keys}`,
        '--ssh-key',
        `root=${ED25519} me@host`,
        '--user',
        `ops:groups=wheel+adm,nopasswd,uid=1500,password-hash-file=${hash}`,
      ],
      [
        '--enable',
        'sshd',
        '--mask',
        'a.timer',
        '--disable',
        'b.socket',
        '--new-uuid',
        '3',
        '--clean',
        'logs,machine-id',
        '--hostname',
        'web',
      ],
      ['--root', '3:/deep', '--reset-machine-id'],
    ),
  ).toEqual([
    { kind: 'clean', root: { partition: 3, prefix: '/deep' }, what: ['logs', 'machine-id'] },
    { kind: 'machine-id-reset', root: { partition: 3, prefix: '/deep' } },
    { kind: 'hostname', root: { partition: 3, prefix: '/deep' }, name: 'web' },
    expect.objectContaining({
      kind: 'user',
      name: 'ops',
      groups: ['wheel', 'adm'],
      sudo: 'nopasswd',
      uid: 1500,
      passwordHash: `$6$salt$${'x'.repeat(86)}`,
    }),
    expect.objectContaining({ kind: 'ssh-keys', user: 'ops', keys: [`${ED25519} a`, RSA], mode: 'add' }),
    expect.objectContaining({ kind: 'ssh-keys', user: 'root', keys: [`${ED25519} me@host`] }),
    expect.objectContaining({ kind: 'systemd-unit', unit: 'sshd.service', state: 'enabled', scope: 'system' }),
    expect.objectContaining({ unit: 'a.timer', state: 'masked' }),
    expect.objectContaining({ unit: 'b.socket', state: 'disabled' }),
    { kind: 'set-fs-uuid', partition: 3, uuid: 'new' },
  ])
})

test('files for the first boot are read whole', async () => {
  const [ignition, seed] = await edits(
    ['--ignition', file('a.ign', '{}'), '--ignition-delivery', 'boot-file'],
    ['--cloud-user-data', file('u', '#cloud-config\n'), '--cloud-meta-data', file('m', 'instance-id: x\n'), '--cloud-only-seed'],
  )
  expect(ignition).toEqual({ kind: 'ignition-config', config: '{}', delivery: 'boot-file' })
  expect(seed).toEqual({ kind: 'cloud-init', userData: '#cloud-config\n', metaData: 'instance-id: x\n', onlyNoCloud: true })
})

test.each([
  [['--hostname', 'a_b'], /--hostname: .*"_"/],
  [['--user', 'Ops'], /--user: a user name/],
  [['--user', 'ops:passwd=secret'], /--user does not know passwd=secret/],
  [['--ssh-key', 'root'], /takes USER=FILE/],
  [['--ssh-key', `root=${ED25519.slice(0, 30)}`], /--ssh-key: .*(base64|cut off)/],
  [['--enable', 'a/b.service'], /--enable: a unit name/],
  [['--clean', 'logs,everything'], /does not know everything: one of ssh-host-keys/],
  [['--root', 'sda3'], /--root takes PARTITION/],
  [['--new-uuid', 'all'], /--new-uuid takes the number/],
  [['--cloud-meta-data', 'x'], /needs --cloud-user-data/],
])('%j is refused', async (args, reason) => {
  await expect(edits(args)).rejects.toThrow(reason)
})

test('a file that is not there is told', async () => {
  await expect(edits(['--ignition', path.join(folder, 'none.ign')])).rejects.toMatchObject({ code: 'file-not-found' })
})
