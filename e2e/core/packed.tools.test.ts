import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sourceReportSchema } from '#shared/jobs/convert-request'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { manifestOf, rawDisk, sh, virtualBoxOvf, vmwareOvf } from '../images/packed.js'
import { failureOf, filesIn, hashOf, openBench, type TestBench } from './workbench.js'

const MIB = 1024 * 1024
let bench: TestBench
let folder: string
let vmdkBytes: number
beforeAll(async () => {
  bench = await openBench()
  ;({ folder } = bench)
  await rawDisk(path.join(folder, 'disk.raw'))
  await sh(
    folder,
    'qemu-img convert -O qcow2 disk.raw disk.qcow2 && qemu-img convert -O vmdk -o subformat=streamOptimized disk.raw disk.vmdk',
  )
  vmdkBytes = (await fs.stat(path.join(folder, 'disk.vmdk'))).size
})
afterAll(() => bench.close())

function at(name: string): string {
  return path.join(folder, name)
}

function unpack(source: string, output: string, more: Partial<JobInputDraft<'unpack-image'>> = {}) {
  return { kind: 'unpack-image' as const, input: { source: at(source), output: at(output), ...more } }
}

async function probe(name: string) {
  const report = await bench.core.probeSource(at(name))
  expect(sourceReportSchema.parse(report)).toEqual(report)
  return report
}

const PACKERS = [
  { label: 'gzip', name: 'c.gz', script: 'gzip -c disk.raw > c.gz' },
  { label: 'gzip', name: 'padded.gz', script: '{ gzip -c disk.raw; head -c 1024 /dev/zero; } > padded.gz' },
  { label: 'gzip', name: 'two.gz', script: '{ head -c 4194304 disk.raw | gzip; tail -c +4194305 disk.raw | gzip; } > two.gz' },
  { label: 'xz', name: 'c.xz', script: 'xz -T2 --block-size=4MiB -c disk.raw > c.xz' },
  { label: 'zstd', name: 'c.zst', script: 'zstd -qc --long=27 disk.raw > c.zst' },
  { label: 'bzip2', name: 'c.bz2', script: 'bzip2 -c disk.raw > c.bz2' },
  { label: 'tar with gzip', name: 'gcp.tar.gz', script: 'tar --format=oldgnu -Sczf gcp.tar.gz disk.raw' },
  { label: 'tar with xz', name: 't.tar.xz', script: 'tar -cJf t.tar.xz disk.raw' },
  { label: 'tar with zstd', name: 't.tar.zst', script: 'tar --zstd -cf t.tar.zst disk.raw' },
  { label: 'tar with bzip2', name: 't.tar.bz2', script: 'tar -cjf t.tar.bz2 disk.raw' },
  { label: 'tar', name: 'plain.tar', script: 'tar --format=ustar -cf plain.tar disk.raw' },
  { label: 'tar', name: 'old.tar', script: 'tar --format=oldgnu -Scf old.tar disk.raw' },
  { label: 'tar', name: 'p00.tar', script: 'tar --format=pax --sparse-version=0.0 -Scf p00.tar disk.raw' },
  { label: 'tar', name: 'p01.tar', script: 'tar --format=pax --sparse-version=0.1 -Scf p01.tar disk.raw' },
  { label: 'tar', name: 'p10.tar', script: 'tar --format=pax -Scf p10.tar disk.raw' },
  { label: 'tar', name: 'inner.tar', script: 'gzip -kc disk.raw > inner.raw.gz && tar -cf inner.tar inner.raw.gz' },
]

test.each(PACKERS)('$name is recognised by its bytes and unpacked with holes', async ({ label, name, script }) => {
  await sh(folder, script)
  const disguised = `${name}.bin`
  await fs.rename(at(name), at(disguised))
  const report = await probe(disguised)
  expect([report.label, report.disks.length, report.disks[0]?.label]).toEqual([label, 1, 'raw disk, MBR'])
  const job = await bench.succeed(unpack(disguised, `${name}.out`))
  expect(await hashOf(at(`${name}.out`))).toBe(await hashOf(at('disk.raw')))
  expect(job.output?.bytes).toBeLessThan(2 * MIB)
  expect((await filesIn(folder)).filter((file) => file.startsWith('.'))).toEqual([])
})

test('a name says nothing, and an image is told as what it is, with its snapshots', async () => {
  await sh(folder, 'cp disk.qcow2 x.gz && qemu-img snapshot -c before x.gz && qemu-img snapshot -c "second one" x.gz')
  const report = await probe('x.gz')
  expect(report).toMatchObject({ kind: 'image', disks: [{ member: null, virtualBytes: 16 * MIB }] })
  expect(report.snapshots.map(({ id, name, stateBytes }) => [id, name, stateBytes])).toEqual([
    ['1', 'before', 0],
    ['2', 'second one', 0],
  ])
  expect(Math.abs(Date.parse(report.snapshots[0]?.createdAt ?? '') - Date.now())).toBeLessThan(24 * 3600 * 1000)
  expect((await bench.run(unpack('x.gz', 'no.raw'))).error?.code).toBe('bad-input')
})

test('an archive of several disks wants to be told which', async () => {
  await sh(folder, 'mkdir -p in && cp disk.qcow2 disk.vmdk in/ && echo text > in/README && tar -cf two.tar ./in && gzip -kf two.tar')
  expect((await probe('two.tar')).disks.map(({ member, label }) => [member, label])).toEqual(
    expect.arrayContaining([
      ['in/disk.qcow2', expect.stringMatching(/^qcow2/)],
      ['in/disk.vmdk', 'VMDK streamOptimized'],
    ]),
  )
  for (const source of ['two.tar', 'two.tar.gz']) {
    const refused = await bench.run(unpack(source, 'which.img'))
    expect([refused.error?.code, refused.error?.details['reason']]).toEqual(['bad-input', expect.stringContaining('in/disk.vmdk')])
    await bench.succeed(unpack(source, `${source}.vmdk`, { member: './in/disk.vmdk' }))
    expect(await hashOf(at(`${source}.vmdk`))).toBe(await hashOf(at('disk.vmdk')))
    expect((await bench.run(unpack(source, 'none.img', { member: 'in/none' }))).error?.code).toBe('bad-input')
  }
  expect(await filesIn(folder)).not.toContain('which.img')
})

test.each([
  { kind: 'VMware', digest: 'sha256', form: 'tight', write: vmwareOvf },
  { kind: 'VirtualBox', digest: 'sha1', form: 'spaced', write: virtualBoxOvf },
  { kind: 'VMware', digest: 'sha512', form: 'spaced', write: vmwareOvf },
] as const)('an OVA of $kind with $digest', async ({ kind, digest, form, write }) => {
  const name = `${kind}-${digest}.ova`
  await fs.writeFile(at('a.ovf'), write([{ href: 'disk.vmdk', bytes: vmdkBytes, capacityMib: 16 }]))
  await fs.writeFile(at('a.mf'), await manifestOf(folder, ['a.ovf', 'disk.vmdk'], digest, form))
  await sh(folder, 'echo x > a.cert; tar --format=ustar -cf "$1" a.ovf a.mf disk.vmdk a.cert', name)
  const report = await probe(name)
  expect(report).toMatchObject({
    kind: 'ova',
    label: `OVA (${kind})`,
    disks: [{ member: 'disk.vmdk', label: 'VMDK streamOptimized', virtualBytes: 16 * MIB, packedBytes: vmdkBytes }],
    manifest: { state: 'matches', detail: `2 files, ${digest.toUpperCase()}` },
  })
  expect(report.notes.map(({ text }) => text)).toEqual(['It is signed with a certificate, which was not checked'])
  await bench.succeed(unpack(name, `${name}.vmdk`))
  expect(await hashOf(at(`${name}.vmdk`))).toBe(await hashOf(at('disk.vmdk')))
})

test('a manifest that differs is told, and refused unless it is to be ignored', async () => {
  await fs.writeFile(at('b.ovf'), vmwareOvf([{ href: 'disk.vmdk', bytes: vmdkBytes, capacityMib: 16 }]))
  await fs.writeFile(at('b.mf'), (await manifestOf(folder, ['b.ovf', 'disk.vmdk'])).replace(/[0-9a-f]{4}\n$/, 'beef\n'))
  await sh(folder, 'tar --format=ustar -cf bad.ova b.ovf disk.vmdk b.mf')
  expect((await probe('bad.ova')).manifest).toEqual({ state: 'differs', detail: 'disk.vmdk has another SHA256' })
  const job = await bench.run(unpack('bad.ova', 'bad.vmdk'))
  expect([job.error?.code, job.error?.details['reason']]).toEqual(['manifest-mismatch', 'disk.vmdk has another SHA256'])
  expect(await filesIn(folder)).not.toContain('bad.vmdk')
  const forced = await bench.succeed(unpack('bad.ova', 'forced.vmdk', { ignoreManifest: true }))
  expect(forced.output?.proofs).toContain('The manifest was not checked, as asked')
})

test('a bare OVF finds its disk beside it, compressed or not', async () => {
  await fs.mkdir(at('bare'))
  await sh(folder, 'cp disk.vmdk bare/ && gzip -c disk.vmdk > bare/second.vmdk.gz')
  const second = {
    href: 'second.vmdk.gz',
    bytes: (await fs.stat(at('bare/second.vmdk.gz'))).size,
    capacityMib: 16,
    more: 'ovf:compression="gzip"',
  }
  await fs.writeFile(at('bare/c.ovf'), vmwareOvf([{ href: 'disk.vmdk', bytes: vmdkBytes, capacityMib: 16 }, second]))
  await fs.writeFile(at('bare/c.mf'), await manifestOf(at('bare'), ['c.ovf', 'disk.vmdk', 'second.vmdk.gz']))
  const report = await probe('bare/c.ovf')
  expect(report).toMatchObject({ kind: 'ovf', manifest: { state: 'matches' }, notes: [] })
  expect(report.disks.map(({ member, label }) => [member, label])).toEqual([
    ['disk.vmdk', 'VMDK streamOptimized'],
    ['second.vmdk.gz', 'VMDK streamOptimized'],
  ])
  await bench.succeed(unpack('bare/c.ovf', 'second.vmdk', { member: 'second.vmdk.gz' }))
  expect(await hashOf(at('second.vmdk'))).toBe(await hashOf(at('disk.vmdk')))
})

test('a disk of an OVA in pieces is put together', async () => {
  await fs.mkdir(at('chunks'))
  await sh(folder, 'cd chunks && split -b 400000 -d -a 9 ../disk.vmdk d.vmdk. && ls')
  await fs.writeFile(at('chunks/c.ovf'), vmwareOvf([{ href: 'd.vmdk', bytes: vmdkBytes, capacityMib: 16, more: 'ovf:chunkSize="400000"' }]))
  await sh(at('chunks'), 'tar --format=ustar -cf ../chunked.ova c.ovf d.vmdk.*')
  await bench.succeed(unpack('chunked.ova', 'joined.vmdk'))
  expect(await hashOf(at('joined.vmdk'))).toBe(await hashOf(at('disk.vmdk')))
})

test('what is cut short, has a wrong checksum or something behind its end is damaged, and leaves nothing', async () => {
  const reasons = new Map<string, string[]>()
  for (const [ending, pack] of Object.entries({ gz: 'gzip -c', xz: 'xz -c', zst: 'zstd -qc', bz2: 'bzip2 -c' })) {
    await sh(
      folder,
      `${pack} disk.raw > whole.${ending}; head -c -600000 whole.${ending} > short.${ending}; { cat whole.${ending}; echo this is garbage behind its end; } > long.${ending}`,
    )
    const bytes = await fs.readFile(at(`whole.${ending}`))
    bytes[bytes.length - 500_000] = (bytes[bytes.length - 500_000] ?? 0) ^ 0xff
    await fs.writeFile(at(`crc.${ending}`), bytes)
    for (const what of ['short', 'long', 'crc']) {
      const job = await bench.run(unpack(`${what}.${ending}`, `${what}.${ending}.out`))
      expect([what, ending, job.error?.code]).toEqual([what, ending, 'image-damaged'])
      reasons.set(what, [...(reasons.get(what) ?? []), String(job.error?.details['reason']).replace(/^.* file is damaged: /, '')])
    }
  }
  expect(reasons.get('short')).toEqual(Array(4).fill('it ends too early'))
  const behind = 'something else follows behind its end'
  // xz does not tell one from the other.
  expect(reasons.get('long')).toEqual([behind, 'Compressed data is corrupt', behind, behind])
  await sh(folder, 'tar -cf cut.tar disk.raw && truncate -s 10M cut.tar')
  expect((await failureOf(bench.core.probeSource(at('cut.tar')))).data.details['reason']).toMatch(/it ends inside of disk.raw/)
  expect((await filesIn(folder)).filter((name) => name.startsWith('.') || /^(?:short|long|crc).*out$/.test(name))).toEqual([])
})

test('a disk that an archive stores as it is, is converted in place; what is compressed, from a copy that goes', async () => {
  await sh(
    folder,
    'tar --format=ustar -cf place.tar disk.vmdk && tar --format=ustar -cf q.tar disk.qcow2 && zstd -qf disk.qcow2 -o disk.zst',
  )
  for (const [source, how] of [
    ['place.tar', 'in-place'],
    ['q.tar', 'in-place'],
    ['disk.zst', 'unpacked'],
  ] as const) {
    const output = `${source}.converted.qcow2`
    const job = await bench.succeed({ kind: 'convert-image', input: { source: at(source), output: at(output), format: 'qcow2' } })
    expect(job.output?.proofs).toContain('Content compared with the source: identical')
    const { commands } = bench.core.jobs.log(job.id)
    const converted = commands.find(({ line }) => line.startsWith('qemu-img convert'))?.line ?? ''
    expect([source, converted.includes('"offset"') ? 'in-place' : 'unpacked']).toEqual([source, how])
    await sh(folder, 'qemu-img compare -f raw -F qcow2 disk.raw "$1"', output)
  }
  expect((await filesIn(folder)).filter((name) => name.startsWith('.'))).toEqual([])
})
