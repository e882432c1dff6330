import { expect, test } from 'vitest'
import { SOURCES } from './argument-row.js'
import { ARGUMENT_TABLE } from './argument-table.js'
import { DOCUMENTED_NAMES } from './documented-names.js'
import { findArgument, findExact } from './find-argument.js'
import { ARG_GROUPS } from './groups.js'
import { RENAMED_ARGUMENTS } from './renamed-arguments.js'

const exact = ARGUMENT_TABLE.filter((row) => !row.name.endsWith('.'))

test('far more arguments are explained than most people know', () => {
  expect(exact.length).toBeGreaterThan(400)
})

test('every argument stands there once, even where a dash may be an underscore', () => {
  const names = ARGUMENT_TABLE.map((row) => row.name.replaceAll('-', '_'))
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test.each(ARGUMENT_TABLE.map((row) => [row.values, row] as const))('%s is whole', (values, row) => {
  expect(values.startsWith(row.name)).toBe(true)
  expect(row.name).toMatch(/^-?[\w./:-]+$/)
  expect(row.summary).toMatch(/^(\p{Lu}|[01] |cloud-config)\P{Cc}{9,119}\.$/u)
  expect(SOURCES[row.source]).toBeTruthy()
  expect(ARG_GROUPS).toContain(row.group)
})

test.each([
  ['console', 'required', true],
  ['ip', 'required', true],
  ['rd.luks.uuid', 'required', true],
  ['quiet', 'no', false],
  ['rd.break', 'optional', true],
  ['rd.neednet', 'optional', false],
  ['root', 'required', false],
  ['ignition.firstboot', 'optional', false],
])('%s: a value is %s, several make sense: %s', (name, takesValue, multiple) => {
  expect(findExact(name)).toMatchObject({ takesValue, multiple })
})

test.each([
  ['systemd.debug-shell', 'systemd.debug_shell'],
  ['log-buf-len', 'log_buf_len'],
  ['net.naming_scheme', 'net.naming-scheme'],
  ['vfio_pci.ids', 'vfio-pci.ids'],
])('the kernel and systemd read %s as %s', (key, name) => {
  expect(findArgument(key)?.name).toBe(name)
})

test.each(['cloud_init', 'cloud_config_url', 'rd.luks.allow_discards', 'live_media', 'ds_'])('%s is not read with another dash', (key) => {
  expect(findExact(key)).toBeNull()
})

test.each([
  ['nvme_core.unheard_of', 'nvme_core.'],
  ['rd.live.overlay.reset', 'rd.live.'],
  ['rd.systemd.log_level', 'rd.systemd.'],
  ['sysctl.kernel.panic', 'sysctl.'],
  ['usbcore.autosuspend', 'usbcore.autosuspend'],
])('%s belongs to %s', (key, name) => {
  expect(findArgument(key)?.name).toBe(name)
})

test.each(['', 'nvme_core.', 'unheard-of', '__proto__', 'constructor', 'rd'])('nothing is known of %j', (key) => {
  expect(findArgument(key)).toBeNull()
})

test('names without a row are not explained as well, and no old name is still documented', () => {
  expect(DOCUMENTED_NAMES.filter((name) => findExact(name) !== null)).toEqual([])
  expect([...RENAMED_ARGUMENTS.keys()].filter((name) => findExact(name) !== null)).toEqual([])
})
