import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { contract, type ContractPlace } from './contract.js'
import { AZURE, azureValues, azureVariables } from './azure-account.js'
import { startAzurite } from './fixtures/azurite.js'
import { makeAuthority } from './fixtures/own-authority.js'
import type { UploadScene } from './run-upload.js'
import { startArmServer } from './servers/arm-server.js'
import { MIB, sha256 } from './test-disk.js'

const SECRET = 'canary~of.the-client_secret'
const CONTAINER = 'vhds'

async function begin(way: 'disk' | 'blob'): Promise<ContractPlace> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-azure-'))
  const [azurite, { caFile, cert, key }] = await Promise.all([startAzurite(), makeAuthority(folder)])
  const server = await startArmServer({ azurite: azurite.url, cert, key, ...AZURE, secret: SECRET })
  await server.blobs.ask('PUT', `${CONTAINER}?restype=container`)
  const computeOf = `/subscriptions/${AZURE.subscription}/resourceGroups/images/providers/Microsoft.Compute`

  const put = async (id: string, properties: Record<string, unknown>): Promise<void> => {
    const url = new URL(`${server.url}${id}?api-version=2024-01-01`)
    await server.manager.answer({ method: 'PUT', url, body: { location: 'westeurope', properties } })
  }
  const names = (round: string): Record<string, string> =>
    way === 'disk'
      ? { target: 'gallery', gallery: `tests_${round}`, definition: 'linux', version: '1.2.3' }
      : { target: 'image', account: 'store', container: CONTAINER }

  return {
    canaries: [SECRET, 'canary-of-token', 'sig='],
    inFlightBytes: 4 * 4 * MIB,
    wishes: (round) => ({
      values: {
        ...azureValues(server, caFile),
        way,
        name: `disk-${round}`,
        parallel: 3,
        tags: { purpose: 'test' },
        ...names(round),
      },
      env: azureVariables(SECRET),
    }),
    stored: async (scene: UploadScene, { resources }: UploadResult) =>
      sha256((server.manager.content(resources[0]?.id ?? '') ?? Buffer.alloc(0)).subarray(0, scene.disk.bytes)),
    left: async () => [
      ...server.manager.things(),
      ...(await server.blobs.blobs('managed-disks')),
      ...(await server.blobs.blobs(CONTAINER)),
    ],
    received: () => server.blobs.received,
    wrongCredentials: {
      codes: ['cloud-denied'],
      arrange: (wishes) => ({ ...wishes, env: { ...wishes.env, AZURE_CLIENT_SECRET: 'another' } }),
    },
    quota: {
      codes: ['cloud-quota'],
      arrange(wishes) {
        server.manager.isQuotaFull = true
        return wishes
      },
      after: () => void (server.manager.isQuotaFull = false),
    },
    conflict: {
      codes: ['cloud-conflict'],
      async arrange(wishes) {
        const name = textOf(wishes.values, 'name')
        if (way === 'disk')
          await put(`${computeOf}/disks/${name}`, { creationData: { createOption: 'Upload', uploadSizeBytes: 64 * MIB + 512 } })
        else {
          const headers = { 'x-ms-blob-type': 'PageBlob', 'x-ms-blob-content-length': '512' }
          await server.blobs.ask('PUT', `${CONTAINER}/${name}.vhd`, headers)
        }
        return wishes
      },
      async after() {
        for (const blob of [...(await server.blobs.blobs(CONTAINER)), ...(await server.blobs.blobs('managed-disks'))])
          await server.blobs.ask('DELETE', blob)
        server.manager.resources.clear()
      },
    },
    expire() {
      server.entra.revoke()
      server.entra.isSecretOver = true
      server.blobs.grants.clear()
      return () => void (server.entra.isSecretOver = false)
    },
    busy: () => void (server.busyFor = 6),
    cut: () => void (server.cutNext = true),
    calm: () => void Object.assign(server, { busyFor: 0, cutNext: false }),
    async stop() {
      await server.stop()
      await azurite.stop()
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

contract({ provider: 'azure', title: 'Azure, a managed disk and a version of a gallery', begin: () => begin('disk') })
contract({ provider: 'azure', title: 'Azure, a page blob and a managed image', lacks: ['quota'], begin: () => begin('blob') })
