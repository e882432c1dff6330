import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { textOf } from '#shared/clouds/read-values'
import { contract, type ContractPlace } from './contract.js'
import { leftAt, makeServiceAccount, writeDefaultCredentials } from './gcp-account.js'
import { newObject } from './servers/gcp/state.js'
import { startGcpServer } from './servers/gcp-server.js'
import { MIB, sha256, type TestDisk } from './test-disk.js'

const run = promisify(execFile)
const CHUNK = /^PUT \/upload\/.*upload_id=/

async function begin(): Promise<ContractPlace> {
  const server = await startGcpServer('boot-images')
  const account = makeServiceAccount(server, 'uploader')
  const stranger = makeServiceAccount(server, 'stranger')
  stranger.disable()
  const bucket = new Map<string, ReturnType<typeof newObject>>()
  server.state.buckets.set('images', bucket)
  return {
    async wishes(round, home) {
      await writeDefaultCredentials(home, account.keyFile)
      const values = { project: 'boot-images', bucket: 'images', name: `image-${round}`, object: `boot/${round} disk.tar.gz` }
      return { values: { ...values, endpoint: server.url, chunkMiB: 2 } }
    },
    canaries: [account.privateKey.slice(100, 160), stranger.privateKey.slice(100, 160)],
    payload: makeArchive,
    stored: async (_scene, result) => sha256(server.state.images.get(result.resources[0]?.name ?? '')?.source ?? Buffer.alloc(0)),
    left: async () => leftAt(server),
    received: () => server.receivedBytes(),
    inFlightBytes: 2 * MIB,
    wrongCredentials: {
      async arrange(wishes, scene) {
        await writeDefaultCredentials(scene.env.HOME ?? '', stranger.keyFile)
        return wishes
      },
      codes: ['sign-in-expired'],
    },
    quota: {
      arrange(wishes) {
        server.controls.maxImages = 0
        return wishes
      },
      codes: ['cloud-quota'],
      after: () => void (server.controls.maxImages = 100),
    },
    conflict: {
      arrange(wishes) {
        bucket.set(textOf(wishes.values, 'object'), newObject(Buffer.from('of another')))
        return wishes
      },
      codes: ['cloud-conflict'],
      // Whoever cleans up must have left it alone.
      after: () => {
        if (bucket.size !== 1) throw new Error('the object of another is gone')
        bucket.clear()
      },
    },
    expire() {
      account.disable()
      return account.enable
    },
    busy: () => void server.faults.push({ when: CHUNK, times: 3, answer: { status: 503, reason: 'backendError' } }),
    cut: () => void server.faults.push({ when: CHUNK, times: 1, answer: { cut: MIB } }),
    calm: () => void (server.faults.length = 0),
    stop: () => server.stop(),
  }
}

/** As Google's own instructions make it. */
async function makeArchive(disk: TestDisk, folder: string): Promise<string> {
  const output = path.join(folder, 'disk.tar.gz')
  await run('cp', ['--sparse=always', disk.path, path.join(folder, 'gib.raw')])
  await run('truncate', ['-s', '1G', path.join(folder, 'gib.raw')])
  await run('tar', ['--format=oldgnu', '-Sczf', output, '--transform', 's/gib.raw/disk.raw/', '-C', folder, 'gib.raw'])
  return output
}

contract({ provider: 'gcp', disk: { mib: 16 }, begin })
