import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBls, parseCounter, printBls, readBlsEntry, setBlsArgs, setBlsKey } from './bls.js'

// From the OCNE image documentation: what Oracle Linux Container Host for Kubernetes boots with.
const OSTREE = `title Oracle Linux Server 8.10 1.31 (ostree:0)
version 1
options rw ip=dhcp rd.neednet=1 ignition.platform.id=qemu ignition.firstboot=1 systemd.firstboot=off crashkernel=auto console=ttyS0 root=UUID=d51ed1e5-6b61-405f-abd7-265040b15203 rd.timeout=120 ostree=/ostree/boot.1/ock/4c6318d8/0
linux /ostree/ock-4c6318d8/vmlinuz-5.15.0-305.176.4.el8uek.x86_64
initrd /ostree/ock-4c6318d8/initramfs-5.15.0-305.176.4.el8uek.x86_64.img
aboot /ostree/deploy/ock/deploy/532e2691.0/usr/lib/ostree-boot/aboot.img
`

test('reads a real ostree entry', () => {
  const entry = readBlsEntry(OSTREE)
  expect(entry.title).toBe('Oracle Linux Server 8.10 1.31 (ostree:0)')
  expect(entry.version).toBe('1')
  expect(entry.linux).toBe('/ostree/ock-4c6318d8/vmlinuz-5.15.0-305.176.4.el8uek.x86_64')
  expect(entry.initrds).toEqual(['/ostree/ock-4c6318d8/initramfs-5.15.0-305.176.4.el8uek.x86_64.img'])
  expect(entry.args).toHaveLength(11)
  expect(entry.args[3]).toBe('ignition.platform.id=qemu')
})

test('one replaced argument changes nothing else', () => {
  const args = readBlsEntry(OSTREE).args.map((arg) => (arg === 'ignition.platform.id=qemu' ? 'ignition.platform.id=vmware' : arg))
  expect(setBlsArgs(OSTREE, args)).toBe(OSTREE.replace('id=qemu', 'id=vmware'))
})

test('any text prints back byte for byte', () => {
  const piece = fc.constantFrom('options', 'linux', ' ', '\t', '\n', '\r\n', '\r', '# x', 'a=b', '"', '\u00e9', '$kernelopts', '')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      expect(printBls(parseBls(text))).toBe(text)
    }),
    { numRuns: 500 },
  )
})

test('what is set is what is read, on any number of options lines', () => {
  const args = fc.array(fc.constantFrom('a', 'b', 'c=1', 'c=2', 'd="x y"', '$kernelopts', 'e'), { maxLength: 8 })
  fc.assert(
    fc.property(fc.array(args, { maxLength: 4 }), args, fc.constantFrom('\n', '\r\n'), fc.boolean(), (before, after, end, finalEnd) => {
      const lines = ['title T', 'linux /k', ...before.map((list) => `options ${list.join('  ')}`), '# end']
      const text = lines.join(end) + (finalEnd ? end : '')
      const result = setBlsArgs(text, after)
      expect(readBlsEntry(result).args).toEqual(after)
      const others = (whole: string) => parseBls(whole).filter((line) => line.key !== 'options')
      expect(others(result)).toEqual(others(text))
    }),
    { numRuns: 500 },
  )
})

test('CRLF, tabs, comments and a missing final line end stay', () => {
  const text = '# made by hand\r\ntitle\tT\r\n\r\n  options\ta  b\tc \r\nlinux /k'
  expect(setBlsArgs(text, ['a', 'B', 'c', 'd'])).toBe('# made by hand\r\ntitle\tT\r\n\r\n  options\ta B\tc d \r\nlinux /k')
})

test('arguments stay on their own options line and new ones go to the last', () => {
  const text = 'options a b\nlinux /k\noptions c d\n'
  expect(setBlsArgs(text, ['a', 'b', 'c', 'd', 'e'])).toBe('options a b\nlinux /k\noptions c d e\n')
  expect(setBlsArgs(text, ['a', 'b', 'x', 'd'])).toBe('options a b\nlinux /k\noptions x d\n')
  expect(setBlsArgs(text, ['a', 'b'])).toBe('options a b\nlinux /k\n')
})

test('a missing options line is added below linux in the style of the file', () => {
  expect(setBlsArgs('title T\nlinux   /k\ninitrd  /i\n', ['q'])).toBe('title T\nlinux   /k\noptions q\ninitrd  /i\n')
  expect(setBlsArgs('linux      /k\n', ['q'])).toBe('linux      /k\noptions    q\n')
  expect(setBlsArgs('title\tT\r\nlinux\t/k', ['q'])).toBe('title\tT\r\nlinux\t/k\r\noptions\tq')
  expect(setBlsArgs('', ['q'])).toBe('options q\n')
})

test('variables of GRUB are plain arguments', () => {
  expect(readBlsEntry('options $kernelopts $tuned_params quiet\ninitrd /i $tuned_initrd\n')).toMatchObject({
    args: ['$kernelopts', '$tuned_params', 'quiet'],
    initrds: ['/i', '$tuned_initrd'],
  })
})

test('an injected line is refused', () => {
  expect(() => setBlsArgs(OSTREE, ['a\nlinux /evil'])).toThrow(expect.objectContaining({ code: 'argument-invalid' }))
})

test('equal arguments give the same text even where it is odd', () => {
  expect(setBlsArgs('options  a   b  \n', ['a', 'b'])).toBe('options  a   b  \n')
})

test('all keys are read', () => {
  const entry = readBlsEntry(
    'linux /k\ndevicetree /a.dtb\ndevicetree-overlay /o1.dtbo /o2.dtbo\narchitecture aa64\ngrub_users $grub_users\ngrub_arg --unrestricted\ngrub_class fedora\n',
  )
  expect(entry).toMatchObject({ devicetree: '/a.dtb', devicetreeOverlays: ['/o1.dtbo', '/o2.dtbo'], architecture: 'aa64' })
  expect(entry).toMatchObject({ grubUsers: '$grub_users', grubArg: '--unrestricted', grubClass: 'fedora' })
})

test('a key is set, added in the style of the file, or removed', () => {
  expect(setBlsKey('title  A\nlinux  /k\n', 'title', 'B C')).toBe('title  B C\nlinux  /k\n')
  expect(setBlsKey('title A\ntitle B\n', 'title', 'C')).toBe('title C\ntitle B\n')
  expect(setBlsKey('title    A\nlinux    /k', 'sort-key', 'x')).toBe('title    A\nlinux    /k\nsort-key x')
  expect(setBlsKey('title A\nlinux /k\ntitle B\n', 'title', null)).toBe('linux /k\n')
  expect(() => setBlsKey('title A\n', 'title', 'x\noptions y')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => setBlsKey('title A\n', 'options', 'x')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
})

test('a set key is read, setting it again changes nothing, and other lines stay', () => {
  const piece = fc.constantFrom('title', 'version', 'linux', ' ', '\t', '\n', '\r\n', '# x', 'v')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.option(fc.constantFrom('a', 'a b', '#')), (pieces, value) => {
      const before = pieces.join('')
      const after = setBlsKey(before, 'version', value)
      expect(readBlsEntry(after).version).toBe(value)
      expect(setBlsKey(after, 'version', value)).toBe(after)
      const others = (text: string) => parseBls(text).filter((line) => line.key !== 'version' && line.key !== null)
      expect(others(after).map((line) => [line.key, line.value])).toEqual(others(before).map((line) => [line.key, line.value]))
    }),
    { numRuns: 500 },
  )
})

test('boot counters', () => {
  expect(parseCounter('fedora-6.9+3.conf')).toEqual({ left: 3, done: 0 })
  expect(parseCounter('fedora-6.9+0-3.conf')).toEqual({ left: 0, done: 3 })
  expect(parseCounter('fedora-6.9.conf')).toBeNull()
  expect(parseCounter('a+b.conf')).toBeNull()
})
