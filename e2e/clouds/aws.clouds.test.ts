import fs from 'node:fs/promises'
import path from 'node:path'
import { textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { contract, type ContractPlace } from './contract.js'
import type { UploadScene } from './run-upload.js'
import { type AwsServer, startAwsServer } from './servers/aws-server.js'
import { MIB, sha256 } from './test-disk.js'

const SECRET = 'canary/of+the/secret+access/key+0123456789'
const REGION = 'eu-central-1'

/** Profiles in the home of a test, as `aws configure` writes them. */
async function writeProfile(home: string, server: AwsServer, token: string): Promise<void> {
  await fs.mkdir(path.join(home, '.aws'), { recursive: true })
  await fs.writeFile(path.join(home, '.aws/config'), `[profile images]\nregion = ${REGION}\nendpoint_url = ${server.url}\n`)
  const keys = ['[images]', 'aws_access_key_id = AKIDTEST', `aws_secret_access_key = ${SECRET}`, `aws_session_token = ${token}`]
  await fs.writeFile(path.join(home, '.aws/credentials'), `${keys.join('\n')}\n`)
}

async function begin(method: 'ebs' | 's3'): Promise<ContractPlace> {
  const server = await startAwsServer({ keys: [], buckets: ['images'] })
  let tokens = 0
  let home = ''
  const sign = async (): Promise<void> => {
    const token = `canary-of-session-${++tokens}`
    server.keys = [{ id: 'AKIDTEST', secret: SECRET, token }]
    await writeProfile(home, server, token)
  }
  return {
    canaries: [SECRET, 'canary-of-session'],
    inFlightBytes: method === 'ebs' ? 4 * MIB : 3 * 5 * MIB,
    async wishes(round, newHome) {
      home = newHome
      await sign()
      return {
        values: {
          profile: 'images',
          region: REGION,
          method,
          name: `image ${round}`,
          parallel: method === 'ebs' ? 8 : 3,
          copyTo: ['eu-west-1'],
          shareWith: ['210987654321'],
          tags: { purpose: 'test' },
          ...(method === 's3' ? { bucket: 'images', format: 'RAW', partMib: 5 } : {}),
        },
      }
    },
    stored: async (scene: UploadScene, result: UploadResult) => {
      const snapshot = result.resources.find(({ kind }) => kind === 'snapshot')?.id ?? ''
      return sha256(server.state.content(snapshot, scene.disk.bytes))
    },
    left: async () => [...server.state.things(), ...server.objects.things()],
    received: () => server.received(),
    wrongCredentials: {
      codes: ['cloud-denied'],
      async arrange(wishes, scene) {
        const file = path.join(scene.env.HOME ?? '', '.aws/credentials')
        await fs.writeFile(file, (await fs.readFile(file, 'utf8')).replace(SECRET, `${SECRET}x`))
        return wishes
      },
      // What was sent away with a wrong key made nothing; cleaning up is done with the right one.
      after: sign,
    },
    quota: {
      codes: ['cloud-quota'],
      arrange(wishes) {
        server.state.hasQuotaLeft = false
        return wishes
      },
      after: () => void (server.state.hasQuotaLeft = true),
    },
    conflict: {
      codes: ['cloud-conflict'],
      arrange(wishes) {
        const name = textOf(wishes.values, 'name')
        const other = server.state.addSnapshot({ region: REGION, gib: 1, description: '', tags: [] })
        server.state.addImage({ region: REGION, name, request: {}, snapshot: other.id, tags: [] })
        return wishes
      },
      after() {
        for (const image of server.state.images.values()) if (image.tags.length === 0) drop(server, image)
      },
    },
    expire() {
      server.keys = [{ id: 'AKIDTEST', secret: SECRET, token: 'ended' }]
      return sign
    },
    busy: () => void (server.busyFor = 6),
    cut: () => void (server.cutNext = true),
    calm: () => void Object.assign(server, { busyFor: 0, cutNext: false }),
    stop: () => server.stop(),
  }
}

function drop(server: AwsServer, { id, snapshot }: { id: string; snapshot: string }): void {
  server.state.images.delete(id)
  server.state.snapshots.delete(snapshot)
}

contract({ provider: 'aws', title: 'AWS, blocks of a snapshot', begin: () => begin('ebs') })
contract({ provider: 'aws', title: 'AWS, an object that is imported', lacks: ['quota'], disk: { mib: 16 }, begin: () => begin('s3') })
