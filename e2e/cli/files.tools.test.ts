import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { fileSearchSchema, rowFactsSchema } from '#shared/images/guest-listing'
import { guestEntrySchema } from '#shared/images/image-info'
import { builderHost } from '../images/builder-host.js'
import { buildDisk } from '../images/build-disk.js'
import { type CommandLine, openCommandLine } from './command-line.js'

const MIB_SECTORS = 2048
const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
const ODD_NAMES = ['with space', "quote\"d 'x'", '-dash', 'ünï—🎈', '$(x)', 'back\\slash', '#hash']
const TWO_LINES = 'two\nlines'

let cli: CommandLine
let ock: string
let odd: string
beforeAll(async () => {
  cli = await openCommandLine()
  ock = await cli.copy('ock')
  odd = path.join(cli.folder, 'odd.qcow2')
  const files = [
    ...[...ODD_NAMES, TWO_LINES].map((name) => ({ path: `/odd/${name}`, content: `of ${name}\n` })),
    { path: '/tree/in/file', content: 'deep\n', mode: 0o600 },
    { path: '/tree/link', link: '/etc/passwd' },
    { path: '/tree/broken', link: 'nowhere' },
  ]
  await buildDisk(
    await builderHost({ ...process.env, ...cli.env }),
    {
      sizeBytes: 512 * 1024 * 1024,
      table: 'gpt',
      partitions: [
        { type: LINUX, sizeSectors: 100 * MIB_SECTORS, fs: { kind: 'ext4', label: 'ext' }, files },
        { type: LINUX, sizeSectors: 300 * MIB_SECTORS, fs: { kind: 'xfs', label: 'xfs' }, files },
      ],
    },
    odd,
  )
}, 180_000)
afterAll(() => cli.close())

test('without a partition, paths are those of the system; links, modes and times are told', async () => {
  const facts = await cli.json(z.array(rowFactsSchema), ['files', 'ls', '-l', ock, '/etc'])
  expect(facts.find(({ name }) => name === 'os-release')).toMatchObject({
    kind: 'link',
    linkTarget: '../usr/lib/os-release',
    leadsTo: 'file',
  })
  const { out } = await cli.run(['files', 'ls', '-l', ock, '/etc'])
  expect(out).toMatch(/^-0444 +0:0 +14 bytes +2024-05-01 00:00 +machine-id$/m)
  expect((await cli.run(['files', 'cat', ock, '/boot/efi/EFI/redhat/grub.cfg'])).out).toContain('blscfg')
  expect((await cli.run(['files', 'ls', '-l', odd, '/tree', '-p', '2'])).out).toMatch(/broken -> nowhere \(leads nowhere\)$/m)
})

test('where no system is found, the partition is asked for, and which there are is said', async () => {
  expect(await cli.run(['files', 'ls', odd])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--partition\. There are: 1 ext4 ext, 2 xfs xfs/),
  })
})

test('find: in the tree with its mounts, as a pattern, below a folder, in every partition where there is no system', async () => {
  const found = await cli.json(fileSearchSchema, ['files', 'find', ock, 'grub.cfg'])
  expect(found.hits.map(({ osPath }) => osPath)).toEqual(['/boot/grub2/grub.cfg', '/boot/efi/EFI/redhat/grub.cfg'])
  expect((await cli.run(['files', 'find', ock, 'ostree-?-ock*', '--below', '/boot'])).out.trim().split('\n')).toHaveLength(2)
  expect((await cli.json(fileSearchSchema, ['files', 'find', odd, 'BROKEN'])).hits.map(({ partition }) => partition)).toEqual([1, 2])
  expect(await cli.run(['files', 'find', ock, 'no such name'])).toMatchObject({ code: 0, out: '' })
})

test.each([1, 2])('partition %i: names that break careless tools', async (partition) => {
  const where = ['-p', String(partition)]
  const entries = await cli.json(z.array(guestEntrySchema), ['files', 'ls', odd, '/odd', ...where])
  expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(ODD_NAMES))
  for (const name of ODD_NAMES) expect((await cli.run(['files', 'cat', odd, `/odd/${name}`, ...where])).out).toBe(`of ${name}\n`)
  const away = await fs.mkdtemp(path.join(cli.folder, 'get '))
  const got = await cli.run(['files', 'get', '-r', odd, ...ODD_NAMES.map((name) => `/odd/${name}`), ...where], { cwd: away })
  expect(got).toMatchObject({ code: 0, err: '' })
  expect((await fs.readdir(away)).toSorted()).toEqual(ODD_NAMES.toSorted())
  const one = await cli.run(['files', 'get', odd, '/odd/-dash', ...where, '-o', './one'], { cwd: away })
  expect(one).toMatchObject({ code: 0, out: expect.stringContaining('/one (9 bytes)') })
})

test('a name of two lines: whole where the file system is read here, refused in words where a tool lists it by lines', async () => {
  expect((await cli.run(['files', 'cat', odd, `/odd/${TWO_LINES}`, '-p', '2'])).out).toBe(`of ${TWO_LINES}\n`)
  const listed = await cli.run(['files', 'ls', odd, '/odd', '-p', '2'])
  expect(listed.out).toContain('twoU+000Alines')
  const refused = await cli.run(['files', 'cat', odd, `/odd/${TWO_LINES}`, '-p', '1'])
  expect([refused.code, refused.out]).toEqual([2, ''])
  expect(refused.err).toContain('There is no such file in the image')
})

test('get -r: folders with all in them, links as links, nothing replaced, a folder alone only with -r', async () => {
  const away = await fs.mkdtemp(path.join(cli.folder, 'tree '))
  expect(await cli.run(['files', 'get', odd, '/tree', '-p', '2'], { cwd: away })).toMatchObject({
    code: 2,
    err: expect.stringContaining('copy it with -r'),
  })
  const got = await cli.run(['files', 'get', '-r', odd, '/tree', '-p', '2', '-o', away])
  expect(got).toMatchObject({ code: 0, out: expect.stringContaining('Copied 1 file, 2 folders, 2 links') })
  expect(await fs.readlink(path.join(away, 'tree/link'))).toBe('/etc/passwd')
  expect((await fs.stat(path.join(away, 'tree/in/file'))).mode & 0o777).toBe(0o600)
  expect(await cli.run(['files', 'get', '-r', odd, '/tree', '-p', '2', '-o', away, '--replace'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('already'),
  })
  expect((await cli.run(['files', 'get', '-r', ock, '/etc', '/usr', '-o', 'no such folder'])).code).toBe(1)
  expect(await fs.readdir(away)).toEqual(['tree'])
})
