import { expect, test } from 'vitest'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { sha256Of } from '../../../registry/push-manifest.js'
import type { RegistryRequest, RegistryResponse, RegistrySession } from '../../../registry/registry-session.js'
import { packImage } from './packed-image.js'
import { nameImage } from './push-image.js'

const image = (architecture: string) =>
  packImage({
    layout: 'artifact',
    diskPath: 'disk.raw',
    format: 'raw',
    platform: { architecture, os: 'linux' },
    labels: {},
    annotations: {},
    layer: { digest: sha256Of('disk'), bytes: 4, async *read() {} },
    diffId: sha256Of('disk'),
    compression: 'none',
    created: undefined,
  })

/** A tag that someone else moves: `onGet` may change it after each reading. */
function tagged(
  onGet: (reads: number, put: (bytes: Buffer) => void) => void,
): RegistrySession & { readonly manifests: Map<string, Buffer> } {
  const manifests = new Map<string, Buffer>()
  let reads = 0
  const answer = (status: number, bytes: Buffer = Buffer.alloc(0)): RegistryResponse => ({
    status,
    headers: { 'content-type': MEDIA_TYPES.index },
    url: 'https://registry.example/',
    body: (async function* () {
      yield bytes
    })(),
    bytes: async () => bytes,
    discard: async () => {},
  })
  return {
    manifests,
    endpoint: 'registry.example',
    repository: 'team/disk',
    isMirror: false,
    isPlainHttp: false,
    close: async () => {},
    async request({ method, path, body }: RegistryRequest) {
      const name = path.replace('manifests/', '')
      if (method === 'PUT') {
        manifests.set(name, Buffer.from(body as Uint8Array))
        return answer(201)
      }
      const found = manifests.get(name)
      reads += 1
      onGet(reads, (bytes) => manifests.set(name, bytes))
      return found === undefined ? answer(404) : answer(200, found)
    },
  }
}

const target = (session: RegistrySession) => ({ session, tag: 'v1', addToIndex: true, mountFrom: [] })
const indexOf = (architecture: string): Buffer =>
  Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [image(architecture).descriptor] }))

test('an index that is changed while an image is put into it keeps what the other one put there', async () => {
  const session = tagged((reads, put) => {
    if (reads === 1) put(indexOf('s390x'))
  })
  const written = await nameImage(image('arm64'), target(session))
  const { manifests } = JSON.parse(written.content.toString()) as { manifests: { platform: { architecture: string } }[] }
  expect(manifests.map(({ platform }) => platform.architecture)).toEqual(['s390x', 'arm64'])
  expect(session.manifests.get('v1')).toEqual(written.content)
})

test('a tag that is moved right after it was written is told', async () => {
  const other = tagged(() => {})
  const request = other.request.bind(other)
  const racing = {
    ...other,
    request: async (one: RegistryRequest) =>
      request(one).finally(() => one.method === 'PUT' && other.manifests.set('v1', indexOf('ppc64le'))),
  }
  await expect(nameImage(image('arm64'), target(racing))).rejects.toMatchObject({ code: 'registry-failed' })
})

test('a tag that never stands still is given up', async () => {
  let turn = 0
  const session = tagged((_reads, put) => {
    turn += 1
    put(indexOf(`arch${turn}`))
  })
  await expect(nameImage(image('arm64'), target(session))).rejects.toMatchObject({ code: 'registry-failed' })
})
