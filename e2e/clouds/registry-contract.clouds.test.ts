import fs from 'node:fs/promises'
import path from 'node:path'
import { containerWork } from '#core/operations/upload/container-work'
import { textOf } from '#shared/clouds/read-values'
import { artifactOf, partitioned } from '../core/container-image.js'
import { startRegistry } from '../core/registry.js'
import { startFaultProxy } from '../faults/fault-proxy.js'
import { contract } from './contract.js'
import { takenBytes } from './fixtures/taken-bytes.js'
import type { UploadScene } from './run-upload.js'
import { MIB, sha256Of } from './test-disk.js'

const PASSWORD = 'canary-of-the-registry'
const DATA = /^(PATCH|PUT) .*\/blobs\/uploads\//
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

contract({
  provider: 'registry',
  title: 'A registry, an artifact',
  // Names are taken or free, and what no name leads to is the registry's own to forget.
  lacks: ['quota', 'remotes'],
  containers: containerWork,
  async begin() {
    const registry = await startRegistry({ users: { me: PASSWORD } })
    const proxy = await startFaultProxy(registry.url)
    const taken = takenBytes(proxy, DATA)
    const ask = (scene: UploadScene, where: string, method = 'GET'): Promise<Response> =>
      fetch(`${registry.url}/v2/${textOf(scene.values, 'repository')}/${where}`, {
        method,
        headers: { accept: MANIFEST, authorization: `Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}` },
      })
    const remove = async (scene: UploadScene): Promise<void> => {
      const digest = (await ask(scene, 'manifests/v1', 'HEAD')).headers.get('docker-content-digest')
      const { status } = await ask(scene, `manifests/${digest}`, 'DELETE')
      if (status !== 202) throw new Error(`deleting ${digest} was answered with ${status}`)
    }
    let conflicting: UploadScene | undefined
    return {
      canaries: [PASSWORD],
      // One piece, and the configuration: what it had of one that broke off this registry forgets, with all before it.
      inFlightBytes: 16 * MIB + 1024,
      wishes: (round, home) => ({
        values: {
          registry: proxy.registry,
          repository: `files/${round}`,
          tag: 'v1',
          layout: 'artifact',
          plainHttp: true,
          user: 'me',
          password: 'session:password',
        },
        env: { HOME: home, XDG_RUNTIME_DIR: home, CONTAINERS_REGISTRIES_CONF: '/dev/null' },
        secrets: { password: PASSWORD },
      }),
      // What goes into an image has to be a disk.
      async payload(disk, folder) {
        const file = path.join(folder, 'partitioned.raw')
        await fs.writeFile(file, partitioned(await fs.readFile(disk.path)))
        return file
      },
      async stored(scene) {
        const { layers } = (await (await ask(scene, 'manifests/v1')).json()) as { layers: { digest: string }[] }
        return sha256Of(registry.blobFile(layers[0]?.digest ?? ''))
      },
      async left(scene) {
        const { tags } = (await (await ask(scene, 'tags/list')).json()) as { tags?: string[] | null }
        return tags ?? []
      },
      removeResult: remove,
      received: () => taken.received(),
      wrongCredentials: { arrange: (wishes) => ({ ...wishes, secrets: { password: 'another' } }), codes: ['sign-in-needed'] },
      conflict: {
        async arrange(wishes, scene) {
          const file = { title: 'other', mediaType: 'text/plain', data: Buffer.from('of somebody else') }
          await registry.push(textOf(scene.values, 'repository'), 'v1', artifactOf('text/plain', [file]))
          conflicting = scene
          return wishes
        },
        codes: ['cloud-conflict'],
        async after() {
          if (conflicting !== undefined) await remove(conflicting)
        },
      },
      expire() {
        proxy.set({ kind: 'status', code: 401, headers: { 'www-authenticate': 'Basic realm="test"' } }, { match: /./ })
        return () => proxy.set({ kind: 'pass' })
      },
      busy: () => proxy.set({ kind: 'status', code: 503, headers: { 'retry-after': '0' } }, { match: DATA, times: 2 }),
      cut: () => proxy.set({ kind: 'cut-request', after: 2 * MIB }, { match: DATA, times: 1 }),
      calm() {
        taken.settle()
        proxy.set({ kind: 'pass' })
      },
      async stop() {
        await proxy.stop()
        await registry.stop()
      },
    }
  },
})
