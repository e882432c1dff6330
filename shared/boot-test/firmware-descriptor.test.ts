import { expect, test } from 'vitest'
import { firmwareDescriptorSchema, firmwareOffers } from './firmware-descriptor.js'

function descriptor(name: string, features: readonly string[], machines = ['pc-i440fx-*', 'pc-q35-*'], rest: object = {}) {
  return firmwareDescriptorSchema.parse({
    description: name,
    'interface-types': ['uefi'],
    mapping: {
      device: 'flash',
      executable: { filename: `/usr/share/OVMF/${name}_CODE.fd`, format: 'raw' },
      'nvram-template': { filename: `/usr/share/OVMF/${name}_VARS.fd`, format: 'raw' },
      ...rest,
    },
    targets: [{ architecture: 'x86_64', machines }],
    features,
    tags: [],
  })
}

/** As the packages ovmf of Debian 12 and edk2-ovmf of Fedora 39 name theirs. */
const ENROLLED = descriptor('enrolled', ['acpi-s3', 'amd-sev', 'enrolled-keys', 'requires-smm', 'secure-boot'], ['pc-q35-*'])
const SECURE = descriptor('secure', ['acpi-s3', 'requires-smm', 'secure-boot'], ['pc-q35-*'])
const PLAIN = descriptor('plain', ['acpi-s3', 'amd-sev'])
const STATELESS = descriptor('stateless', [], ['pc-q35-*'], { mode: 'stateless', 'nvram-template': undefined })

test('without secure boot the one that needs no system management mode', () => {
  expect(firmwareOffers([ENROLLED, SECURE, PLAIN], 'uefi', 'q35')[0]).toEqual({
    code: { path: '/usr/share/OVMF/plain_CODE.fd', format: 'raw' },
    vars: { path: '/usr/share/OVMF/plain_VARS.fd', format: 'raw' },
    needsSmm: false,
  })
  expect(firmwareOffers([ENROLLED, SECURE], 'uefi', 'q35')[0]?.code.path).toContain('secure')
  expect(firmwareOffers([ENROLLED, SECURE], 'uefi', 'pc')).toEqual([])
})

test('secure boot needs enrolled keys', () => {
  expect(firmwareOffers([SECURE, PLAIN, ENROLLED], 'uefi-secure', 'q35')[0]).toMatchObject({
    code: { path: '/usr/share/OVMF/enrolled_CODE.fd' },
    needsSmm: true,
  })
  expect(firmwareOffers([SECURE, PLAIN], 'uefi-secure', 'q35')).toEqual([])
})

test('what has no variables, or is for another processor, is no choice', () => {
  const arm = { ...PLAIN, targets: [{ architecture: 'aarch64', machines: ['virt-*'] }] }
  expect(firmwareOffers([STATELESS, arm], 'uefi', 'q35')).toEqual([])
})

test('firmware of 64-bit ARM is for its machine alone, and needs no system management mode', () => {
  const targets = [{ architecture: 'aarch64', machines: ['virt-*'] }]
  const own = [
    { ...descriptor('arm-secure', ['enrolled-keys', 'secure-boot', 'verbose-static']), targets },
    { ...PLAIN, targets },
  ]
  const codes = (kind: 'uefi' | 'uefi-secure') => firmwareOffers([...own, PLAIN, ENROLLED], kind, 'virt').map(({ code }) => code.path)
  expect(codes('uefi')).toEqual(['/usr/share/OVMF/plain_CODE.fd'])
  expect(codes('uefi-secure')).toEqual(['/usr/share/OVMF/arm-secure_CODE.fd'])
  const arm32 = { ...PLAIN, targets: [{ architecture: 'arm', machines: ['virt-*'] }] }
  expect(firmwareOffers([arm32], 'uefi', 'virt')).toEqual([])
})
