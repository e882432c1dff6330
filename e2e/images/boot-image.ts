import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Host } from '#core/process/host'
import { LOGIN_PROMPT } from './bootable.js'

const FIRMWARE = '/usr/share/OVMF'
const MACHINE = [
  '-machine',
  'q35,accel=tcg',
  '-cpu',
  'max',
  '-m',
  '512',
  '-nodefaults',
  '-display',
  'none',
  '-no-reboot',
  '-snapshot',
  '-serial',
  'stdio',
]

/** Boots a UEFI image in a machine that keeps nothing, without KVM; returns what it said on its serial console up to the login prompt. */
export async function bootToLogin(host: Host, image: { path: string; driver: string }): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-boot-'))
  const vars = path.join(folder, 'vars.fd')
  await fs.copyFile(`${FIRMWARE}/OVMF_VARS_4M.fd`, vars)
  const drives = [
    `if=pflash,format=raw,readonly=on,file=${FIRMWARE}/OVMF_CODE_4M.fd`,
    `if=pflash,format=raw,file=${vars}`,
    `if=virtio,format=${image.driver},file=${image.path}`,
  ]
  const vm = await host.start('qemu-system-x86_64', [...MACHINE, ...drives.flatMap((drive) => ['-drive', drive])], { timeoutMs: 100_000 })
  let serial = ''
  try {
    for await (const chunk of vm.stdout) {
      serial += String(chunk)
      if (serial.includes(LOGIN_PROMPT)) break
    }
  } finally {
    await vm.stop(500)
    await fs.rm(folder, { recursive: true, force: true })
  }
  return serial
}
