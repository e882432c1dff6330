import { expect, test } from 'vitest'
import { findUefi } from '../tools/qemu-system/find-firmware.js'
import { distributionFamily, parseVersion, reportUefi, versionAtLeast } from './doctor.js'

test.each([
  ['qemu-img version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright (c) 2003-2022', '7.2.22'],
  ['bubblewrap 0.8.0', '0.8.0'],
  ['sfdisk from util-linux 2.38.1', '2.38.1'],
  ['BusyBox v1.35.0 (Debian 1:1.35.0-4+b9) multi-call binary.', '1.35.0'],
  ['mkfs.xfs version 6.1.0', '6.1.0'],
  ['grub-fstest (GRUB) 2.06-13+deb12u2', '2.06'],
  ['OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025', '9.2'],
  ['no number', null],
])('version of %s', (output, version) => {
  expect(parseVersion(output)).toBe(version)
})

test('versions compare by number, not by text', () => {
  expect([
    versionAtLeast('10.1', '6.0'),
    versionAtLeast('6.0', '6.0'),
    versionAtLeast('5.9.9', '6.0'),
    versionAtLeast('6', '6.0.1'),
  ]).toEqual([true, true, false, false])
})

test.each([
  ['ID=debian\nVERSION_ID="12"', 'debian'],
  ['ID=ubuntu\nID_LIKE=debian', 'debian'],
  ['ID="ol"\nID_LIKE="fedora"', 'fedora'],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', 'suse'],
  ['ID=arch', 'arch'],
])('family of %s', (osRelease, family) => {
  expect(distributionFamily(osRelease)).toBe(family)
})

test('firmware that is missing is told with the command that installs it', async () => {
  const missing = await reportUefi('fedora', 'x86_64', (kind, machine) => findUefi(kind, machine, []))
  expect(missing).toMatchObject({ id: 'OVMF', path: null, ok: false, install: 'sudo dnf install -y edk2-ovmf' })
  expect(await reportUefi('debian', 'aarch64', (kind, machine) => findUefi(kind, machine, []))).toMatchObject({
    id: 'AAVMF',
    install: 'sudo apt-get install -y --no-install-recommends qemu-efi-aarch64',
  })
  const code = { path: '/usr/share/OVMF/OVMF_CODE.fd', format: 'raw' } as const
  const found = await reportUefi('fedora', 'x86_64', async () => ({ code, vars: code, needsSmm: false }))
  expect(found).toMatchObject({ path: code.path, ok: true, install: null })
})
