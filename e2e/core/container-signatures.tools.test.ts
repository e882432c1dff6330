import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ContainerDeps } from '#core/operations/containers/container-source'
import { inspectContainer } from '#core/operations/containers/inspect-container'
import { openContainerSource } from '#core/operations/containers/open-container-source'
import { requireTrusted } from '#core/operations/containers/signatures/check-signature'
import type { SignatureReport } from '#shared/containers/container-report'
import { signedOutDeps } from './container-home.js'
import { artifactOf, type BuiltImage, digestOf, imageOf, indexOf, layerOf } from './container-image.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { failureOf } from './workbench.js'

const ACCESS = { plainHttp: true }
const COSIGN = 'cosign container image signature'
const PAYLOAD_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json'
const image = imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: 'disk' }])] })
const index = indexOf([image, imageOf({ layers: [], architecture: 'arm64' })])
const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const others = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const edwards = generateKeyPairSync('ed25519')

let root: string
let deps: ContainerDeps
let registry: TestRegistry
let gnupg: string
let fingerprint: string

beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-signatures-'))
  gnupg = path.join(root, 'gnupg')
  await fs.mkdir(`${root}/.config/containers/registries.d`, { recursive: true })
  await fs.mkdir(gnupg, { mode: 0o700 })
  deps = await signedOutDeps(root, { HOME: root, PATH: process.env.PATH })
  registry = await startRegistry()
  for (const name of ['signed', 'unsigned', 'gpg']) await registry.push(`team/${name}`, 'v1', image)
  gpg('--quick-generate-key', 'Ada <ada@registry.example>', 'default', 'sign', 'never')
  gpg('--quick-generate-key', 'Eve <eve@registry.example>', 'default', 'sign', 'never')
  fingerprint = /^fpr:+([0-9A-F]+):/m.exec(gpg('--with-colons', '--list-keys', 'ada@registry.example'))?.[1] ?? ''
  await fs.writeFile(`${root}/ada.gpg`, gpg('--armor', '--export', 'ada@registry.example'))
  await fs.writeFile(`${root}/.config/containers/registries.d/here.yaml`, `default-docker:\n  lookaside: file://${root}/lookaside\n`)
})

afterAll(async () => {
  execFileSync('gpgconf', ['--homedir', gnupg, '--kill', 'all'])
  await registry.stop()
  await fs.rm(root, { recursive: true, force: true })
})

function gpg(...args: string[]): string {
  const common = ['--homedir', gnupg, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '']
  return execFileSync('gpg', [...common, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()
const sigstore = (key: KeyObject, signedIdentity?: object) => ({
  type: 'sigstoreSigned',
  keyData: Buffer.from(pem(key)).toString('base64'),
  ...(signedIdentity === undefined ? {} : { signedIdentity }),
})
const REPOSITORY = { type: 'matchRepository' }

async function policy(...requirements: object[]): Promise<void> {
  const text = JSON.stringify({
    default: [{ type: 'reject' }],
    transports: { docker: { [registry.registry]: requirements }, dir: { '': requirements } },
  })
  await fs.writeFile(`${root}/.config/containers/policy.json`, text)
}

async function state(name: string): Promise<SignatureReport> {
  return (await inspectContainer(deps, name.includes(':') ? name : `${registry.registry}/team/${name}:v1`, ACCESS)).signature
}

interface Signing {
  readonly key?: KeyObject
  readonly name?: string
  readonly digest?: string
  readonly type?: string
  /** Changes the payload after it was signed. */
  readonly change?: boolean
}

/** As cosign writes them (SIGNATURE_SPEC.md): a layer each in an image with the tag `sha256-HEX.sig`. */
async function cosign(repository: string, of: BuiltImage, signings: readonly Signing[]): Promise<void> {
  const files = signings.map(({ key = ours.privateKey, name, digest = of.digest, type = COSIGN, change = false }) => {
    const identity = { 'docker-reference': name ?? `${registry.registry}/${repository}` }
    const payload = Buffer.from(
      JSON.stringify({ critical: { identity, image: { 'docker-manifest-digest': digest }, type }, optional: null }),
    )
    const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload, key)
    return { payload: change ? Buffer.from(payload.toString().replace('null', '{}')) : payload, signature }
  })
  const built = artifactOf(
    PAYLOAD_TYPE,
    files.map(({ payload }) => ({ title: 'x', mediaType: PAYLOAD_TYPE, data: payload })),
  )
  const manifest = JSON.parse(built.manifest.toString()) as { artifactType?: string; layers: { annotations: Record<string, string> }[] }
  delete manifest.artifactType
  for (const [at, layer] of manifest.layers.entries())
    layer.annotations = { 'dev.cosignproject.cosign/signature': files[at]?.signature.toString('base64') ?? '' }
  const bytes = Buffer.from(JSON.stringify(manifest))
  await registry.push(repository, `${of.digest.replace(':', '-')}.sig`, { ...built, manifest: bytes, digest: digestOf(bytes) })
}

test('nothing is asked for, or all is rejected', async () => {
  await policy({ type: 'insecureAcceptAnything' })
  expect(await state('unsigned')).toMatchObject({ state: 'not-required' })
  await policy({ type: 'reject' })
  expect(await state('unsigned')).toMatchObject({ state: 'refused', detail: expect.stringContaining('policy.json rejects') })
  await fs.writeFile(`${root}/.config/containers/policy.json`, '{"default":[{"type":"insecureAcceptAnything"}],"extra":1}')
  expect(await state('unsigned')).toMatchObject({ state: 'refused', detail: expect.stringContaining('cannot be read') })
})

test('a signature of cosign is verified, one of Ed25519 too', async () => {
  await policy(sigstore(ours.publicKey, REPOSITORY))
  expect(await state('unsigned')).toMatchObject({ state: 'missing' })
  await cosign('team/signed', image, [{ key: others.privateKey }, {}])
  expect(await state('signed')).toMatchObject({ state: 'verified' })
  await policy(sigstore(edwards.publicKey, REPOSITORY))
  expect(await state('signed')).toMatchObject({ state: 'wrong' })
  await cosign('team/signed', image, [{ key: edwards.privateKey }])
  expect(await state('signed')).toMatchObject({ state: 'verified' })
})

test.each<[string, Signing]>([
  ['made with another key', { key: others.privateKey }],
  ['of another image', { digest: digestOf(Buffer.from('other')) }],
  ['for another name', { name: 'registry.example/team/signed' }],
  ['of another type', { type: 'atomic container signature' }],
  ['with a changed payload', { change: true }],
])('a signature %s is wrong, and nothing is taken', async (_, signing) => {
  await policy(sigstore(ours.publicKey, REPOSITORY))
  await cosign('team/signed', image, [signing])
  expect(await state('signed')).toMatchObject({ state: 'wrong' })
  const source = await openContainerSource(deps, `${registry.registry}/team/signed:v1`, ACCESS)
  const failure = await failureOf(requireTrusted(deps, { source, digests: [image.digest], access: ACCESS }))
  await source.close()
  expect([failure.code, failure.data.details.policy]).toEqual(['container-refused', `${root}/.config/containers/policy.json`])
})

test('a signature names the tag where the policy asks for it', async () => {
  await policy(sigstore(ours.publicKey))
  await cosign('team/signed', image, [{}])
  expect(await state('signed')).toMatchObject({ state: 'wrong' })
  await cosign('team/signed', image, [{ name: `${registry.registry}/team/signed:v1` }])
  expect(await state('signed')).toMatchObject({ state: 'verified' })
})

test('who signs an index, signs what is in it', async () => {
  await policy(sigstore(ours.publicKey, REPOSITORY))
  await registry.push('team/index', 'v1', index)
  expect(await state('index')).toMatchObject({ state: 'missing' })
  await cosign('team/index', index, [{}])
  expect(await state('index')).toMatchObject({ state: 'verified' })
})

test('all that is asked for has to be there; what cannot be checked is not taken for right', async () => {
  await cosign('team/signed', image, [{}])
  await policy(sigstore(ours.publicKey, REPOSITORY), sigstore(others.publicKey, REPOSITORY))
  expect(await state('signed')).toMatchObject({ state: 'wrong' })
  await policy({ ...sigstore(ours.publicKey, REPOSITORY), rekorPublicKeyData: 'YQ==' })
  expect(await state('signed')).toMatchObject({ state: 'unchecked', detail: expect.stringContaining('Rekor') })
  await policy({ type: 'sigstoreSigned', keyPath: `${root}/nowhere.pub`, signedIdentity: REPOSITORY })
  expect(await state('signed')).toMatchObject({ state: 'unchecked', detail: expect.stringContaining('nowhere.pub') })
  const source = await openContainerSource(deps, `${registry.registry}/team/signed:v1`, ACCESS)
  expect((await failureOf(requireTrusted(deps, { source, digests: [image.digest], access: ACCESS }))).code).toBe('container-refused')
  await source.close()
})

test('signatures of GnuPG that skopeo made, in the lookaside place and beside an image of dir:', async () => {
  const gpgKeys = { type: 'signedBy', keyType: 'GPGKeys', keyPath: `${root}/ada.gpg` }
  await policy(gpgKeys)
  expect(await state('gpg')).toMatchObject({ state: 'missing' })
  const name = `${registry.registry}/team/gpg`
  const folder = path.join(root, 'lookaside', `team/gpg@${image.digest.replace(':', '=')}`)
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(`${root}/manifest.json`, image.manifest)
  const signAs = (reference: string, key: string, output: string): void => {
    const args = ['standalone-sign', `${root}/manifest.json`, reference, key, '-o', output]
    execFileSync('skopeo', args, { env: { ...process.env, GNUPGHOME: gnupg }, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const eve = /^fpr:+([0-9A-F]+):/m.exec(gpg('--with-colons', '--list-keys', 'eve@registry.example'))?.[1] ?? ''
  signAs(`${name}:v1`, eve, `${folder}/signature-1`)
  expect(await state('gpg')).toMatchObject({ state: 'wrong', detail: expect.stringContaining('key of the policy') })
  signAs(`${registry.registry}/team/other:v1`, fingerprint, `${folder}/signature-1`)
  expect(await state('gpg')).toMatchObject({ state: 'wrong', detail: expect.stringContaining('team/other') })
  signAs(`${name}:v1`, fingerprint, `${folder}/signature-2`)
  expect(await state('gpg')).toMatchObject({ state: 'verified' })
  const beside = path.join(root, 'dir')
  await fs.mkdir(beside)
  await fs.writeFile(`${beside}/version`, 'Directory Transport Version: 1.1\n')
  await fs.writeFile(`${beside}/manifest.json`, image.manifest)
  for (const [digest, bytes] of image.blobs) await fs.writeFile(path.join(beside, digest.replace('sha256:', '')), bytes)
  await policy({ ...gpgKeys, signedIdentity: { type: 'exactReference', dockerReference: `${name}:v1` } })
  expect(await state(`dir:${beside}`)).toMatchObject({ state: 'missing' })
  await fs.copyFile(`${folder}/signature-2`, `${beside}/signature-1`)
  expect(await state(`dir:${beside}`)).toMatchObject({ state: 'verified' })
  await policy(gpgKeys)
  expect(await state(`dir:${beside}`)).toMatchObject({ state: 'wrong' })
  await fs.writeFile(`${folder}/signature-2`, 'no message of OpenPGP')
  expect(await state('gpg')).toMatchObject({ state: 'wrong' })
  expect(await fs.readdir(`${root}/runtime`)).toEqual([])
})
