import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonName } from '#shared/images/block-node'
import type { ImageInfo } from '#shared/images/image-info'
import { sampleInfo } from '#shared/ovf/testing/sample-info'
import type { Packer } from './packer.js'
import { noise, PackingBench } from './testing/packing-bench.js'
import { writeContainerDisk } from './write-containerdisk.js'

const MIB = 1024 ** 2
const INPUT = { container: 'containerdisk', format: 'qcow2' } as const

let bench: PackingBench
beforeAll(async () => {
  bench = await PackingBench.open()
})
afterAll(() => bench.close())

function knowing(info: Partial<ImageInfo>): Packer {
  return (request) => writeContainerDisk({ ...request, source: { ...request.source, info: sampleInfo(info) } })
}

async function digestOf(file: string): Promise<string> {
  const content = await fs.readFile(file)
  return createHash('sha256').update(content).digest('hex')
}

interface Manifest {
  readonly layers: readonly { readonly digest: string; readonly mediaType: string }[]
}

test('skopeo inspects and copies it, the layer is what KubeVirt reads, and the disk is the same', async () => {
  const source = await bench.disk('disk.raw', 64 * MIB, [{ at: 10 * MIB, bytes: noise(3 * MIB) }])
  const packed = await bench.pack(
    knowing({ osName: 'Debian GNU/Linux 12', name: 'noble-arm64.img' }),
    source,
    'Boot Disk-kubevirt.oci.tar',
    {
      input: INPUT,
    },
  )
  if (packed.disk === null) throw new Error('no disk')
  expect(await bench.sh('qemu-img compare "$1" "$2"', jsonName(source), jsonName(packed.disk))).toContain('identical')

  const inspected = JSON.parse(await bench.sh('skopeo --override-arch arm64 inspect "oci-archive:$1"', packed.part)) as Record<
    string,
    unknown
  >
  expect(inspected).toMatchObject({
    Architecture: 'arm64',
    Os: 'linux',
    Labels: { 'org.opencontainers.image.title': 'Boot Disk-kubevirt' },
  })

  const copy = bench.at('copy')
  await bench.sh('skopeo --insecure-policy --override-arch arm64 copy --quiet "oci-archive:$1" "dir:$2"', packed.part, copy)
  const manifest = JSON.parse(await fs.readFile(path.join(copy, 'manifest.json'), 'utf8')) as Manifest
  const layer = manifest.layers[0]
  if (layer === undefined || manifest.layers.length > 1) throw new Error('not one layer')
  expect(layer.mediaType).toBe('application/vnd.oci.image.layer.v1.tar')
  const blob = path.join(copy, layer.digest.replace('sha256:', ''))
  expect(`sha256:${await digestOf(blob)}`).toBe(layer.digest)

  const listed = await bench.sh('tar --list --verbose --numeric-owner --file "$1"', blob)
  expect(listed).toMatch(/^drwxr-xr-x 107\/107 +0 \S+ \S+ disk\/\n-r--r----- 107\/107 +\d+ \S+ \S+ disk\/Boot-Disk-kubevirt\.qcow2\n$/)
  await bench.sh('tar -xOf "$1" disk/Boot-Disk-kubevirt.qcow2 > "$2"', blob, bench.at('out.qcow2'))
  expect(await bench.sh('qemu-img check -f qcow2 "$1"', bench.at('out.qcow2'))).toContain('No errors')
  expect(await bench.sh('qemu-img compare -f raw -F qcow2 "$1" "$2"', source.path, bench.at('out.qcow2'))).toContain('identical')
})

test('every blob has the digest that its name says', async () => {
  const source = await bench.disk('same.raw', 8 * MIB, [{ at: MIB, bytes: noise(MIB) }])
  const first = await bench.pack(knowing({}), source, 'same.oci.tar', { input: INPUT })
  await bench.sh('rm -rf "$2" && mkdir "$2" && tar -xf "$1" -C "$2"', first.part, bench.at('layout'))
  const blobs = await fs.readdir(bench.at('layout/blobs/sha256'))
  expect(blobs).toHaveLength(3)
  for (const name of blobs) expect(await digestOf(bench.at(`layout/blobs/sha256/${name}`))).toBe(name)
})

test('a job that is cancelled while the digest is computed ends there', async () => {
  const source = await bench.disk('long.raw', 32 * MIB, [{ at: 0, bytes: noise(32 * MIB) }])
  const controller = new AbortController()
  const progress = { fraction: () => {}, bytes: (done: number) => void (done > 0.9 * 32 * MIB && controller.abort()) }
  const work = bench.pack(knowing({}), source, 'long.oci.tar', { input: INPUT, signal: controller.signal, progress })
  await expect(work).rejects.toMatchObject({ code: 'cancelled' })
})
