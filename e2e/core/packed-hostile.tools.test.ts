import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CANARY, hostileFolder } from '../images/hostile.js'
import { handmadeTar, rawDisk, sh, type TarEntry, vmwareOvf } from '../images/packed.js'
import { failureOf, filesIn, openBench, type TestBench } from './workbench.js'

let bench: TestBench
let folder: string
let disk: Buffer
beforeAll(async () => {
  bench = await openBench()
  folder = (await hostileFolder(bench.folder)).folder
  await rawDisk(path.join(folder, 'disk.raw'), 2)
  disk = await fs.readFile(path.join(folder, 'disk.raw'))
})
afterAll(() => bench.close())

async function made(name: string, content: Buffer | string): Promise<string> {
  const file = path.join(folder, name)
  await fs.writeFile(file, content)
  return file
}

function job(source: string, output: string, member?: string) {
  const input = { source, output: path.join(folder, output), ...(member === undefined ? {} : { member }) }
  return bench.run({ kind: 'unpack-image', input })
}

const LEFT_OUT: readonly (readonly [what: string, entry: TarEntry, reason: string])[] = [
  ['a name that leads out', { name: '../../escaped.raw' }, 'its name leads out of the archive'],
  ['an absolute name', { name: '/tmp/escaped.raw' }, 'its name is an absolute path'],
  ['control characters', { name: 'a\u001b[2Jb.raw' }, 'its name holds control characters'],
  ['a symbolic link', { name: 'disk.raw', type: '2', linkName: '/etc/passwd' }, 'it is a symbolic link'],
  ['a hard link', { name: 'disk.raw', type: '1', linkName: '../secret.raw' }, 'it is a hard link'],
  ['a device', { name: 'disk.raw', type: '4' }, 'it is a device'],
  ['a pipe', { name: 'disk.raw', type: '6' }, 'it is a pipe'],
]

test.each(LEFT_OUT)('%s in a tar is left out, and nothing is made', async (_what, entry, reason) => {
  const data = entry.type === undefined ? { data: disk } : {}
  const archive = await made('hostile.tar', handmadeTar([{ ...entry, ...data }]))
  const report = await bench.core.probeSource(archive)
  expect(report.disks).toEqual([])
  expect(report.notes.map(({ text }) => text).join()).toContain(reason)
  expect(report.notes.map(({ text }) => text).join()).not.toContain('\u001b')
  const before = await filesIn(folder)
  for (const member of [undefined, entry.name.slice(0, 4000)]) {
    const { error } = await job(archive, 'out.raw', member)
    expect(['image-unsupported', 'bad-input']).toContain(error?.code)
  }
  expect(await filesIn(folder)).toEqual(before)
})

test('two files of one name are both left out, also in a compressed archive', async () => {
  const archive = await made(
    'twice.tar',
    handmadeTar([
      { name: 'disk.raw', data: disk },
      { name: './disk.raw', data: disk },
    ]),
  )
  const report = await bench.core.probeSource(archive)
  expect([report.disks, report.notes[0]?.text]).toEqual([[], 'disk.raw is left out: several files have this name'])
  await sh(folder, 'gzip -kf twice.tar')
  expect((await job(`${archive}.gz`, 'out.raw', 'disk.raw')).error?.details['reason']).toMatch(/several files of the name/)
  expect(await filesIn(folder)).not.toContain('out.raw')
})

test('a disk of which the archive lacks a part is left out, in words, compressed or not', async () => {
  const overlay = path.join(folder, 'overlay.qcow2')
  await sh(folder, 'qemu-img create -q -u -f qcow2 -b base.raw -F raw overlay.qcow2 2M')
  const archive = await made('lacking.tar', handmadeTar([{ name: 'overlay.qcow2', data: await fs.readFile(overlay) }]))
  await sh(folder, 'gzip -kf lacking.tar')
  for (const file of [archive, `${archive}.gz`]) {
    const { notes } = await bench.core.probeSource(file)
    expect(notes[0]?.text).toMatch(/^overlay\.qcow2 is left out: A disk in several files .*overlay\.qcow2 needs base\.raw/)
  }
})

test('an OVA whose disk is a link, is missing, or has two names in one', async () => {
  const descriptor = { name: 'a.ovf', data: Buffer.from(vmwareOvf([{ href: 'disk.raw', bytes: disk.length, capacityMib: 2 }])) }
  for (const rest of [
    [],
    [{ name: 'disk.raw', type: '2', linkName: '/etc/passwd' }],
    [
      { name: 'disk.raw', data: disk },
      { name: 'disk.raw', data: disk },
    ],
  ]) {
    const ova = await made('x.ova', handmadeTar([descriptor, ...rest]))
    expect((await failureOf(bench.core.probeSource(ova))).data).toMatchObject({
      code: 'image-damaged',
      details: { reason: 'disk.raw is listed in the descriptor and is not there' },
    })
  }
})

test('an OVF never reads a file of this machine', async () => {
  const entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
  const ovf = vmwareOvf([{ href: 'disk.raw', bytes: 1, capacityMib: 2 }]).replace('?>', `?>${entity}`)
  expect((await failureOf(bench.core.probeSource(await made('xxe.ovf', ovf)))).code).toBe('image-unsupported')
  await fs.symlink(path.join(bench.folder, 'linked-secret.raw'), path.join(folder, 'innocent.raw'))
  await fs.writeFile(path.join(bench.folder, 'linked-secret.raw'), CANARY)
  const linked = await made('linked.ovf', vmwareOvf([{ href: 'innocent.raw', bytes: 1, capacityMib: 2 }]))
  expect((await failureOf(bench.core.probeSource(linked))).code).toBe('reference-refused')
})

test('a gigabyte of zeros from one megabyte costs nothing on the disk', async () => {
  await sh(folder, 'head -c 1G /dev/zero | gzip -1 > zeros.gz')
  const { output, state } = await job(path.join(folder, 'zeros.gz'), 'zeros.raw')
  expect([state, (await fs.stat(path.join(folder, 'zeros.raw'))).size]).toEqual(['succeeded', 1024 ** 3])
  expect(output?.bytes).toBeLessThan(1024 ** 2)
})

test('what is compressed twice, zipped or no image is refused with words', async () => {
  await sh(
    folder,
    'gzip -c disk.raw | xz -c > twice.xz; echo hello | gzip > text.gz; tar -cf text.tar --files-from /dev/null && echo hi > hi && tar -cf text.tar hi',
  )
  const said = async (name: string) => {
    const { code, data } = await failureOf(bench.core.probeSource(path.join(folder, name)))
    return [code, data.details['feature'] ?? data.details['looksLike']]
  }
  expect(await said('twice.xz')).toEqual(['image-unsupported', 'A file that is compressed twice'])
  expect(await said('text.gz')).toEqual(['image-unknown-format', 'a text file, compressed with gzip'])
  await made('z.zip', Buffer.from('PK\u0003\u0004rest'))
  expect(await said('z.zip')).toEqual(['image-unsupported', 'A zip archive'])
  expect((await bench.core.probeSource(path.join(folder, 'text.tar'))).disks).toEqual([])
  expect((await job(path.join(folder, 'text.tar'), 'out.raw')).error?.details['feature']).toBe('An archive without a disk image')
})
