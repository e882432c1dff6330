import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { textOf } from '#shared/clouds/read-values'
import { contract, type ContractPlace } from './contract.js'
import { leftAt, makeAccount, writeProfile } from './oci-account.js'
import { ociModelProblem } from './oci-models.js'
import { startOciServer } from './servers/oci-server.js'
import { MIB, sha256Of, type TestDisk } from './test-disk.js'

const run = promisify(execFile)

async function begin(): Promise<ContractPlace> {
  const server = await startOciServer({ checkBody: ociModelProblem })
  const account = makeAccount(server)
  const stranger = makeAccount(server)
  server.keys.delete(stranger.keyId)
  const bucket = server.addBucket('images')
  return {
    async wishes(round, home) {
      await writeProfile(home, server, account)
      const values = { compartment: 'dev/images', bucket: 'images', name: `image ${round}`, object: `boot/${round}'s disk.oci` }
      return { values: { ...values, endpoint: server.url, partMiB: 10, parallel: 2 } }
    },
    canaries: [account.privateKey.slice(100, 160), stranger.privateKey.slice(100, 160), account.fingerprint],
    payload: makeQcow2,
    stored: async (_scene, result) => diskOf(server.state.images.get(result.resources[0]?.id ?? '')?.source ?? Buffer.alloc(0)),
    left: async () => leftAt(server),
    received: () => server.receivedBytes(),
    inFlightBytes: 2 * 10 * MIB,
    wrongCredentials: {
      async arrange(wishes, scene) {
        await writeProfile(scene.env.HOME ?? '', server, stranger)
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
        bucket.objects.set(textOf(wishes.values, 'object'), { bytes: Buffer.from('of another'), md5: 'x', isMultipart: false })
        return wishes
      },
      codes: ['cloud-conflict'],
      // Whoever cleans up must have left it alone.
      after: () => {
        if (bucket.objects.size !== 1) throw new Error('the object of another is gone')
        bucket.objects.clear()
      },
    },
    expire() {
      server.keys.delete(account.keyId)
      return () => void server.keys.set(account.keyId, { publicKey: account.publicKey })
    },
    busy: () => void server.faults.push({ when: /^PUT .*\/u\//, times: 3, answer: { status: 503, code: 'ServiceUnavailable' } }),
    cut: () => void server.faults.push({ when: /^PUT .*\/u\//, times: 1, answer: 'reset' }),
    calm: () => void (server.faults.length = 0),
    stop: () => server.stop(),
  }
}

/** The disk; the archive around it is made while it is sent. */
async function makeQcow2(disk: TestDisk, folder: string): Promise<string> {
  const output = path.join(folder, 'disk.qcow2')
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk.path, output])
  return output
}

/** What GNU tar finds of the disk in the archive that the image was made of. */
async function diskOf(archive: Buffer): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-oci-archive-'))
  try {
    await fs.writeFile(path.join(folder, 'archive.oci'), archive)
    await run('tar', ['-xf', 'archive.oci', 'output.QCOW2', 'image_metadata.json'], { cwd: folder })
    return await sha256Of(path.join(folder, 'output.QCOW2'))
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

const ISLANDS = [
  [0, 8 * MIB],
  [12 * MIB + 512, 12 * MIB],
  [28 * MIB, 12 * MIB],
] as const

contract({ provider: 'oci', disk: { mib: 40, islands: ISLANDS }, begin })
