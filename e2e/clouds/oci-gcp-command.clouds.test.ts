import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { fieldSchema } from '#shared/clouds/field'
import { uploadPlanSchema } from '#shared/clouds/upload-plan'
import { type CommandLine, openCommandLine } from '../cli/command-line.js'
import * as gcp from './gcp-account.js'
import * as oci from './oci-account.js'
import { ociModelProblem } from './oci-models.js'
import { type GcpServer, startGcpServer } from './servers/gcp-server.js'
import { type OciServer, startOciServer } from './servers/oci-server.js'

let cli: CommandLine
let ociServer: OciServer
let gcpServer: GcpServer
let image: string
let env: Record<string, string>

beforeAll(async () => {
  ;[cli, ociServer, gcpServer] = await Promise.all([
    openCommandLine(),
    startOciServer({ checkBody: ociModelProblem }),
    startGcpServer('boot-images'),
  ])
  const home = path.join(cli.folder, 'home')
  await fs.mkdir(home)
  await oci.writeProfile(home, ociServer, oci.makeAccount(ociServer))
  await gcp.writeDefaultCredentials(home, gcp.makeServiceAccount(gcpServer, 'uploader').keyFile)
  ociServer.addBucket('images')
  gcpServer.state.buckets.set('images', new Map())
  image = await cli.copy('systemd-boot', 'boot image.qcow2')
  env = { HOME: home }
})
afterAll(async () => {
  await Promise.all([ociServer.stop(), gcpServer.stop()])
  await cli.close()
})

function settings(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
}

const CHOSEN = {
  oci: () => settings({ endpoint: ociServer.url, compartment: 'dev/images', bucket: 'images', name: 'by command' }),
  gcp: () => settings({ endpoint: gcpServer.url, project: 'boot-images', bucket: 'images', name: 'by-command' }),
} as const

test.for(['oci', 'gcp'] as const)('the built command tells the fields of %s, plans and uploads an image', async (provider) => {
  const fields = await cli.run(['--json', 'upload', '--fields', provider], { env })
  expect(
    z
      .array(fieldSchema)
      .parse(JSON.parse(fields.out))
      .map(({ id }) => id),
  ).toEqual(expect.arrayContaining(['bucket', 'name', 'endpoint']))
  const command = ['--json', 'upload', provider, image, ...CHOSEN[provider]()]
  const dry = await cli.run([...command, '--dry-run'], { env })
  expect(dry.err).not.toMatch(/TypeError|Cannot find/)
  const plan = uploadPlanSchema.parse(JSON.parse(dry.out))
  expect(plan.checks.filter(({ state }) => state === 'error')).toEqual([])
  // Oracle's archive is put around a qcow2 while it is sent; Google's has to be made.
  expect(plan.tempBytes > 0).toBe(provider === 'gcp')
  const done = await cli.run(command, { env })
  expect({ code: done.code, err: done.code === 0 ? '' : done.err }).toEqual({ code: 0, err: '' })
  expect(done.out + done.err).not.toContain('PRIVATE KEY')
})

test('both images are there, made of what Diskwright converted', () => {
  expect(oci.leftAt(ociServer)).toEqual(['image by command'])
  expect(ociServer.images()[0]).toMatchObject({ firmware: 'UEFI_64' })
  expect(gcp.leftAt(gcpServer)).toEqual(['image by-command'])
  expect(gcpServer.state.images.get('by-command')?.body).toMatchObject({ architecture: 'X86_64' })
})
