import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeField, encodeField, parseFstab, printFstab, replaceFstabDevices, setFstabDevice } from './fstab.js'

const TEXT = `# /etc/fstab: static file system information.
#
UUID=6f1c2c4e-8a0b-4c3d-9e5f-0a1b2c3d4e5f / xfs defaults 0 0
\tLABEL="EFI SYSTEM"\t/boot/efi/  vfat\tumask=0077,shortname=winnt 0 2  # no comment here
LABEL=my\\040disk /mnt/a\\040b ext4 ro
/dev/sda3 none swap sw

broken line
UUID=b /home btrfs subvol=@home,compress=zstd:1 0 0\r
tmpfs /tmp tmpfs`

test('rows with escapes and quotes undone', () => {
  expect(parseFstab(TEXT).flatMap(({ row }) => row ?? [])).toEqual([
    { spec: 'UUID=6f1c2c4e-8a0b-4c3d-9e5f-0a1b2c3d4e5f', mountPoint: '/', type: 'xfs', options: [] },
    { spec: 'LABEL="EFI', mountPoint: 'SYSTEM"', type: '/boot/efi/', options: ['vfat'] },
    { spec: 'LABEL=my disk', mountPoint: '/mnt/a b', type: 'ext4', options: ['ro'] },
    { spec: '/dev/sda3', mountPoint: 'none', type: 'swap', options: ['sw'] },
    { spec: 'UUID=b', mountPoint: '/home', type: 'btrfs', options: ['subvol=@home', 'compress=zstd:1'] },
    { spec: 'tmpfs', mountPoint: '/tmp', type: 'tmpfs', options: [] },
  ])
})

test('a quoted tag without blanks is what is in the quotes', () => {
  expect(parseFstab('UUID="a-b" /boot// ext4')[0]?.row).toMatchObject({ spec: 'UUID=a-b', mountPoint: '/boot' })
})

test('one device changes and nothing else', () => {
  const changed = setFstabDevice(TEXT, '/home/', 'LABEL=a b')
  expect(changed).toBe(TEXT.replace('UUID=b /home', 'LABEL=a\\040b /home'))
  expect(setFstabDevice(TEXT, '/nowhere', 'UUID=x')).toBe(TEXT)
  expect(setFstabDevice('  UUID=a\t/  ext4', '/', 'UUID=c')).toBe('  UUID=c\t/  ext4')
})

test('devices are replaced by what they are', () => {
  const swap = (row: { spec: string; type: string }): string | null => (row.type === 'swap' ? 'UUID=new' : null)
  expect(replaceFstabDevices(TEXT, swap)).toBe(TEXT.replace('/dev/sda3', 'UUID=new'))
})

test('any text is printed as it was', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', ' ', '\t', '\n', '\r', '#', '\\', '/', '=', '"') })),
      (text) => {
        expect(printFstab(parseFstab(text))).toBe(text)
        expect(replaceFstabDevices(text, (row) => row.spec)).toBe(text)
      },
    ),
  )
})

test('a device that is set is read again', () => {
  const value = fc.string({ minLength: 1 }).map((text) => `LABEL=x${text.replaceAll(/[^\x20-\x7e\t]/g, '')}y`)
  fc.assert(
    fc.property(value, (device) => {
      expect(decodeField(encodeField(device))).toBe(device)
      const text = setFstabDevice('UUID=old /boot ext4 defaults 0 2\n', '/boot', device)
      expect(parseFstab(text)[0]?.row).toMatchObject({ spec: device, mountPoint: '/boot' })
    }),
  )
})
