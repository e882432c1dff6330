import { generateKeyPairSync, verify } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealedCosignKey } from '#core/operations/containers/signing/testing/cosign-key'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { filesIn, openBench, type TestBench } from './workbench.js'

const MIB = 1024 ** 2
const PASSPHRASE = 'MARKER-of-the-key'

let storage: PodmanStorage
let registry: TestRegistry
let bench: TestBench
let disk: string
const http = { plainHttp: true }

beforeAll(async () => {
  storage = await openPodmanStorage()
  registry = await startRegistry()
  bench = await openBench({ ...storage.env, COSIGN_PASSWORD: PASSPHRASE })
  disk = path.join(bench.folder, 'disk.raw')
  await fs.writeFile(disk, Buffer.alloc(2 * MIB))
})
afterAll(async () => {
  await bench.close()
  await registry.stop()
  await storage.remove()
})

async function pack(destination: string, more: Partial<JobInputDraft<'package-container'>> = {}): Promise<string> {
  const input = { source: disk, layout: 'boot-container', destination, architecture: 'amd64', access: http, ...more } as const
  const { output } = await bench.succeed({ kind: 'package-container', input })
  return output?.container?.digest ?? ''
}

async function copy(source: string, destination: string, more: Partial<JobInputDraft<'copy-container'>> = {}) {
  const job = await bench.succeed({ kind: 'copy-container', input: { source, destination, from: http, to: http, ...more } })
  return { digest: job.output?.container?.digest, proofs: job.output?.proofs ?? [] }
}

test('all images of an index go from a registry through an archive to another name, digest for digest', async () => {
  const from = `${registry.registry}/copy/many:v1`
  await pack(from, { addToIndex: true })
  const digest = await pack(from, { addToIndex: true, architecture: 'arm64' })
  const archive = `oci-archive:${path.join(bench.folder, 'many.tar')}:v1`
  expect((await copy(from, archive, { all: true, keepDigests: true })).digest).toBe(digest)
  expect((await copy(archive, `${registry.registry}/copy/back:v2`, { all: true })).digest).toBe(digest)
  const one = await copy(from, `dir:${path.join(bench.folder, 'arm')}`, { platform: { architecture: 'arm64' } })
  expect(one.digest).not.toBe(digest)
  expect(one.proofs[0]).toContain(`the digest is that of the source, one of the images in ${digest}`)
  expect(await filesIn(bench.folder)).toEqual(['arm', 'disk.raw', 'many.tar'])
})

test('what skopeo keeps in between lies beside the result, where a stop removes it', async () => {
  const source = `${registry.registry}/copy/many:v1`
  const destination = `oci-archive:${path.join(bench.folder, 'beside.tar')}:v1`
  const { commands } = await bench.succeed({ kind: 'copy-container', input: { source, destination, from: http } })
  expect(commands.map(({ line }) => line).join()).toContain(`skopeo --tmpdir '${bench.folder}/.beside.tar.`)
  expect((await filesIn(bench.folder)).filter((name) => name.startsWith('.'))).toEqual([])
})

test('an archive that is there is replaced only with consent, and a copy that fails leaves it as it was', async () => {
  const file = path.join(bench.folder, 'kept.tar')
  const destination = `docker-archive:${file}:localhost/disk:v1`
  await pack(destination)
  const before = await fs.readFile(file)
  const run = (source: string, replace: boolean) =>
    bench.run({ kind: 'copy-container', input: { source, destination, replace, from: http, to: http } })
  expect((await run(`${registry.registry}/copy/many:v1`, false)).error?.code).toBe('output-exists')
  expect((await run(`${registry.registry}/copy/none:v1`, true)).error?.code).toBe('container-not-found')
  expect((await fs.readFile(file)).equals(before)).toBe(true)
  // That form has a manifest of its own.
  const copied = await copy(`${registry.registry}/copy/many:v1`, destination, { replace: true })
  expect(copied.proofs.join()).toContain('the form of the manifest was changed')
  const again = { source: `${registry.registry}/copy/many:v1`, destination, replace: true, keepDigests: true, from: http }
  expect((await bench.run({ kind: 'copy-container', input: again })).error?.code).toBe('tool-failed')
  expect((await filesIn(bench.folder)).filter((name) => name.startsWith('.'))).toEqual([])
})

test('goes into the storage of podman, which marks it as ours, and out of it again', async () => {
  const digest = await pack('containers-storage:localhost/ours:v1')
  expect(digest).toMatch(/^sha256:/)
  expect(await storage.podman('images', '--format', '{{.Repository}}:{{.Tag}}')).toContain('localhost/ours:v1')
  const { images } = await bench.core.containers.storage()
  expect(images.filter(({ isOurs }) => isOurs).map(({ references }) => references)).toEqual([['containers-storage:localhost/ours:v1']])
  await copy('containers-storage:localhost/ours:v1', `${registry.registry}/copy/stored:v1`)
  await storage.podman('pull', '--quiet', '--tls-verify=false', `${registry.registry}/copy/stored:v1`)
  const container = await storage.podman('create', `${registry.registry}/copy/stored:v1`, 'none')
  const out = path.join(bench.folder, 'out.raw')
  await storage.podman('cp', `${container}:/disk/boot.raw`, out)
  expect((await fs.readFile(out)).equals(await fs.readFile(disk))).toBe(true)
  await fs.rm(out)
  expect(
    (await bench.run({ kind: 'package-container', input: { source: disk, layout: 'artifact', destination: 'containers-storage:x' } })).error
      ?.code,
  ).toBe('bad-input')
})

test('a signature of sigstore is what the policy takes, and an image without one is refused', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const [keyFile, publicFile] = [path.join(storage.root, 'cosign.key'), path.join(storage.root, 'cosign.pub')]
  await fs.writeFile(keyFile, sealedCosignKey(privateKey, PASSPHRASE))
  await fs.writeFile(publicFile, publicKey.export({ format: 'pem', type: 'spki' }))
  const config = path.join(storage.env.HOME ?? '', '.config/containers')
  const rule = [{ type: 'sigstoreSigned', keyPath: publicFile }]
  const policy = { default: [{ type: 'insecureAcceptAnything' }], transports: { docker: { [`${registry.registry}/signed`]: rule } } }
  await fs.writeFile(path.join(config, 'policy.json'), JSON.stringify(policy))
  const stateOf = async (name: string) => (await bench.core.containers.inspect(name, { access: http })).signature.state

  const [signed, unsigned] = [`${registry.registry}/signed/disk:v1`, `${registry.registry}/signed/other:v1`]
  const sign = { kind: 'sigstore', keyFile } as const
  const digest = await pack(signed, { sign })
  await pack(unsigned)
  expect(await stateOf(signed)).toBe('verified')
  expect(await stateOf(unsigned)).toBe('missing')

  // As cosign finds it: in the image that is named after the digest.
  const url = `${registry.url}/v2/signed/disk`
  const found = async () => {
    const answer = await fetch(`${url}/manifests/${digest.replace(':', '-')}.sig`, { headers: { accept: MEDIA_TYPES.manifest } })
    return ((await answer.json()) as { layers: { digest: string; annotations: Record<string, string> }[] }).layers
  }
  const [layer, ...others] = await found()
  expect(others).toEqual([])
  const payload = Buffer.from(await (await fetch(`${url}/blobs/${layer?.digest}`)).arrayBuffer())
  const signature = Buffer.from(layer?.annotations['dev.cosignproject.cosign/signature'] ?? '', 'base64')
  expect(verify('sha256', payload, publicKey, signature)).toBe(true)
  expect(JSON.parse(payload.toString())).toMatchObject({
    critical: { identity: { 'docker-reference': signed }, image: { 'docker-manifest-digest': digest } },
  })

  // One of the same key is enough; one of another key stands beside it.
  await pack(signed, { sign })
  expect(await found()).toHaveLength(1)
  await fs.writeFile(keyFile, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
  await pack(signed, { sign })
  expect(await found()).toHaveLength(2)
  expect(await stateOf(signed)).toBe('verified')

  const refused = { source: disk, layout: 'boot-container', destination: `oci:${bench.folder}/x`, sign } as const
  expect((await bench.run({ kind: 'package-container', input: refused })).error?.code).toBe('bad-input')
})

test('a signature of GnuPG is made through skopeo, and is what the policy takes', async () => {
  const [home, sigs] = [path.join(storage.root, 'gnupg'), path.join(storage.root, 'sigs')]
  await fs.mkdir(home, { mode: 0o700 })
  const env = { ...storage.env, GNUPGHOME: home }
  const gpg = async (...args: string[]): Promise<void> => {
    await bench.host.run('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
      env: { GNUPGHOME: home },
    })
  }
  await gpg('--quick-generate-key', 'signer@registry.example', 'ed25519', 'sign', 'never')
  const publicFile = path.join(storage.root, 'signer.gpg')
  await gpg('--output', publicFile, '--export', 'signer@registry.example')
  const config = path.join(storage.env.HOME ?? '', '.config/containers')
  const rule = [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: publicFile }]
  const policy = { default: [{ type: 'insecureAcceptAnything' }], transports: { docker: { [`${registry.registry}/gpg`]: rule } } }
  await fs.writeFile(path.join(config, 'policy.json'), JSON.stringify(policy))
  await fs.mkdir(path.join(config, 'registries.d'), { recursive: true })
  await fs.writeFile(path.join(config, 'registries.d/test.yaml'), `docker:\n  ${registry.registry}:\n    lookaside: file://${sigs}\n`)

  const signing = await openBench(env)
  try {
    const destination = `${registry.registry}/gpg/disk:v1`
    const input = { source: disk, layout: 'boot-container', destination, architecture: 'amd64', access: http } as const
    await signing.succeed({ kind: 'package-container', input })
    expect((await signing.core.containers.inspect(destination, { access: http })).signature.state).toBe('missing')
    await signing.succeed({ kind: 'package-container', input: { ...input, sign: { kind: 'gpg', key: 'signer@registry.example' } } })
    expect((await signing.core.containers.inspect(destination, { access: http })).signature).toMatchObject({ state: 'verified' })

    const [nobody, other] = [{ kind: 'gpg', key: 'nobody@registry.example' } as const, `${registry.registry}/gpg/other:v1`]
    const unknown = await signing.run({ kind: 'package-container', input: { ...input, destination: other, sign: nobody } })
    expect(unknown.error).toMatchObject({ code: 'bad-input', details: { reason: 'GnuPG has no key for nobody@registry.example' } })
    const copied = { source: destination, destination: other, sign: nobody, from: http, to: http }
    expect((await signing.run({ kind: 'copy-container', input: copied })).error?.code).toBe('bad-input')
    await expect(signing.core.containers.inspect(other, { access: http })).rejects.toMatchObject({ code: 'container-not-found' })
  } finally {
    await signing.close()
    await bench.host.run('sh', ['-c', 'GNUPGHOME="$1" gpgconf --kill all', 'sh', home])
  }
})
