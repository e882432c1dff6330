import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ComputeManagementClient } from '@azure/arm-compute'
import { ClientSecretCredential } from '@azure/identity'
import { AnonymousCredential, PageBlobClient } from '@azure/storage-blob'
import { fixedVhdFooter } from '#shared/images/vhd-footer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Azurite, startAzurite } from './fixtures/azurite.js'
import { makeAuthority } from './fixtures/own-authority.js'
import { type ArmServer, startArmServer } from './servers/arm-server.js'

const MIB = 1024 ** 2
const DISK_BYTES = 20 * MIB
const ACCOUNT = { tenant: 'test-tenant', subscription: 'test-subscription', group: 'images', client: 'test-client', secret: 'test-secret' }

let folder = ''
let azurite: Azurite
let server: ArmServer
let ca = ''
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-azure-sdk-'))
  const authority = await makeAuthority(folder)
  ca = await fs.readFile(authority.caFile, 'utf8')
  azurite = await startAzurite()
  server = await startArmServer({ azurite: azurite.url, cert: authority.cert, key: authority.key, ...ACCOUNT })
})
afterAll(async () => {
  await server.stop()
  await azurite.stop()
  await fs.rm(folder, { recursive: true, force: true })
})

/** Microsoft's own clients, with nothing of ours between: what they take for right was not decided by us. */
function sdk(secret = ACCOUNT.secret): ComputeManagementClient {
  const trust = { tlsOptions: { ca }, retryOptions: { maxRetries: 0 } }
  const options = { authorityHost: server.url, disableInstanceDiscovery: true, ...trust }
  const credential = new ClientSecretCredential(ACCOUNT.tenant, ACCOUNT.client, secret, options)
  return new ComputeManagementClient(credential, ACCOUNT.subscription, {
    endpoint: server.url,
    credentials: { scopes: [`${server.url}/.default`] },
    ...trust,
  })
}

test('@azure/arm-compute makes a disk to upload, @azure/storage-blob writes it, and an image is made of it', async () => {
  const client = sdk()
  const disk = await client.disks.createOrUpdate(ACCOUNT.group, 'by-the-sdk', {
    location: 'westeurope',
    osType: 'Linux',
    hyperVGeneration: 'V2',
    creationData: { createOption: 'Upload', uploadSizeBytes: DISK_BYTES + 512 },
  })
  expect(disk.diskState).toBe('ReadyToUpload')
  const { accessSAS = '' } = await client.disks.grantAccess(ACCOUNT.group, 'by-the-sdk', { access: 'Write', durationInSeconds: 3600 })
  const options = { tlsOptions: { ca }, retryOptions: { maxTries: 1 } }
  const blob = new PageBlobClient(accessSAS, new AnonymousCredential(), options)
  const put = (start: number, bytes: Uint8Array, md5 = createHash('md5').update(bytes).digest()): Promise<unknown> =>
    blob.uploadPages(bytes, start, bytes.length, { transactionalContentMD5: md5 })
  const page = Buffer.alloc(1024, 0x41)
  await put(MIB, page)
  await expect(put(0, page, createHash('md5').update('other').digest())).rejects.toMatchObject({ code: 'Md5Mismatch' })
  await expect(put(0, Buffer.alloc(4 * MIB + 512, 1))).rejects.toMatchObject({ code: 'RequestBodyTooLarge' })
  await put(DISK_BYTES, fixedVhdFooter({ diskBytes: DISK_BYTES, uuid: '0'.repeat(32), madeAt: Date.UTC(2026, 0, 1) }))
  await client.disks.revokeAccess(ACCOUNT.group, 'by-the-sdk')
  expect((await client.disks.get(ACCOUNT.group, 'by-the-sdk')).diskState).toBe('Unattached')
  const osDisk = { osType: 'Linux' as const, osState: 'Generalized' as const, managedDisk: { id: disk.id ?? '' } }
  const image = await client.images.createOrUpdate(ACCOUNT.group, 'by-the-sdk', {
    location: 'westeurope',
    hyperVGeneration: 'V2',
    storageProfile: { osDisk },
  })
  expect(image.provisioningState).toBe('Succeeded')
  expect(server.manager.content(image.id ?? '')?.subarray(MIB, MIB + 1024)).toEqual(page)
})

test('what the references do not have is refused, and so is a wrong secret', async () => {
  const client = sdk()
  const creationData = { createOption: 'Upload', uploadSizeBytes: DISK_BYTES }
  const make = (name: string, data: { createOption: string; uploadSizeBytes: number }): Promise<unknown> =>
    Promise.resolve(client.disks.createOrUpdate(ACCOUNT.group, name, { location: 'westeurope', creationData: data }))
  await expect(make('small', creationData)).rejects.toMatchObject({ code: 'InvalidParameter' })
  await expect(make('with space', { ...creationData, uploadSizeBytes: DISK_BYTES + 512 })).rejects.toMatchObject({
    code: 'InvalidParameter',
  })
  await expect(client.disks.get('other', 'x')).rejects.toMatchObject({ code: 'ResourceGroupNotFound' })
  await expect(sdk('wrong').disks.get(ACCOUNT.group, 'x')).rejects.toThrow('AADSTS7000215')
})
