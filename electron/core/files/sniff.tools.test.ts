import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FORMATS } from '#shared/images/formats'
import { sniffFile } from '#shared/images/sniff'
import type { SniffResult } from '#shared/images/sniff-result'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sniff-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MIB = 1024 * 1024
const qemuImg = (...args: string[]) => execFileSync('qemu-img', args, { cwd: folder, encoding: 'utf8' })

async function sniff(name: string): Promise<SniffResult> {
  const file = openSync(join(folder, name), 'r')
  try {
    const read = (offset: number, length: number) => {
      const buffer = new Uint8Array(length)
      return buffer.subarray(0, readSync(file, buffer, 0, length, offset))
    }
    return await sniffFile(read, fstatSync(file).size)
  } finally {
    closeSync(file)
  }
}

const SUBFORMATS = Object.values(FORMATS).flatMap((row) => row.subformats.map((sub) => ({ format: row.id, driver: row.driver, sub })))
const VARIANTS: Record<string, string> = {
  'raw sparse': 'blank',
  'qcow2 v3': 'v3, zlib',
  'qcow2 compressed': 'v3, zlib',
  'qcow2 v2': 'v2',
  'qcow2 compressed-zstd': 'v3, zstd',
}

test.each(SUBFORMATS)('$format $sub.id made by qemu-img', async ({ format, driver, sub }) => {
  const name = `${format}-${sub.id}`
  for (const bytes of [3 * MIB, 5 * 1024 * MIB + 512 * 8]) {
    // Static files of 5 GiB would be zero-filled for real.
    if (bytes > 64 * MIB && (sub.id === 'static' || (format === 'vhdx' && sub.id === 'fixed'))) continue
    qemuImg('create', '-q', '-f', driver, ...sub.options.flatMap((option) => ['-o', option]), name, String(bytes))
    const info = JSON.parse(qemuImg('info', '--output=json', '-f', driver, name)) as { 'virtual-size': number }
    expect(await sniff(name)).toMatchObject({
      format,
      driver,
      variant: VARIANTS[`${format} ${sub.id}`] ?? sub.id,
      virtualBytes: info['virtual-size'],
      problems: [],
      alsoLooksLike: [],
      encrypted: false,
      unclean: false,
      backingFile: null,
    })
    rmSync(join(folder, name))
  }
})

test('converted images with content read the same', async () => {
  writeFileSync(join(folder, 'content.raw'), Buffer.alloc(2 * MIB, 'content '))
  for (const { format, driver, sub } of SUBFORMATS.filter((row) => row.format !== 'raw')) {
    const name = `converted-${format}-${sub.id}`
    const options = sub.options.flatMap((option) => ['-o', option])
    qemuImg('convert', '-q', '-f', 'raw', '-O', driver, ...options, ...(sub.id === 'compressed' ? ['-c'] : []), 'content.raw', name)
    expect([name, await sniff(name)]).toEqual([
      name,
      expect.objectContaining({ format, virtualBytes: 2 * MIB, problems: [], alsoLooksLike: [] }),
    ])
  }
})

test('VHD by geometry has the size that qemu sees', async () => {
  for (const subformat of ['dynamic', 'fixed']) {
    qemuImg('create', '-q', '-f', 'vpc', '-o', `subformat=${subformat}`, 'chs.vhd', '64M')
    const info = JSON.parse(qemuImg('info', '--output=json', '-f', 'vpc', 'chs.vhd')) as { 'virtual-size': number }
    expect(await sniff('chs.vhd')).toMatchObject({ format: 'vhd', variant: subformat, virtualBytes: info['virtual-size'] })
    expect(info['virtual-size']).not.toBe(64 * MIB)
  }
})

test('every cluster size, zstd and extended L2 of qcow2', async () => {
  for (let cluster = 512; cluster <= 2 * MIB; cluster *= 2) {
    qemuImg('create', '-q', '-f', 'qcow2', '-o', `cluster_size=${cluster}`, 'c.qcow2', '100M')
    expect(await sniff('c.qcow2')).toMatchObject({ virtualBytes: 100 * MIB, problems: [] })
  }
  qemuImg('create', '-q', '-f', 'qcow2', '-o', 'compression_type=zstd,extended_l2=on,cluster_size=128k', 'z.qcow2', '1T')
  expect(await sniff('z.qcow2')).toMatchObject({ variant: 'v3, zstd, extended L2', virtualBytes: 1024 ** 4, problems: [] })
})

test('backing files, snapshots, encryption and data files are seen', async () => {
  qemuImg('create', '-q', '-f', 'qcow2', 'base.qcow2', '8M')
  qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'base.qcow2', 'top.qcow2')
  expect(await sniff('top.qcow2')).toMatchObject({ backingFile: 'base.qcow2', backingFormat: 'qcow2', problems: [] })
  qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', join(folder, 'base.qcow2'), 'absolute.qcow2')
  expect((await sniff('absolute.qcow2')).problems).toMatchObject([{ code: 'reference-refused', details: { kind: 'backing file' } }])
  qemuImg('create', '-q', '-f', 'vmdk', '-F', 'vmdk', '-b', makeVmdk('parent.vmdk'), 'child.vmdk')
  expect(await sniff('child.vmdk')).toMatchObject({ backingFile: 'parent.vmdk', problems: [] })

  qemuImg('snapshot', '-c', 'one', 'base.qcow2')
  qemuImg('snapshot', '-c', 'two', 'base.qcow2')
  expect((await sniff('base.qcow2')).snapshots).toBe(2)

  // AES, for LUKS measures the CPU first and fails on a busy machine ("Unable to get accurate CPU usage").
  qemuImg(
    'create',
    '-q',
    '--object',
    'secret,id=s,data=x',
    '-f',
    'qcow2',
    '-o',
    'encrypt.format=aes,encrypt.key-secret=s',
    'aes.qcow2',
    '4M',
  )
  expect(await sniff('aes.qcow2')).toMatchObject({
    encrypted: true,
    virtualBytes: 4 * MIB,
    problems: [{ code: 'image-encrypted', details: { method: 'AES' } }],
  })
  qemuImg('create', '-q', '-f', 'qcow2', '-o', 'data_file=outside.raw', 'data.qcow2', '4M')
  expect(await sniff('data.qcow2')).toMatchObject({
    dataFile: 'outside.raw',
    problems: [{ code: 'reference-refused', details: { reference: 'outside.raw', kind: 'data file' } }],
  })
})

function makeVmdk(name: string): string {
  qemuImg('create', '-q', '-f', 'vmdk', name, '8M')
  return name
}

test('the extents of a split disk are listed, and a part alone is refused', async () => {
  qemuImg('create', '-q', '-f', 'vmdk', '-o', 'subformat=twoGbMaxExtentSparse', 'split.vmdk', '5G')
  const split = await sniff('split.vmdk')
  expect(split.extents.map((extent) => [extent.file, extent.type])).toEqual([
    ['split-s001.vmdk', 'SPARSE'],
    ['split-s002.vmdk', 'SPARSE'],
    ['split-s003.vmdk', 'SPARSE'],
  ])
  expect((await sniff('split-s001.vmdk')).problems).toMatchObject([{ code: 'image-unsupported' }])
})

test('formats that are only read are known with their size, packed files are named', async () => {
  for (const format of ['qcow', 'qed', 'parallels'] as const) {
    qemuImg('create', '-q', '-f', format, `other.${format}`, '8M')
    expect(await sniff(`other.${format}`)).toMatchObject({ format, driver: format, virtualBytes: 8 * MIB, problems: [] })
  }
  execFileSync('gzip', ['-k', 'content.raw'], { cwd: folder })
  execFileSync('tar', ['-cf', 'x.tar', 'content.raw'], { cwd: folder })
  expect((await sniff('content.raw.gz')).label).toBe('a gzip file')
  expect((await sniff('x.tar')).label).toBe('a tar archive')
  expect((await sniff('content.raw')).problems).toMatchObject([{ code: 'image-unknown-format', details: { looksLike: 'a text file' } }])
})

test('images that were cut short are damaged', async () => {
  for (const { format, driver, sub } of SUBFORMATS.filter((row) => row.format !== 'raw' && !/fixed|Flat|twoGb/.test(row.sub.id))) {
    const name = `cut-${format}-${sub.id}`
    qemuImg('create', '-q', '-f', driver, ...sub.options.flatMap((option) => ['-o', option]), name, '64M')
    truncateSync(join(folder, name), 200)
    const { problems } = await sniff(name)
    expect([name, problems.map((problem) => problem.code)]).toEqual([name, [expect.stringMatching(/image-(damaged|unsupported)/)]])
  }
})

test('partition tables and file systems of raw disks', async () => {
  const table = (name: string, label: string) => {
    writeFileSync(join(folder, name), '')
    truncateSync(join(folder, name), 16 * MIB)
    execFileSync('sfdisk', ['-q', name], { cwd: folder, input: `label: ${label}\n,4M\n` })
  }
  table('gpt.raw', 'gpt')
  table('mbr.raw', 'dos')
  expect((await sniff('gpt.raw')).variant).toBe('GPT')
  expect((await sniff('mbr.raw')).variant).toBe('MBR')
  for (const [name, command, label] of [
    ['fat.raw', ['mkfs.fat'], 'FAT'],
    ['ext.raw', ['mkfs.ext4', '-q'], 'ext'],
    ['swap.raw', ['mkswap', '-q'], 'swap'],
  ] as const) {
    writeFileSync(join(folder, name), '')
    truncateSync(join(folder, name), 16 * MIB)
    execFileSync(command[0], [...command.slice(1), name], { cwd: folder, stdio: 'pipe' })
    expect([name, (await sniff(name)).variant]).toEqual([name, label])
  }
})
