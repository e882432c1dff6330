import { expect, test } from 'vitest'
import { argGroup, primaryConsole } from './group-args.js'

test.each([
  ['root=UUID=d51ed1e5', 'Root'],
  ['rw', 'Root'],
  ['ostree=/ostree/boot.1/ock/4c63/0', 'Root'],
  ['rd.luks.uuid=1', 'Root'],
  ['console=ttyS0,115200n8', 'Console'],
  ['quiet', 'Console'],
  ['ignition.platform.id=qemu', 'Ignition'],
  ['ignition.firstboot', 'Ignition'],
  ['ip=dhcp', 'Network'],
  ['rd.neednet=1', 'Network'],
  ['systemd.firstboot=off', 'Other'],
  ['dyndbg="file drivers/usb/* +p"', 'Other'],
  ['consoleblank=0', 'Other'],
])('%s is shown under %s', (arg, group) => {
  expect(argGroup(arg)).toBe(group)
})

test('the last console= is the one that becomes /dev/console', () => {
  expect(primaryConsole(['console=ttyS0', 'quiet', 'console=tty0', 'rw'])).toBe(2)
  expect(primaryConsole(['console', 'quiet'])).toBe(-1)
})
