import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { fieldSchema } from '#shared/clouds/field'
import { uploadPlanSchema } from '#shared/clouds/upload-plan'
import { type CommandLine, openCommandLine } from '../cli/command-line.js'
import { AZURE, azureValues, azureVariables } from './azure-account.js'
import { type Azurite, startAzurite } from './fixtures/azurite.js'
import { makeAuthority } from './fixtures/own-authority.js'
import { type ArmServer, startArmServer } from './servers/arm-server.js'
import { type AwsServer, startAwsServer } from './servers/aws-server.js'

const SECRET = 'canary-of-the-secret-0123456789'

let cli: CommandLine
let azurite: Azurite
let aws: AwsServer
let azure: ArmServer
let caFile = ''
let image = ''
let env: Record<string, string>

beforeAll(async () => {
  ;[cli, azurite] = await Promise.all([openCommandLine(), startAzurite()])
  const authority = await makeAuthority(path.join(cli.folder, 'authority'))
  caFile = authority.caFile
  aws = await startAwsServer({ keys: [{ id: 'AKIDTEST', secret: SECRET }] })
  azure = await startArmServer({ azurite: azurite.url, cert: authority.cert, key: authority.key, ...AZURE, secret: SECRET })
  image = await cli.copy('systemd-boot', 'boot image.qcow2')
  const home = path.join(cli.folder, 'home')
  await fs.mkdir(home)
  env = {
    HOME: home,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_ENDPOINT_URL: aws.url,
    ...azureVariables(SECRET),
  }
})
afterAll(async () => {
  await Promise.all([aws.stop(), azure.stop()])
  await azurite.stop()
  await cli.close()
})

const CHOSEN = {
  aws: () => ({ region: 'eu-central-1', name: 'by command' }),
  azure: () => ({
    ...azureValues(azure, caFile),
    gallery: 'tests',
    definition: 'linux',
    name: 'by-command',
  }),
} as const

test.for(['aws', 'azure'] as const)(
  'the built command tells the fields of %s, plans and uploads an image without a copy',
  async (provider) => {
    const fields = await cli.run(['--json', 'upload', '--fields', provider], { env })
    const ids = z
      .array(fieldSchema)
      .parse(JSON.parse(fields.out))
      .map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['name', 'architecture', 'ca']))
    const settings = Object.entries(CHOSEN[provider]()).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const command = ['--json', 'upload', provider, image, ...settings]
    const dry = await cli.run([...command, '--dry-run'], { env })
    expect(dry.err).not.toMatch(/TypeError|Cannot find/)
    const plan = uploadPlanSchema.parse(JSON.parse(dry.out))
    expect(plan.checks.filter(({ state }) => state === 'error')).toEqual([])
    expect(plan.tempBytes).toBe(0)
    const taken = (): number => (provider === 'aws' ? aws.received() : azure.blobs.received)
    const before = taken()
    const done = await cli.run(command, { env })
    expect(taken() - before).toBe(plan.wireBytes)
    expect({ code: done.code, err: done.code === 0 ? '' : done.err }).toEqual({ code: 0, err: '' })
    expect(done.out + done.err + dry.out).not.toContain(SECRET)
  },
)

test('both images are there', () => {
  expect([...aws.state.images.values()].map(({ name, request }) => [name, request.BootMode])).toEqual([['by command', 'uefi']])
  expect(azure.manager.things().map((id) => id.split('/').slice(-2).join('/'))).toEqual([
    'galleries/tests',
    'images/linux',
    'versions/1.0.0',
  ])
})
