import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CloudContext } from '../cloud-provider.js'
import { azureAccounts } from './accounts.js'
import { neededActions } from './preflight.js'

let home = ''
beforeEach(async () => void (home = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-azure-home-'))))
afterEach(() => fs.rm(home, { recursive: true, force: true }))

function accounts(env: NodeJS.ProcessEnv): ReturnType<typeof azureAccounts> {
  return azureAccounts({ host: { env: { HOME: home, ...env } } } as unknown as CloudContext)
}

test('subscriptions of the Azure CLI and the variables are offered', async () => {
  await fs.mkdir(path.join(home, '.azure'))
  const subscriptions = [
    { id: 's1', name: 'Old', tenantId: 't1', state: 'Disabled', environmentName: 'AzureCloud' },
    {
      id: 's2',
      name: 'Main',
      tenantId: 't1',
      state: 'Enabled',
      isDefault: true,
      environmentName: 'AzureUSGovernment',
      user: { name: 'ada' },
    },
  ]
  // The Azure CLI begins the file with a byte order mark.
  await fs.writeFile(path.join(home, '.azure/azureProfile.json'), `\uFEFF${JSON.stringify({ subscriptions })}`)
  const found = await accounts({ AZURE_CLIENT_ID: 'c', AZURE_TENANT_ID: 't', AZURE_CLIENT_SECRET: 'x' })
  expect(found.map(({ label, problem }) => [label, problem])).toEqual([
    ['Variables AZURE_CLIENT_ID and AZURE_TENANT_ID', null],
    ['Main (Azure CLI)', null],
    ['Old (Azure CLI)', 'It is Disabled'],
  ])
  expect(found[1]?.values).toEqual({ signIn: 'cli', tenant: 't1', subscription: 's2', cloud: 'government' })
  expect(JSON.stringify(found)).not.toContain('"x"')
})

test('nothing there is no failure', async () => {
  expect(await accounts({})).toEqual([])
})

test('what is needed depends on what is made', () => {
  expect(neededActions({ target: 'disk' })).toEqual([
    'Microsoft.Compute/disks/write',
    'Microsoft.Compute/disks/beginGetAccess/action',
    'Microsoft.Compute/disks/endGetAccess/action',
  ])
  expect(neededActions({ target: 'image', way: 'blob' })).toEqual(['Microsoft.Compute/images/write'])
  expect(neededActions({ target: 'gallery', create: true })).toContain('Microsoft.Compute/galleries/images/write')
})
