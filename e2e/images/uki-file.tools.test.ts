import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { builderHost } from './builder-host'
import { testImage } from './cache'
import { ukiFile } from '#core/guest/testing/uki-file'

test.each(['rhel8', 'debian', 'systemd-boot', 'extlinux'] as const)('the %s image is built in a moment', async (name) => {
  const image = await testImage(name)
  const { stdout } = await (await builderHost()).run('qemu-img', ['check', '-f', 'qcow2', '--output=json', image])
  expect(JSON.parse(stdout.toString('utf8'))['check-errors']).toBe(0)
})

test('another program finds the sections of a unified kernel image', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-uki-'))
  try {
    const file = path.join(folder, 'linux.efi')
    await fs.writeFile(file, ukiFile({ cmdline: 'root=/dev/vda1 quiet', osRelease: 'ID=arch\n', uname: '6.6.31', signed: false }))
    const sections = execFileSync('objdump', ['-h', '-w', file], { encoding: 'utf8' })
    expect(sections).toContain('pei-x86-64')
    expect(
      [...sections.matchAll(/^ +\d+ (\S+) +([0-9a-f]{8})/gm)].map(([, name, size]) => [name, Number.parseInt(size ?? '', 16)]),
    ).toEqual([
      ['.text', 1],
      ['.osrel', 8],
      ['.cmdline', 20],
      ['.uname', 6],
      ['.linux', 18],
      ['.initrd', 28],
    ])
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
})
