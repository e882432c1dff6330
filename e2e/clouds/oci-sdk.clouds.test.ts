import crypto from 'node:crypto'
import http from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { DefaultRequestSigner, Region, SimpleAuthenticationDetailsProvider } from 'oci-common'
import { ComputeClient, type models } from 'oci-core'
import { IdentityClient } from 'oci-identity'
import { ObjectStorageClient } from 'oci-objectstorage'
import { WorkRequestClient } from 'oci-workrequests'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeAccount, type OciAccount } from './oci-account.js'
import { ociModelProblem } from './oci-models.js'
import { type OciServer, startOciServer } from './servers/oci-server.js'

let server: OciServer
let account: OciAccount

beforeAll(async () => {
  server = await startOciServer({ checkBody: ociModelProblem })
  account = makeAccount(server)
  server.addBucket('images')
})
afterAll(() => server.stop())

function provider(fingerprint = account.fingerprint): SimpleAuthenticationDetailsProvider {
  const { user, privateKey } = account
  return new SimpleAuthenticationDetailsProvider(server.tenancy, user, fingerprint, privateKey, null, Region.EU_FRANKFURT_1)
}

function client<T extends { endpoint: string }>(
  Kind: new (params: { authenticationDetailsProvider: SimpleAuthenticationDetailsProvider }) => T,
): T {
  const made = new Kind({ authenticationDetailsProvider: provider() })
  made.endpoint = server.url
  return made
}

test('Oracle’s own SDK, that knows nothing of this server, sends an object in parts and imports it', async () => {
  const storage = client(ObjectStorageClient)
  const { value: namespaceName } = await storage.getNamespace({})
  const place = { namespaceName, bucketName: 'images' }
  const first = Buffer.alloc(10 * 1024 ** 2, 7)
  first.write('QFI\xfb', 0, 'latin1')
  first.writeUInt32BE(3, 4)
  first.fill(0, 8, 16)
  first.writeBigUInt64BE(1n << 30n, 24)
  const details = { object: 'a/disk 1.qcow2', contentType: 'application/octet-stream' }
  const { multipartUpload } = await storage.createMultipartUpload({ ...place, createMultipartUploadDetails: details, ifNoneMatch: '*' })
  const { uploadId } = multipartUpload
  const upload = { ...place, objectName: details.object, uploadId }
  const etags = []
  for (const [index, bytes] of [first, Buffer.from('the end')].entries()) {
    const contentMD5 = crypto.createHash('md5').update(bytes).digest('base64')
    const part = { ...upload, uploadPartNum: index + 1, contentLength: bytes.length, contentMD5 }
    etags.push((await storage.uploadPart({ ...part, uploadPartBody: Readable.from([bytes]) })).eTag)
  }
  const { items } = await storage.listMultipartUploadParts(upload)
  expect(items.map(({ partNumber, size }) => [partNumber, size])).toEqual([
    [1, first.length],
    [2, 7],
  ])
  const partsToCommit = etags.map((etag, index) => ({ partNum: index + 1, etag }))
  const committed = await storage.commitMultipartUpload({ ...upload, commitMultipartUploadDetails: { partsToCommit } })
  expect(committed.opcMultipartMd5).toMatch(/-2$/)
  const head = await storage.headObject({ ...place, objectName: details.object })
  expect(head.contentLength).toBe(first.length + 7)

  const compute = client(ComputeClient)
  const createImageDetails: models.CreateImageDetails = {
    compartmentId: server.compartment,
    displayName: 'by the SDK',
    launchMode: 'PARAVIRTUALIZED' as models.CreateImageDetails.LaunchMode,
    imageSourceDetails: {
      sourceType: 'objectStorageTuple',
      ...place,
      objectName: details.object,
      sourceImageType: 'QCOW2' as models.ImageSourceDetails.SourceImageType,
    },
  }
  const created = await compute.createImage({ createImageDetails, opcRetryToken: 'once' })
  expect((await compute.createImage({ createImageDetails, opcRetryToken: 'once' })).image.id).toBe(created.image.id)
  const { workRequest } = await client(WorkRequestClient).getWorkRequest({ workRequestId: created.opcWorkRequestId })
  expect(workRequest.status).toBe('SUCCEEDED')
  const imageId = created.image.id
  await compute.addImageShapeCompatibilityEntry({ imageId, shapeName: 'VM.Standard.A1.Flex', addImageShapeCompatibilityEntryDetails: {} })
  expect((await compute.getImage({ imageId })).image.lifecycleState).toBe('AVAILABLE')
  await compute.deleteImage({ imageId })
  const compartments = await client(IdentityClient).listCompartments({ compartmentId: server.tenancy })
  expect(compartments.items).toHaveLength(2)
  expect(compartments.opcNextPage).toBe('2')
})

test('what the SDK meets where the documents speak of an error', async () => {
  // It writes what it met to the console.
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    const storage = client(ObjectStorageClient)
    const code = async (call: Promise<unknown>): Promise<unknown> =>
      call.then(
        () => null,
        (thrown: unknown) => (thrown as { serviceCode?: unknown }).serviceCode,
      )
    const place = { namespaceName: server.namespace, bucketName: 'images' }
    expect(await code(storage.getBucket({ ...place, bucketName: 'none' }))).toBe('BucketNotFound')
    const upload = { ...place, objectName: 'b', uploadId: 'none' }
    expect(await code(storage.listMultipartUploadParts(upload))).toBe('NoSuchUpload')
    const { multipartUpload } = await storage.createMultipartUpload({ ...place, createMultipartUploadDetails: { object: 'b' } })
    const part = {
      ...upload,
      uploadId: multipartUpload.uploadId,
      uploadPartNum: 1,
      contentLength: 3,
      uploadPartBody: Readable.from(['abc']),
    }
    expect(await code(storage.uploadPart({ ...part, contentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe('UnmatchedContentMD5')
    const stranger = new ObjectStorageClient({ authenticationDetailsProvider: provider('00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff') })
    stranger.endpoint = server.url
    expect(await code(stranger.getNamespace({}))).toBe('NotAuthenticated')
    expect(await code(storage.abortMultipartUpload({ ...upload, uploadId: multipartUpload.uploadId }))).toBeNull()
  } finally {
    warned.mockRestore()
  }
})

test('a request of the SDK that was changed on its way is not taken', async () => {
  const caught = await catchRequest()
  expect(await replay(caught)).toBe(200)
  const { path, headers, body } = caught
  expect(await replay({ ...caught, path: `${path}?limit=1` })).toBe(401)
  expect(await replay({ ...caught, body: body.replace('caught', 'change') })).toBe(401)
  expect(await replay({ ...caught, headers: { ...headers, 'x-date': new Date(Date.now() + 60_000).toUTCString() } })).toBe(401)
  expect(await replay({ ...caught, headers: { ...headers, host: 'objectstorage.example' } })).toBe(401)
  expect(
    await replay({
      ...caught,
      headers: { ...headers, authorization: (headers.authorization ?? '').replace('version="1"', 'version="2"') },
    }),
  ).toBe(401)
})

test('bodies that Oracle’s models do not know are refused', () => {
  const good = { compartmentId: 'c', displayName: 'd', imageSourceDetails: { sourceType: 'objectStorageUri', sourceUri: 'u' } }
  expect(ociModelProblem('CreateImageDetails', good)).toBeNull()
  expect(ociModelProblem('CreateImageDetails', { ...good, launchOptions: {} })).toContain('launchOptions')
  expect(ociModelProblem('CreateImageDetails', { ...good, launchMode: 'UEFI' })).toContain('launchMode is none of NATIVE')
  expect(ociModelProblem('CreateImageDetails', { displayName: 'd' })).toContain('lacks compartmentId')
  const source = { sourceType: 'objectStorageTuple', bucketName: 'b', objectName: 'o' }
  expect(ociModelProblem('CreateImageDetails', { ...good, imageSourceDetails: source })).toContain('lacks namespaceName')
  expect(
    ociModelProblem('CreateImageDetails', { ...good, imageSourceDetails: { ...source, namespaceName: 'n', sourceImageType: 'OCI' } }),
  ).toContain('QCOW2')
})

interface Caught {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request as the SDK signs it for the server, caught before it gets there. */
async function catchRequest(): Promise<Caught> {
  const { authority, ...rest } = await new Promise<Caught & { authority: string }>((resolve, reject) => {
    const storage = new ObjectStorageClient({
      httpClient: {
        send: async ({ uri, headers, body }) => {
          await new DefaultRequestSigner(provider()).signHttpRequest({ method: 'POST', uri, headers, body: body as string })
          const { pathname, host } = new URL(uri)
          resolve({ path: pathname, headers: Object.fromEntries(headers), body: body as string, authority: host })
          return new Response(JSON.stringify({ uploadId: 'x' }))
        },
      },
    })
    storage.endpoint = server.url
    const details = { object: 'caught' }
    storage
      .createMultipartUpload({ namespaceName: server.namespace, bucketName: 'images', createMultipartUploadDetails: details })
      .catch(reject)
  })
  expect(server.url).toContain(authority)
  return rest
}

async function replay({ path, headers, body }: Caught): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.url}${path}`, { method: 'POST', headers }, (response) => {
      text(response).then(() => resolve(response.statusCode ?? 0), reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
