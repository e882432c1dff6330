import { expect, test } from 'vitest'
import { type OsFamily, osFamily, usesIgnition } from './os-family.js'

function family(fields: Record<string, string>, stateroot: string | null = null): OsFamily {
  return osFamily(new Map(Object.entries(fields)), { stateroot })
}

test.each<[OsFamily, Record<string, string>, string | null]>([
  ['ock', { ID: 'ol', VERSION_ID: '8.10', ID_LIKE: 'fedora' }, 'ock'],
  ['ock', { ID: 'ol', VARIANT: 'OCK' }, null],
  ['ock', { ID: 'ol', VARIANT_ID: 'ock' }, 'other-root'],
  ['ock', {}, 'ock'],
  ['rhel-like', { ID: 'ol', ID_LIKE: 'fedora' }, null],
  ['rhel-like', { ID: 'ol', ID_LIKE: 'fedora' }, 'default'],
  ['fedora', { ID: 'fedora', VARIANT_ID: 'server' }, 'ock'],
  ['fcos', { ID: 'fedora', VARIANT_ID: 'coreos' }, 'fedora-coreos'],
  ['fcos', {}, 'fedora-coreos'],
  ['rhcos', { ID: 'rhcos', ID_LIKE: 'rhel fedora' }, 'rhcos'],
  ['rhcos', { ID: 'rhel', VARIANT_ID: 'coreos' }, null],
  ['scos', { ID: 'scos' }, null],
  ['scos', { ID: 'centos', VARIANT_ID: 'coreos' }, null],
  ['flatcar', { ID: 'flatcar', ID_LIKE: 'coreos' }, null],
  ['rhel-like', { ID: 'rocky', ID_LIKE: 'rhel centos fedora' }, null],
  ['rhel-like', { ID: 'eurolinux', ID_LIKE: 'fedora rhel' }, null],
  ['fedora', { ID: 'amzn', ID_LIKE: 'fedora' }, null],
  ['debian', { ID: 'debian' }, null],
  ['debian', { ID: 'raspbian', ID_LIKE: 'debian' }, null],
  ['ubuntu', { ID: 'ubuntu', ID_LIKE: 'debian' }, null],
  ['ubuntu', { ID: 'linuxmint', ID_LIKE: 'ubuntu debian' }, null],
  ['suse', { ID: 'opensuse-leap', ID_LIKE: 'suse opensuse' }, null],
  ['suse', { ID: 'sle-micro' }, null],
  ['arch', { ID: 'manjaro', ID_LIKE: 'arch' }, null],
  ['other', { ID: 'alpine' }, null],
  ['other', { ID: 'constructor', ID_LIKE: 'toString' }, null],
  ['other', {}, null],
  ['other', {}, '__proto__'],
])('%s', (expected, fields, stateroot) => {
  expect(family(fields, stateroot)).toBe(expected)
})

test('Ignition is known by the family or by the arguments', () => {
  expect(usesIgnition('ock', [])).toBe(true)
  expect(usesIgnition('flatcar', [])).toBe(true)
  expect(usesIgnition('debian', ['root=LABEL=x', 'quiet'])).toBe(false)
  expect(usesIgnition('other', ['ignition.platform.id=qemu'])).toBe(true)
  expect(usesIgnition('fedora', ['$ignition_firstboot'])).toBe(true)
})
