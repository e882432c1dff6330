import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noise } from '#core/operations/artifacts/testing/packing-bench'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { startRegistry, type TestRegistry } from './registry.js'
import { hashOf, openBench, type TestBench } from './workbench.js'

const MIB = 1024 ** 2

let bench: TestBench
let registry: TestRegistry
let disk: string
let sha256: string

beforeAll(async () => {
  registry = await startRegistry()
  bench = await openBench()
  disk = path.join(bench.folder, 'my disk.raw')
  const bytes = Buffer.alloc(3 * MIB + 512)
  bytes.set(noise(MIB, 7), MIB)
  await fs.writeFile(disk, bytes)
  sha256 = await hashOf(disk)
})
afterAll(async () => {
  await bench.close()
  await registry.stop()
})

type Draft = Omit<JobInputDraft<'package-container'>, 'source'>

async function pack(draft: Draft) {
  const input = { source: disk, architecture: 'amd64', access: { plainHttp: true }, ...draft }
  const { output } = await bench.succeed({ kind: 'package-container', input })
  if (output?.container === undefined) throw new Error('no container')
  return { ...output, container: output.container }
}

/** Runs a script with tools that read images, and gives what it printed. */
async function sh(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await bench.host.run('sh', ['-ec', script, 'sh', ...args])
  return stdout.toString('utf8')
}

/** SHA-256 of the disk inside of what skopeo makes of an image. */
async function diskBySkopeo(reference: string, member: string, arch = 'amd64'): Promise<string> {
  const folder = await fs.mkdtemp(path.join(bench.folder, 'copy-'))
  await sh(
    'skopeo --insecure-policy --override-arch "$3" --override-os linux copy -q --src-tls-verify=false "$1" "dir:$2"',
    reference,
    folder,
    arch,
  )
  const manifest = JSON.parse(await fs.readFile(path.join(folder, 'manifest.json'), 'utf8')) as { layers: { digest: string }[] }
  const blob = path.join(folder, manifest.layers[0]?.digest.replace('sha256:', '') ?? '')
  const out = await sh('tar -xOf "$1" "$2" | sha256sum', blob, member)
  return out.slice(0, 64)
}

test('a boot container in a registry holds the disk as it is, owned by 107:107', async () => {
  const made = await pack({ layout: 'boot-container', destination: `${registry.registry}/team/boot:v1`, path: '/disk/boot.qcow2' })
  expect(made.proofs.join('\n')).toContain(`Take it with: podman pull --tls-verify=false --arch amd64 ${registry.registry}/team/boot:v1`)
  expect(await diskBySkopeo(`docker://${registry.registry}/team/boot:v1`, 'disk/boot.qcow2')).toBe(sha256)
  const raw = await sh('skopeo inspect --raw --tls-verify=false "$1"', `docker://${registry.registry}/team/boot:v1`)
  expect(made.container.digest).toBe(`sha256:${createHash('sha256').update(raw).digest('hex')}`)

  const again = await pack({ layout: 'boot-container', destination: `${registry.registry}/team/boot:v1`, path: '/disk/boot.qcow2' })
  expect(again.container.digest).toBe(made.container.digest)
  expect(again.proofs).toContain('The layer was there already: nothing of it was sent')
})

test('what would be done by hand is shown as it can be run', async () => {
  const input = {
    source: disk,
    layout: 'containerdisk',
    destination: `${registry.registry}/team/plan:v1`,
    access: { plainHttp: true },
  } as const
  const { commands } = await bench.core.containers.planPackage({ ...input, architecture: 'x86_64' })
  const [file = '', build = ''] = (commands[0] ?? '').split(' | ')
  expect(await sh(file)).toMatch(/^FROM scratch\nCOPY --chown=107:107 --chmod=0440 \["[^"]+","\/disk\/[^"]+"\]\n$/)
  expect(build).toContain('buildah build --arch amd64 ')
  expect(commands[1]).toContain('skopeo copy --dest-tls-verify=false ')
  const refused = bench.core.containers.planPackage({ ...input, architecture: 'arm/v7' })
  await expect(refused).rejects.toMatchObject({ code: 'bad-input' })
})

test('a second architecture is added to an index, and one of the same is replaced', async () => {
  const destination = `${registry.registry}/team/many:v1`
  await pack({ layout: 'containerdisk', destination })
  await pack({ layout: 'containerdisk', destination, architecture: 'arm64', addToIndex: true, labels: { first: 'yes' } })
  await pack({ layout: 'containerdisk', destination, architecture: 'aarch64', addToIndex: true, labels: { second: 'yes' } })
  const index = JSON.parse(await sh('skopeo inspect --raw --tls-verify=false "$1"', `docker://${destination}`)) as {
    manifests: { platform: { architecture: string } }[]
  }
  expect(index.manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
  for (const arch of ['amd64', 'arm64']) expect(await diskBySkopeo(`docker://${destination}`, 'disk/my-disk.raw', arch)).toBe(sha256)
  const arm = JSON.parse(await sh('skopeo --override-arch arm64 inspect --tls-verify=false "$1"', `docker://${destination}`)) as {
    Labels: object
  }
  expect(arm.Labels).toMatchObject({ second: 'yes', 'org.opencontainers.image.title': 'my disk' })
})

test('an artifact is the disk itself', async () => {
  const destination = `${registry.registry}/team/artifact:v1`
  await pack({ layout: 'artifact', destination })
  const manifest = JSON.parse(await sh('skopeo inspect --raw --tls-verify=false "$1"', `docker://${destination}`)) as {
    artifactType: string
    layers: { digest: string; annotations: object }[]
  }
  expect(manifest.artifactType).toBe('application/vnd.diskwright.disk.v1')
  expect(manifest.layers).toMatchObject([{ digest: `sha256:${sha256}`, annotations: { 'org.opencontainers.image.title': 'my disk.raw' } }])
})

test.each(['gzip', 'zstd'] as const)(
  'a layer compressed with %s has the digest of its content in the configuration',
  async (compression) => {
    const destination = `${registry.registry}/team/${compression}:v1`
    await pack({ layout: 'containerdisk', destination, compression })
    // zstd in containers/image 5.22 is read, too.
    const folder = path.join(bench.folder, compression)
    await sh('skopeo --insecure-policy copy -q --src-tls-verify=false --dest-decompress "$1" "dir:$2"', `docker://${destination}`, folder)
    const manifest = JSON.parse(await fs.readFile(path.join(folder, 'manifest.json'), 'utf8')) as {
      config: { digest: string }
      layers: { digest: string }[]
    }
    const config = JSON.parse(await fs.readFile(path.join(folder, manifest.config.digest.slice(7)), 'utf8')) as {
      rootfs: { diff_ids: string[] }
    }
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(config.rootfs.diff_ids)
  },
)

test.each(['oci-archive', 'oci', 'dir', 'docker-archive'])('%s: is read by skopeo, and replaced only with consent', async (transport) => {
  const place = path.join(bench.folder, `image.${transport}`)
  const name = transport === 'dir' ? '' : transport === 'docker-archive' ? ':localhost/disk:v1' : ':v1'
  const destination = `${transport}:${place}${name}`
  const made = await pack({ layout: 'boot-container', destination })
  expect(await diskBySkopeo(destination, 'disk/boot.raw')).toBe(sha256)
  const input = { source: disk, layout: 'boot-container', destination } as const
  expect((await bench.run({ kind: 'package-container', input })).error?.code).toBe('output-exists')
  const replaced = await pack({ layout: 'boot-container', destination, replace: true, labels: { other: 'yes' } })
  expect(replaced.container.digest).not.toBe(made.container.digest)
  expect(await diskBySkopeo(destination, 'disk/boot.raw')).toBe(sha256)
  expect((await fs.readdir(bench.folder)).filter((entry) => entry.startsWith('.'))).toEqual([])
})

test.each(['oci-archive', 'oci', 'dir'])('an architecture is added to the index in %s:', async (transport) => {
  const destination = `${transport}:${path.join(bench.folder, `index.${transport}`)}`
  await pack({ layout: 'containerdisk', destination })
  await pack({ layout: 'containerdisk', destination, architecture: 'arm64', addToIndex: true, replace: true })
  for (const arch of ['amd64', 'arm64']) expect(await diskBySkopeo(destination, 'disk/my-disk.raw', arch)).toBe(sha256)
})

test('what was taken out of one repository is not sent again to another one of the same registry', async () => {
  const [from, to] = [`${registry.registry}/taken/one:v1`, `${registry.registry}/taken/two:v1`]
  await pack({ layout: 'artifact', destination: from, path: 'plain.raw' })
  const output = path.join(bench.folder, 'taken.raw')
  await bench.succeed({ kind: 'extract-container', input: { reference: from, path: 'plain.raw', output, access: { plainHttp: true } } })
  expect(await hashOf(output)).toBe(sha256)
  const input = { source: output, layout: 'artifact', destination: to, architecture: 'amd64', access: { plainHttp: true } } as const
  const job = await bench.succeed({ kind: 'package-container', input })
  expect(job.output?.proofs).toContain('The registry had the layer in another repository: nothing of it was sent')
})
