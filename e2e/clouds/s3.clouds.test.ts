import fs from 'node:fs/promises'
import path from 'node:path'
import { textOf } from '#shared/clouds/read-values'
import { startFaultProxy } from '../faults/fault-proxy.js'
import { contract } from './contract.js'
import { startSwift } from './fixtures/swift.js'
import { takenBytes } from './fixtures/taken-bytes.js'
import { MIB, sha256 } from './test-disk.js'

const PART_MIB = 5
/** What somebody else has there. */
const OTHER = 'boot/other'
const PUTS = /^PUT .*(partNumber|disk\.raw)/

contract({
  provider: 's3',
  disk: { mib: 34 },
  async begin() {
    const swift = await startSwift()
    const proxy = await startFaultProxy(swift.url)
    const taken = takenBytes(proxy, PUTS)
    return {
      canaries: [swift.secretKey],
      inFlightBytes: 3 * PART_MIB * MIB,
      async wishes(round, home) {
        const bucket = `images-${round}`
        await swift.makeContainer(bucket)
        await fs.mkdir(path.join(home, '.aws'))
        const profile = ['[default]', `aws_access_key_id = ${swift.accessKey}`, `aws_secret_access_key = ${swift.secretKey}`]
        await fs.writeFile(path.join(home, '.aws/credentials'), `${profile.join('\n')}\n`)
        return { values: { endpoint: proxy.url, bucket, prefix: 'boot/', partMib: PART_MIB, parallel: 3, linkHours: 0 } }
      },
      async stored(scene) {
        const { bytes } = await swift.read(textOf(scene.values, 'bucket'), 'boot/disk.raw')
        return sha256(bytes)
      },
      async left(scene) {
        const bucket = textOf(scene.values, 'bucket')
        const objects = [...(await swift.objects(bucket)), ...(await swift.objects(`${bucket}+segments`))]
        return objects.filter((name) => name !== OTHER)
      },
      received: () => taken.received(),
      wrongCredentials: {
        async arrange(wishes) {
          const home = wishes.env?.HOME ?? ''
          const file = path.join(home, '.aws/credentials')
          await fs.writeFile(file, (await fs.readFile(file, 'utf8')).replace(swift.secretKey, 'another-key'))
          return wishes
        },
        codes: ['cloud-denied'],
      },
      quota: {
        async arrange(wishes) {
          const segments = `${textOf(wishes.values, 'bucket')}+segments`
          await swift.makeContainer(segments)
          await swift.setQuota(segments, MIB)
          return wishes
        },
        codes: ['cloud-quota'],
      },
      conflict: {
        async arrange(wishes) {
          await swift.write(textOf(wishes.values, 'bucket'), OTHER, Buffer.from('of somebody else'))
          return { ...wishes, values: { ...wishes.values, key: 'other' } }
        },
        codes: ['cloud-conflict'],
      },
      expire() {
        const body = '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>'
        proxy.set({ kind: 'status', code: 400, headers: { 'content-type': 'application/xml' }, body }, { match: /./ })
        return () => proxy.set({ kind: 'pass' })
      },
      busy() {
        const body = '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'
        proxy.set({ kind: 'status', code: 503, headers: { 'content-type': 'application/xml' }, body }, { match: PUTS, times: 4 })
      },
      cut: () => proxy.set({ kind: 'cut-request', after: MIB }, { match: PUTS, times: 1, skip: 2 }),
      calm: () => {
        taken.settle()
        proxy.set({ kind: 'pass' })
      },
      async stop() {
        await proxy.stop()
        await swift.stop()
      },
    }
  },
})
