import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bootReportSchema } from '#shared/boot/boot-entry'
import { editPreviewSchema } from '#shared/edits/edit-preview'
import { healthReportSchema } from '#shared/health/finding'
import { imageInfoSchema } from '#shared/images/image-info'
import { PLATFORM_IDS } from '#shared/platforms/platform'
import { platformFactsSchema } from '#shared/platforms/retarget-plan'
import { filesIn } from '../core/workbench.js'
import { type CommandLine, openCommandLine } from './command-line.js'

let cli: CommandLine
let ock: string
beforeAll(async () => {
  cli = await openCommandLine()
  ock = await cli.copy('ock')
})
afterAll(() => cli.close())

test('platforms lists all of them, and what Ignition calls each', async () => {
  const rows = z.array(platformFactsSchema).parse(JSON.parse((await cli.run(['platforms', '--json'])).out))
  expect(rows.map(({ id }) => id)).toEqual(PLATFORM_IDS)
  const { code, out } = await cli.run(['platforms'])
  expect(code).toBe(0)
  expect(out).toMatch(/^oci +Oracle Cloud Infrastructure +qcow2 v3 in oci +oraclecloud, oci \(ock\)$/m)
})

test('health: errors are exit code 1, and the JSON is the schema of the window', async () => {
  const { code, out } = await cli.run(['health', 'ock.qcow2'])
  expect(code).toBe(1)
  expect(out).toContain('error   The EFI system partition has the wrong type [esp-type]\n')
  expect(out).toContain('Fix: Set the type to EFI system\n')
  expect(out).not.toMatch(/^ok /m)
  expect((await cli.run(['health', 'ock.qcow2', '--all'])).out).toMatch(/^ok /m)
  const json = await cli.run(['health', ock, '--platform', 'vmware', '--json'])
  expect(json.code).toBe(1)
  expect(healthReportSchema.parse(JSON.parse(json.out))).toMatchObject({ platform: 'vmware', initramfs: true })
})

test('a platform that there is not', async () => {
  expect(await cli.run(['health', ock, '--platform', 'vmwere'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean vmware?'),
  })
  expect(await cli.run(['retarget', ock, '--dry-run'])).toMatchObject({ code: 2, err: expect.stringContaining('--platform') })
})

test('retarget: a dry run shows what leaves and what arrives, and writes nothing', async () => {
  const before = await filesIn(cli.folder)
  const { code, out } = await cli.run(['retarget', 'ock.qcow2', '--platform', 'oci', '--dry-run'])
  expect(code).toBe(0)
  expect(out).toContain('libvirt -> Oracle Cloud Infrastructure (x86_64, ignition.platform.id=oci)')
  expect(out).toContain('    - ignition.platform.id=qemu\n    + ignition.platform.id=oci\n')
  expect(await filesIn(cli.folder)).toEqual(before)
  const json = await cli.run(['retarget', ock, '--platform', 'oci', '--dry-run', '--json'])
  const { preview } = z.object({ preview: editPreviewSchema }).parse(JSON.parse(json.out))
  expect(preview.changes).toHaveLength(2)
})

test('retarget for VMware writes the disk that VMware takes, and says that it is not packed', async () => {
  const { code, out } = await cli.run(['retarget', 'ock.qcow2', '--platform', 'vmware', '-o', 'vmware.vmdk'])
  expect(code).toBe(0)
  expect(out).toContain('packed as ova; what is written is the disk itself (vmdk, streamOptimized)')
  const output = path.join(cli.folder, 'vmware.vmdk')
  expect(await cli.json(imageInfoSchema, ['inspect', output])).toMatchObject({
    format: 'vmdk',
    variant: 'streamOptimized',
    ignitionPlatform: 'vmware',
  })
  const { entries } = await cli.json(bootReportSchema, ['boot', 'list', output])
  expect(entries.map(({ args }) => args.filter((arg) => arg.startsWith('console=')))).toEqual([
    ['console=ttyS0,115200n8', 'console=tty0'],
    ['console=ttyS0,115200n8', 'console=tty0'],
  ])
})
