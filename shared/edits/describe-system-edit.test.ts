import { expect, test } from 'vitest'
import { ED25519 } from '../system/testing/sample-keys.js'
import { describeEdit } from './describe-edit.js'
import { editSchema } from './edit.js'

test.each([
  [{ kind: 'hostname', name: 'web' }, 'Name the machine web'],
  [{ kind: 'ssh-keys', user: 'root', keys: [ED25519], mode: 'add' }, 'Add 1 SSH key for root'],
  [{ kind: 'ssh-keys', user: 'root', keys: [ED25519, ED25519], mode: 'replace' }, 'Replace the SSH keys of root by 2 SSH keys'],
  [
    { kind: 'user', name: 'ada', groups: ['wheel', 'adm'], sudo: 'nopasswd' },
    'Add the user ada in wheel, adm, with sudo without a password',
  ],
  [{ kind: 'user', name: 'ada' }, 'Add the user ada'],
  [{ kind: 'machine-id-reset' }, 'Reset the machine id'],
  [{ kind: 'clean', what: ['logs', 'ssh-host-keys'] }, 'Remove logs, SSH host keys'],
  [{ kind: 'systemd-unit', unit: 'a.service', state: 'masked' }, 'Mask a.service'],
  [{ kind: 'systemd-unit', unit: 'a.service', state: 'enabled', scope: 'user' }, 'Enable a.service for all users'],
  [{ kind: 'ignition-config', config: '{}', delivery: 'boot-file' }, 'Add an Ignition configuration as /boot/ignition/config.ign'],
  [{ kind: 'cloud-init', userData: '#!', networkConfig: 'version: 1' }, 'Add a cloud-init seed (user data, network configuration)'],
  [{ kind: 'fstab-device', mountPoint: '/data', device: 'LABEL=d' }, 'Mount LABEL=d at /data in fstab'],
])('%j in words', (edit, words) => {
  expect(describeEdit(editSchema.parse(edit), [])).toBe(words)
})

test.each([
  { kind: 'hostname', name: 'a_b' },
  { kind: 'ssh-keys', user: 'root', keys: ['nonsense'], mode: 'add' },
  { kind: 'user', name: 'Ada' },
  { kind: 'user', name: 'ada', passwordHash: 'secret' },
  { kind: 'user', name: 'ada', gecos: 'a:b' },
  { kind: 'clean', what: [] },
  { kind: 'systemd-unit', unit: '../x.service', state: 'enabled' },
  { kind: 'fstab-device', mountPoint: '/', device: 'a b' },
  { kind: 'hostname', name: 'web', root: { partition: 1, prefix: 'relative' } },
])('%j is no edit', (edit) => {
  expect(editSchema.safeParse(edit).success).toBe(false)
})
