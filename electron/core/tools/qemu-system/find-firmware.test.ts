import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUefi } from './find-firmware.js'

let root: string
beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-firmware-'))
})
afterAll(() => fs.rm(root, { recursive: true, force: true }))

async function folderWith(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = path.join(root, name)
  await fs.mkdir(folder)
  for (const [file, text] of Object.entries(files)) await fs.writeFile(path.join(folder, file), text)
  return folder
}

function descriptor(code: string, vars: string, features: readonly string[] = []): string {
  const mapping = { device: 'flash', executable: { filename: code, format: 'raw' }, 'nvram-template': { filename: vars, format: 'raw' } }
  const targets = [{ architecture: 'x86_64', machines: ['pc-q35-*'] }]
  return JSON.stringify({ 'interface-types': ['uefi'], mapping, targets, features })
}

test('the descriptor of the higher folder counts, files that cannot be read are passed over', async () => {
  const chips = await folderWith('chips', { one: '', other: '', vars: '' })
  const at = (name: string) => path.join(chips, name)
  const own = await folderWith('etc', { '60-x.json': descriptor(at('other'), at('vars')), '10-broken.json': '{' })
  const shared = await folderWith('usr', { '60-x.json': descriptor(at('one'), at('vars')) })
  expect((await findUefi('uefi', 'q35', [own, shared])).code.path).toBe(at('other'))
  expect((await findUefi('uefi', 'q35', [shared, own])).code.path).toBe(at('one'))
})

test('firmware of 64-bit ARM: a descriptor whose files are not there is passed over', async () => {
  const chips = await folderWith('arm-chips', { code: '', vars: '' })
  const arm = (code: string, vars: string, features: readonly string[]) =>
    descriptor(code, vars, features).replace('x86_64', 'aarch64').replace('pc-q35-*', 'virt-*')
  const folder = await folderWith('arm', {
    '50-secure.json': arm('/nowhere/CODE', '/nowhere/VARS', ['secure-boot']),
    '60-plain.json': arm(path.join(chips, 'code'), path.join(chips, 'vars'), []),
  })
  expect(await findUefi('uefi', 'virt', [folder])).toMatchObject({ code: { path: path.join(chips, 'code') }, needsSmm: false })
  const missing = findUefi('uefi-secure', 'virt', [folder])
  await expect(missing).rejects.toMatchObject({
    data: { details: { tool: expect.stringContaining('AAVMF'), package: 'qemu-efi-aarch64' } },
  })
})

test('without firmware, or with the name of one that is not there, what to install is told', async () => {
  const gone = await folderWith('gone', { '60-x.json': descriptor('/nowhere/CODE', '/nowhere/VARS') })
  for (const folders of [[], [gone]]) {
    await expect(findUefi('uefi', 'q35', folders)).rejects.toMatchObject({ code: 'tool-missing', data: { details: { package: 'ovmf' } } })
  }
  await expect(findUefi('uefi-secure', 'q35', [gone])).rejects.toThrow('secure boot')
})
