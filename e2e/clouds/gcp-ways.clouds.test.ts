import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { JWT } from 'google-auth-library'
import { createGcpProvider } from '#core/clouds/gcp/gcp-provider'
import type { FieldValues } from '#shared/clouds/field'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBench } from '../core/workbench.js'
import { type GcpAccount, leftAt, makeServiceAccount, writeDefaultCredentials } from './gcp-account.js'
import { cleanUp, cloudContext, fullValues, type Outcome, runUpload, type UploadOptions, type UploadScene } from './run-upload.js'
import { newObject } from './servers/gcp/state.js'
import { jwtProblem } from './servers/gcp/tokens.js'
import { type GcpServer, startGcpServer } from './servers/gcp-server.js'
import { factsOf, makeTestDisk, sha256, sha256Of } from './test-disk.js'

const provider = createGcpProvider({ firstMs: 1, maxMs: 5, timeoutMs: 60_000 })
const GIB = 1024 ** 3

let folder: string
let server: GcpServer
let account: GcpAccount
let rounds = 0

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-gcp-ways-'))
  server = await startGcpServer('boot-images')
  account = makeServiceAccount(server, 'uploader')
  server.state.buckets.set('images', new Map())
})
afterEach(async () => {
  await server.stop()
  await fs.rm(folder, { recursive: true, force: true })
})

async function newScene(values: FieldValues = {}, file = archiveOf('disk.raw')): Promise<UploadScene> {
  const own = path.join(folder, `r${++rounds}`)
  const home = path.join(own, 'home')
  await fs.mkdir(home, { recursive: true })
  await writeDefaultCredentials(home, account.keyFile)
  const disk = await makeTestDisk(path.join(own, 'disk.raw'), { mib: 1, islands: [[0, 4096]] })
  const archive = path.join(own, 'disk.tar.gz')
  await fs.writeFile(archive, file)
  const chosen = { project: 'boot-images', bucket: 'images', name: 'ock', object: 'ock.tar.gz', endpoint: server.url, chunkMiB: 1 }
  return {
    folder: path.join(own, 'upload'),
    values: { ...chosen, ...values },
    facts: await factsOf(disk),
    disk,
    file: archive,
    env: { HOME: home },
  }
}

/** A sparse file of 1 GiB without data, in a tar of GNU's old format with gzip (GNU tar manual, "Basic Tar Format"). */
function archiveOf(name: string, bytes = GIB): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 'latin1')
  header.write('0000644\0', 100, 'latin1')
  header.write('00000000000\0', 124, 'latin1')
  header.write('S', 156, 'latin1')
  header.write('ustar  \0', 257, 'latin1')
  header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 483, 'latin1')
  return gzipSync(Buffer.concat([header, Buffer.alloc(1024)]))
}

const run = (scene: UploadScene, options: UploadOptions = {}): Promise<Outcome> => runUpload(provider, scene, options)

async function preflight(scene: UploadScene): Promise<Record<string, string>> {
  const rows = await provider.preflight(await cloudContext(scene), fullValues(provider, scene), scene.facts)
  return Object.fromEntries(rows.map(({ code, state }) => [code, state]))
}

test('an image is made with its features, labels and place', async () => {
  server.controls.looks = 3
  const labels = { team: 'boot' }
  const { error, result, fractions } = await run(await newScene({ family: 'ock', labels, storageLocation: 'eu', keepObject: true }))
  expect(error?.data).toBeUndefined()
  const image = server.state.images.get('ock')
  expect(image?.body).toMatchObject({
    family: 'ock',
    architecture: 'X86_64',
    guestOsFeatures: [{ type: 'UEFI_COMPATIBLE' }, { type: 'GVNIC' }, { type: 'VIRTIO_SCSI_MULTIQUEUE' }],
    storageLocations: ['eu'],
    labels,
  })
  expect(fractions.import?.at(-1)).toBe(1)
  expect(result?.verified).toBe('md5')
  expect(result?.resources.map(({ kind }) => kind)).toEqual(['image', 'object'])
  expect(result?.next.at(-1)?.command).toContain('--image ock --image-project boot-images --machine-type e2-medium')
  expect(leftAt(server)).toEqual(['object ock.tar.gz in images', 'image ock'])
})

test('an import that fails is told in its own words, leaves no image, and is tried again without sending anew', async () => {
  server.controls.importError = { code: 'INTERNAL_ERROR', message: 'the import broke' }
  const scene = await newScene()
  const first = await run(scene)
  expect(first.error?.code).toBe('upload-incomplete')
  expect(first.error?.data.details.reason).toContain('the import broke')
  expect(leftAt(server)).toEqual(['object ock.tar.gz in images'])
  server.controls.importError = null
  const received = server.receivedBytes()
  // What was stored needs the file no more.
  await fs.rm(scene.file ?? '')
  expect((await run(scene)).error?.data).toBeUndefined()
  expect(server.receivedBytes()).toBe(received)
  expect(leftAt(server)).toEqual(['image ock'])
})

test('an archive that Google would not take is refused by its own rules', async () => {
  const reason = async (file: Buffer) => (await run(await newScene({}, file))).error?.data.details.reason
  expect(await reason(archiveOf('boot.raw'))).toContain('named disk.raw')
  server.state.buckets.set('images', new Map())
  expect(await reason(archiveOf('disk.raw', GIB + 512))).toContain('no whole number of GiB')
  server.state.buckets.set('images', new Map())
  expect(await reason(Buffer.from('no archive'))).toContain('not a valid image')
})

test('what is stored is held against every digest that is told of it', async () => {
  const { digests } = server.controls
  const outcome = async (told: typeof digests) => {
    server.controls.digests = told
    const { error, result } = await run(await newScene())
    server.state.buckets.set('images', new Map())
    server.state.images.clear()
    return error?.code ?? result?.verified
  }
  const crcOnly = (bytes: Buffer) => ({ crc32c: digests(bytes).crc32c ?? '' })
  expect(await outcome(digests)).toBe('md5')
  expect(await outcome(crcOnly)).toBe('crc32c')
  expect(await outcome((bytes) => ({ ...digests(bytes), crc32c: 'AAAAAQ==' }))).toBe('upload-mismatch')
  expect(await outcome((bytes) => ({ ...crcOnly(bytes), md5Hash: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe('upload-mismatch')
  expect(await outcome(() => ({}))).toBe('upload-mismatch')
})

test('the archive that Diskwright writes is one that an import takes', async () => {
  const bench = await openBench()
  try {
    const source = await bench.copy('sparse-1gb')
    const output = path.join(bench.folder, 'disk.tar.gz')
    const target = { format: 'raw', subformat: 'sparse', container: 'tar.gz', artifact: 'gcp-tar', fitSize: true, verify: false } as const
    await bench.succeed({ kind: 'convert-image', input: { source, output, ...target } })
    const scene = { ...(await newScene({ chunkMiB: 16 })), file: output }
    expect((await run(scene)).error?.data).toBeUndefined()
    expect(sha256(server.state.images.get('ock')?.source ?? Buffer.alloc(0))).toBe(await sha256Of(output))
  } finally {
    await bench.close()
  }
})

test('a session that was forgotten there begins anew; one that became an object just before a kill is taken as it is', async () => {
  const scene = await newScene()
  const stopped = await run(scene, { breakAt: { created: 1 } })
  expect(stopped.error?.code).toBe('cancelled')
  server.state.sessions.clear()
  const again = await run(scene, { breakAt: { step: 'import' } })
  expect(again.error?.code).toBe('cancelled')
  const journal = path.join(scene.folder, 'journal.jsonl')
  const lines = (await fs.readFile(journal, 'utf8')).split('\n').filter((line) => !/"gcp\.stored"|"kind":"object"|"gone"/.test(line))
  await fs.writeFile(journal, lines.join('\n'))
  const received = server.receivedBytes()
  expect((await run(scene)).error?.data).toBeUndefined()
  expect(server.receivedBytes()).toBe(received)
  expect(await cleanUp(provider, scene)).toEqual([])
  expect(leftAt(server)).toEqual([])
})

test('a name that another image has is told before anything is sent, and that image stays', async () => {
  expect((await run(await newScene())).error?.data).toBeUndefined()
  const received = server.receivedBytes()
  const scene = await newScene()
  expect((await run(scene)).error?.code).toBe('cloud-conflict')
  expect(server.receivedBytes()).toBe(received)
  expect(await cleanUp(provider, scene)).toEqual([])
  expect(leftAt(server)).toEqual(['image ock'])
})

test('the checks say what stands in the way', async () => {
  const names = ['credentials', 'clock', 'quota', 'bucket', 'object', 'name', 'permissions']
  expect(await preflight(await newScene())).toEqual(Object.fromEntries(names.map((name) => [`gcp-${name}`, 'ok'])))
  expect(await preflight(await newScene({ project: 'another-one' }))).toEqual({ 'gcp-credentials': 'error' })
  expect(await preflight(await newScene({ bucket: 'none' }))).toMatchObject({ 'gcp-bucket': 'error' })
  server.state.buckets.get('images')?.set('ock.tar.gz', newObject(Buffer.from('x')))
  expect(await preflight(await newScene())).toMatchObject({ 'gcp-object': 'error' })
  server.controls.denied.add('storage.objects.create').add('compute.images.create')
  server.controls.maxImages = 0
  expect(await preflight(await newScene())).toMatchObject({ 'gcp-bucket': 'error', 'gcp-permissions': 'error', 'gcp-quota': 'error' })
  server.controls.clockAheadMs = 200_000
  expect(await preflight(await newScene())).toMatchObject({ 'gcp-clock': 'warning' })
  server.controls.clockAheadMs = 4_000_000
  expect(await preflight(await newScene())).toEqual({ 'gcp-credentials': 'error' })
  expect((await run(await newScene())).error?.code).toBe('clock-skewed')
})

test('accounts and lists are those of this machine and this project', async () => {
  const scene = await newScene()
  const home = scene.env.HOME ?? ''
  await fs.mkdir(path.join(home, '.config/gcloud/configurations'), { recursive: true })
  await fs.writeFile(path.join(home, '.config/gcloud/configurations/config_default'), '[core]\nproject = boot-images\n')
  const broken = path.join(home, 'broken.json')
  await fs.writeFile(broken, 'no json')
  const ctx = await cloudContext({ ...scene, env: { HOME: home, GOOGLE_APPLICATION_CREDENTIALS: broken } })
  expect(await provider.accounts(ctx)).toEqual([
    { label: '~/broken.json', note: '', values: { keyFile: broken }, problem: `${broken} holds no credentials` },
    expect.objectContaining({
      label: `Service account ${account.email}`,
      problem: null,
      values: expect.objectContaining({ project: 'boot-images' }),
    }),
  ])
  const choices = async (field: string) =>
    (await provider.choices(await cloudContext(scene), field, scene.values, null)).map(({ value }) => value)
  for (const name of ['more', 'most']) server.state.buckets.set(name, new Map())
  expect(await choices('bucket')).toEqual(['images', 'more', 'most'])
  expect(await choices('project')).toEqual(['boot-images', 'other-project', 'third-project'])
})

test('a sign-in of gcloud gives tokens; when it has ended the upload waits for another', async () => {
  const scene = await newScene()
  const home = scene.env.HOME ?? ''
  const signIn = async (refresh: string) => {
    server.refreshTokens.add(refresh)
    const json = {
      type: 'authorized_user',
      client_id: 'id',
      client_secret: 'client-secret',
      refresh_token: refresh,
      quota_project_id: 'boot-images',
    }
    await writeDefaultCredentials(home, JSON.stringify(json))
  }
  await signIn('first-refresh-token')
  server.refreshTokens.delete('first-refresh-token')
  const { error, lines, signInsAsked } = await run(
    { ...scene, env: { ...scene.env, CLOUDSDK_AUTH_TOKEN_HOST: `${server.url}/token` } },
    { signIn: () => signIn('second-refresh-token') },
  )
  expect(error?.data).toBeUndefined()
  expect(signInsAsked).toBe(1)
  expect(lines.join('\n')).not.toMatch(/refresh-token|client-secret/)
  expect(leftAt(server)).toEqual(['image ock'])
})

test('tokens of Google’s own library are taken; others, changed ones and those of other times are not', async () => {
  const { client_email: email, private_key: key, private_key_id: keyId } = JSON.parse(account.keyFile) as Record<string, string>
  const client = new JWT({
    ...(email && { email }),
    ...(key && { key }),
    ...(keyId && { keyId }),
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  })
  client.useJWTAccessWithScope = true
  const token = ((await client.getRequestHeaders(server.url)).get('authorization') ?? '').slice(7)
  const problem = (text: string, nowMs = Date.now()) => jwtProblem(text, server.accounts, `${server.url}/`, nowMs)
  expect(problem(token)).toBeNull()
  const [head = '', claims = '', signature = ''] = token.split('.')
  const changed = (part: string, change: object) =>
    Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(part, 'base64url').toString()) as object), ...change })).toString('base64url')
  expect(problem(`${head}.${changed(claims, { exp: Math.floor(Date.now() / 1000) + 3000 })}.${signature}`)).toBe(
    'its signature does not hold',
  )
  expect(problem(`${changed(head, { alg: 'none' })}.${claims}.${signature}`)).toBe('it is not signed by RS256')
  expect(problem(`${head}.${changed(claims, { scope: 'openid', aud: 'https://other.example/' })}.${signature}`)).toBe(
    'it is for another service',
  )
  expect(problem(token, Date.now() + 2 * 3600_000)).toBe('it is not good at this time')
  expect(problem(token, Date.now() - 3600_000)).toBe('it is not good at this time')
  expect(problem('a.b.c')).toBe('it is no JWT')
  account.disable()
  expect(problem(token)).toBe('its key is not known')
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  server.accounts.set(email ?? '', { email: email ?? '', keyId: keyId ?? '', publicKey })
  expect(problem(token)).toBe('its signature does not hold')
})
