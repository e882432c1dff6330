import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { textOf } from '#shared/clouds/read-values'
import { contract } from './contract.js'
import { FILLER, startOpenStack } from './fixtures/openstack.js'
import { takenBytes } from './fixtures/taken-bytes.js'
import { MIB, sha256 } from './test-disk.js'

const run = promisify(execFile)
const DATA = /^PUT .*\/(file|stage)$/

contract({
  provider: 'openstack',
  disk: { mib: 64 },
  // Names need not be unique in Glance.
  lacks: ['conflict'],
  async begin() {
    const stack = await startOpenStack()
    const { images, identity } = stack
    const taken = takenBytes(images, DATA, [identity])
    const pass = (): void => {
      images.set({ kind: 'pass' })
      identity.set({ kind: 'pass' })
    }
    let giveBack = async (): Promise<void> => {}
    return {
      canaries: [stack.user.password, stack.applicationCredential.secret],
      inFlightBytes: 0,
      resumes: false,
      async wishes(round, home) {
        const folder = path.join(home, '.config/openstack')
        await fs.mkdir(folder, { recursive: true })
        const auth = {
          auth_url: stack.authUrl,
          username: stack.user.name,
          project_name: stack.user.project,
          user_domain_name: 'Default',
          project_domain_name: 'Default',
        }
        await fs.writeFile(path.join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { test: { auth, region_name: 'RegionOne' } } }))
        await fs.writeFile(
          path.join(folder, 'secure.yaml'),
          JSON.stringify({ clouds: { test: { auth: { password: stack.user.password } } } }),
        )
        return { values: { cloud: 'test', name: `image ${round}`, tags: ['test'] } }
      },
      async payload(disk, folder) {
        const file = path.join(folder, 'disk.qcow2')
        await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk.path, file])
        return file
      },
      stored: async (_scene, result) => sha256(await stack.download(result.resources[0]?.id ?? '')),
      left: async () => (await stack.listImages()).map(({ name }) => name).filter((name) => name !== FILLER),
      received: () => taken.received(),
      wrongCredentials: {
        async arrange(wishes) {
          const file = path.join(wishes.env?.HOME ?? '', '.config/openstack/secure.yaml')
          await fs.writeFile(file, JSON.stringify({ clouds: { test: { auth: { password: 'another one' } } } }))
          return wishes
        },
        codes: ['cloud-denied'],
      },
      quota: {
        async arrange(wishes) {
          giveBack = await stack.fill()
          return { ...wishes, values: { ...wishes.values, name: `${textOf(wishes.values, 'name')} too large` } }
        },
        codes: ['cloud-quota'],
        after: () => giveBack(),
      },
      expire() {
        const body = JSON.stringify({
          error: { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' },
        })
        for (const proxy of [images, identity]) proxy.set({ kind: 'status', code: 401, body }, { match: /./ })
        return pass
      },
      busy: () => images.set({ kind: 'status', code: 503, headers: { 'retry-after': '0' } }, { match: DATA, times: 3 }),
      cut: () => images.set({ kind: 'cut-request', after: 2 * MIB }, { match: DATA, times: 1 }),
      calm() {
        taken.settle()
        pass()
      },
      stop: stack.stop,
    }
  },
})
