import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { extractFilesInputSchema } from '#shared/jobs/job-requests'
import { buildDisk } from '../images/build-disk.js'
import { OCK_BOOT_UUID } from '../images/ock-shaped.js'
import { failureOf, filesIn, hashOf, openBench, type TestBench } from './workbench.js'

const MIB_SECTORS = 2048
const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
const MANY = 20_000
const ODD_NAMES = ['with space', "quote\"d 'x'", '-dash', 'ünï—🎈', '$(x);`y`', 'back\\slash', ' lead and trail ', 'percent%s', '#hash']
const MANY_FILES = `mkdir "$root/many"; i=0; while [ $i -lt ${MANY} ]; do : > "$root/many/file-$i"; i=$((i+1)); done`
const BIG_BYTES = 48 * 1024 * 1024
const BIG = `busybox dd if=/dev/urandom of="$root/big.bin" bs=1048576 count=${BIG_BYTES / 1024 / 1024} 2>/dev/null; busybox mknod "$root/tree/pipe" p`

let bench: TestBench
let ock: string
let odd: string
beforeAll(async () => {
  bench = await openBench()
  ock = await bench.copy('ock')
  odd = path.join(bench.folder, 'odd.qcow2')
  const files = [
    ...ODD_NAMES.map((name) => ({ path: `/odd/${name}`, content: `of ${name}\n` })),
    { path: '/odd/two\nlines', content: 'two' },
    { path: '/tree/deep/er/file', content: 'deep\n', mode: 0o640 },
    { path: '/tree/secret', content: 'secret\n', mode: 0o600 },
    { path: '/tree/tool', content: '#!/bin/sh\n', mode: 0o4755 },
    { path: '/tree/closed', folder: true, mode: 0o555 },
    { path: '/tree/closed/in', content: 'in\n' },
    { path: '/tree/link', link: 'deep/er/file' },
    { path: '/tree/outside', link: '/etc/passwd' },
    { path: '/tree/broken', link: 'nowhere' },
    { path: '/tree/up', link: '../../../../etc' },
    { path: '/to-tree', link: 'tree' },
    { path: '/latin.txt', content: Buffer.from('gr\u00fc\u00dfe\r\n', 'latin1') },
  ]
  await buildDisk(
    bench.host,
    {
      sizeBytes: 1024 ** 3,
      table: 'gpt',
      partitions: [
        { type: LINUX, sizeSectors: 300 * MIB_SECTORS, fs: { kind: 'ext4' }, files, inside: `${MANY_FILES}\n${BIG}` },
        { type: LINUX, sizeSectors: 400 * MIB_SECTORS, fs: { kind: 'xfs' }, files, inside: `${MANY_FILES}\n${BIG}` },
      ],
    },
    odd,
  )
}, 240_000)
afterAll(() => bench.close())

const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name).toSorted()
const extract = (input: JobInputDraft<'extract-files'>) => bench.run({ kind: 'extract-files', input: extractFilesInputSchema.parse(input) })

async function target(): Promise<string> {
  return fs.mkdtemp(path.join(bench.folder, 'out '))
}

test('the tree of the system: mounts are folders of it, links lead through them, partitions are seen as they are', async () => {
  const tree = await bench.core.files.tree(ock)
  expect(tree?.mounts.map(({ at }) => at)).toEqual(expect.arrayContaining(['/boot', '/boot/efi', '/sysroot', '/var']))
  const root = await bench.core.files.list(ock, { path: '/' })
  expect(names(root.rows)).toEqual(expect.arrayContaining(['boot', 'etc', 'sysroot', 'usr', 'var']))
  expect(root.rows.find(({ name }) => name === 'boot')).toMatchObject({ kind: 'folder', mount: { partition: 2, source: 'fstab' } })
  const entries = await bench.core.files.list(ock, { path: '/boot/loader/entries' })
  expect(entries).toMatchObject({ partition: 2, path: '/loader.1/entries' })
  expect(names(entries.rows)).toEqual(['ostree-0-ock.conf', 'ostree-1-ock.conf'])
  const own = await bench.core.files.list(ock, { partition: 2, path: '/loader' })
  expect(own).toMatchObject({ partition: 2, path: '/loader.1', osPath: '/boot/loader.1' })
  expect(await bench.core.files.view(ock, { path: '/etc/fstab' })).toMatchObject({
    kind: 'text',
    encoding: 'utf-8',
    truncated: false,
    text: expect.stringContaining(OCK_BOOT_UUID),
  })
  const [release] = await bench.core.files.facts(ock, { path: '/etc' }, ['os-release'])
  expect(release).toMatchObject({ kind: 'link', linkTarget: '../usr/lib/os-release', leadsTo: 'file' })
  // A link is read as what it leads to.
  expect((await bench.core.readFile({ path: ock, file: '/etc/os-release' })).toString()).toContain('Oracle Linux')
})

test('edits are seen before they are written: new, changed, renamed, attributes, removed, with their facts', async () => {
  const edits: Edit[] = [
    { kind: 'write-file', path: '/etc/motd', content: { text: 'hello\n' }, mode: 0o600 },
    { kind: 'write-file', path: '/etc/fstab', content: { text: '# none\n' } },
    { kind: 'rename-file', path: '/etc/machine-id', to: '/etc/was-machine-id' },
    { kind: 'make-folder', path: '/etc/new.d' },
    { kind: 'set-attributes', path: '/etc/default', mode: 0o700, uid: 7 },
    { kind: 'remove-file', path: '/etc/os-release' },
  ]
  const { rows } = await bench.core.files.list(ock, { path: '/etc' }, { edits })
  const state = Object.fromEntries(rows.map((row) => [row.name, row.state]))
  expect(state).toEqual({
    default: 'attributes',
    fstab: 'changed',
    'machine-id': 'removed',
    motd: 'new',
    'new.d': 'new',
    'os-release': 'removed',
    'was-machine-id': 'renamed',
  })
  expect(rows.find(({ name }) => name === 'was-machine-id')?.from).toMatch(/\/etc\/machine-id$/)
  const facts = await bench.core.files.facts(ock, { path: '/etc' }, ['motd', 'fstab', 'default', 'was-machine-id', 'gone'], { edits })
  expect(facts.map(({ name, kind, mode, uid, sizeBytes }) => [name, kind, mode, uid, sizeBytes])).toEqual([
    ['motd', 'file', 0o600, 0, 6],
    ['fstab', 'file', 0o644, 0, 7],
    ['default', 'folder', 0o700, 7, null],
    ['was-machine-id', 'file', 0o444, 0, 14],
    ['gone', 'other', null, null, null],
  ])
  expect(await bench.core.files.view(ock, { path: '/etc/motd' }, { edits })).toMatchObject({ kind: 'text', text: 'hello\n' })
  expect((await failureOf(bench.core.files.view(ock, { path: '/etc/machine-id' }, { edits }))).code).toBe('guest-file-not-found')
  const found = await bench.core.files.search(ock, { path: '/' }, '*m?t*', { edits })
  expect(found.hits.map(({ osPath }) => osPath)).toContain('/etc/motd')
  expect((await bench.core.files.search(ock, { path: '/' }, 'machine-id', { edits })).hits.map(({ osPath }) => osPath)).toEqual([
    '/etc/was-machine-id',
  ])
})

test('search: by name in the whole tree, through mounts, each file once; below a folder; cancelled', async () => {
  const everywhere = await bench.core.files.search(ock, { path: '/' }, 'ostree-1')
  expect(everywhere).toMatchObject({ cut: null, hits: [{ partition: 2, osPath: '/boot/loader.1/entries/ostree-1-ock.conf' }] })
  expect((await bench.core.files.search(ock, { path: '/etc' }, 'grub')).hits.map(({ osPath }) => osPath)).toEqual(['/etc/default/grub'])
  expect((await bench.core.files.search(ock, { partition: 1, path: '/' }, '*.efi')).hits.map(({ path: file }) => file).toSorted()).toEqual([
    '/EFI/BOOT/BOOTX64.EFI',
    '/EFI/redhat/grubx64.efi',
  ])
  const stopped = new AbortController()
  stopped.abort()
  expect((await failureOf(bench.core.files.search(ock, { path: '/' }, 'x', { signal: stopped.signal }))).code).toBe('cancelled')
})

test.each([1, 2])('partition %i: odd names list, are read, and copy out as they are', async (partition) => {
  const { rows } = await bench.core.files.list(odd, { partition, path: '/odd' })
  expect(names(rows)).toEqual(expect.arrayContaining(ODD_NAMES.toSorted()))
  for (const name of ODD_NAMES) {
    expect(await bench.core.files.view(odd, { partition, path: `/odd/${name}` })).toMatchObject({ text: `of ${name}\n` })
  }
  const facts = await bench.core.files.facts(odd, { partition, path: '/odd' }, ODD_NAMES)
  expect(facts.every(({ mode, mtime }) => mode === 0o644 && mtime !== null)).toBe(true)
  const folder = await target()
  const job = await extract({ source: odd, folder, items: [{ partition, path: '/odd' }] })
  expect(job.error).toBeNull()
  expect(await filesIn(path.join(folder, 'odd'))).toEqual(expect.arrayContaining(ODD_NAMES.toSorted()))
  for (const name of ODD_NAMES) expect(await fs.readFile(path.join(folder, 'odd', name), 'utf8')).toBe(`of ${name}\n`)
})

test.each([1, 2])('partition %i: a folder of 20 000 files lists at once, and facts of a screenful follow', async (partition) => {
  await bench.core.inspect(odd)
  const started = performance.now()
  const { rows } = await bench.core.files.list(odd, { partition, path: '/many' })
  const listed = performance.now()
  const facts = await bench.core.files.facts(
    odd,
    { partition, path: '/many' },
    rows.slice(9000, 9200).map(({ name }) => name),
  )
  const told = performance.now()
  const edits: Edit[] = [{ kind: 'remove-file', partition, path: '/many/file-7' }]
  const staged = await bench.core.files.list(odd, { partition, path: '/many' }, { edits })
  const restaged = performance.now()
  expect(rows).toHaveLength(MANY)
  expect(facts.every(({ kind, mode }) => kind === 'file' && mode === 0o644)).toBe(true)
  expect(staged.rows.filter(({ state }) => state === 'removed')).toHaveLength(1)
  const ms = [listed - started, told - listed, restaged - told].map(Math.round)
  console.info(`20 000 files on partition ${partition}: listed in ${ms[0]} ms, 200 facts in ${ms[1]} ms, with an edit in ${ms[2]} ms`)
})

test.each([1, 2])('partition %i: a tree copies out: modes, links as links, nothing through them, pipes told', async (partition) => {
  const folder = await target()
  const job = await extract({
    source: odd,
    folder,
    items: [
      { partition, path: '/to-tree' },
      { partition, path: '/tree/link', as: 'one' },
    ],
  })
  expect(job).toMatchObject({ state: 'succeeded', output: { path: folder } })
  expect(await filesIn(folder)).toEqual(['one', 'to-tree'])
  const at = (name: string) => path.join(folder, 'to-tree', name)
  expect(await filesIn(at(''))).toEqual(['broken', 'closed', 'deep', 'link', 'outside', 'secret', 'tool', 'up'])
  expect(await Promise.all(['link', 'outside', 'broken', 'up'].map((name) => fs.readlink(at(name))))).toEqual([
    'deep/er/file',
    '/etc/passwd',
    'nowhere',
    '../../../../etc',
  ])
  expect(await fs.readFile(path.join(folder, 'one'), 'utf8')).toBe('deep\n')
  const mode = async (name: string) => (await fs.stat(at(name))).mode & 0o7777
  expect([await mode('secret'), await mode('tool'), await mode('closed'), await mode('deep/er/file')]).toEqual([0o600, 0o755, 0o555, 0o640])
  expect(job.output?.proofs.join()).toContain('/tree/pipe: a device, a pipe or a socket')
})

test('bytes are those of the image; staged content comes out as staged', async () => {
  const folder = await target()
  const host = path.join(bench.folder, 'mine.txt')
  await fs.writeFile(host, 'mine\n')
  const edits: Edit[] = [
    { kind: 'write-file', partition: 2, path: '/tree/new', content: { hostFile: host } },
    { kind: 'write-file', partition: 2, path: '/tree/secret', content: { text: 'other\n' } },
    { kind: 'rename-file', partition: 2, path: '/tree/deep', to: '/tree/deeper' },
    { kind: 'remove-file', partition: 2, path: '/tree/tool' },
  ]
  const job = await extract({
    source: odd,
    folder,
    edits,
    items: [
      { partition: 2, path: '/tree' },
      { partition: 2, path: '/big.bin' },
    ],
  })
  expect(job.error).toBeNull()
  expect(await filesIn(path.join(folder, 'tree'))).toEqual(['broken', 'closed', 'deeper', 'link', 'new', 'outside', 'secret', 'up'])
  const text = (name: string) => fs.readFile(path.join(folder, 'tree', name), 'utf8')
  expect([await text('new'), await text('secret'), await text('deeper/er/file')]).toEqual(['mine\n', 'other\n', 'deep\n'])
  const again = await target()
  await extract({ source: odd, folder: again, items: [{ partition: 2, path: '/big.bin' }] })
  const first = await hashOf(path.join(folder, 'big.bin'))
  expect(await hashOf(path.join(again, 'big.bin'))).toBe(first)
  expect((await fs.stat(path.join(folder, 'big.bin'))).size).toBe(BIG_BYTES)
})

test('nothing is replaced without consent, folders never; a failure or a cancel leaves nothing', async () => {
  const folder = await target()
  await fs.writeFile(path.join(folder, 'latin.txt'), 'mine')
  await fs.mkdir(path.join(folder, 'tree'))
  const before = await filesIn(folder)
  const refused = await extract({
    source: odd,
    folder,
    items: [
      { partition: 1, path: '/odd' },
      { partition: 1, path: '/latin.txt' },
    ],
  })
  expect(refused.error?.code).toBe('output-exists')
  const tree = await extract({ source: odd, folder, replace: true, items: [{ partition: 1, path: '/tree' }] })
  expect(tree.error?.code).toBe('output-exists')
  const missing = await extract({
    source: odd,
    folder,
    items: [
      { partition: 1, path: '/odd' },
      { partition: 1, path: '/nope' },
    ],
  })
  expect(missing.error?.code).toBe('guest-file-not-found')
  const climbing = await extract({ source: odd, folder, items: [{ partition: 1, path: '/latin.txt', as: '../latin.txt' }] })
  expect(climbing.error?.code).toBe('bad-input')
  const huge = path.join(bench.folder, 'huge')
  await fs.truncate(huge, 0).catch(() => fs.writeFile(huge, ''))
  await fs.truncate(huge, 4 * 1024 ** 4)
  const edits: Edit[] = [{ kind: 'write-file', partition: 1, path: '/huge', content: { hostFile: huge } }]
  const full = await extract({ source: odd, folder, edits, items: [{ partition: 1, path: '/huge' }] })
  expect(full.error?.code).toBe('no-space')
  expect(await filesIn(folder)).toEqual(before)

  const started = bench.core.jobs.start({
    kind: 'extract-files',
    input: extractFilesInputSchema.parse({ source: odd, folder, items: [{ partition: 1, path: '/many' }] }),
  })
  await expect.poll(async () => (await filesIn(folder)).length, { interval: 5, timeout: 20_000 }).toBeGreaterThan(before.length)
  bench.core.jobs.cancel(started.id)
  expect((await bench.core.jobs.wait(started.id)).state).toBe('cancelled')
  expect(await filesIn(folder)).toEqual(before)

  const replaced = await extract({ source: odd, folder, replace: true, items: [{ partition: 1, path: '/latin.txt' }] })
  expect(replaced.state).toBe('succeeded')
  expect(await fs.readFile(path.join(folder, 'latin.txt'), 'latin1')).toBe('gr\u00fc\u00dfe\r\n')
})

test('a file to look at: encodings, binaries from any place, large text cut, folders refused', async () => {
  expect(await bench.core.files.view(odd, { partition: 1, path: '/latin.txt' })).toMatchObject({ encoding: 'latin-1', text: 'grüße\r\n' })
  const bytes = await bench.core.files.view(odd, { partition: 2, path: '/big.bin' }, { offset: BIG_BYTES - 100 })
  expect(bytes).toMatchObject({ kind: 'binary', sizeBytes: BIG_BYTES, truncated: false })
  expect(bytes.kind === 'binary' && Buffer.from(bytes.base64, 'base64').length).toBe(100)
  const head = await bench.core.files.view(odd, { partition: 1, path: '/big.bin' })
  expect(head.kind === 'binary' && [head.truncated, Buffer.from(head.base64, 'base64').length]).toEqual([true, 65_536])
  const text = path.join(bench.folder, 'large.txt')
  await fs.writeFile(text, 'line\n'.repeat(1_000_000))
  const edits: Edit[] = [{ kind: 'write-file', partition: 1, path: '/large.txt', content: { hostFile: text } }]
  const large = await bench.core.files.view(odd, { partition: 1, path: '/large.txt' }, { edits })
  expect(large).toMatchObject({ kind: 'text', truncated: true, sha256: null, sizeBytes: 5_000_000 })
  expect((await failureOf(bench.core.files.view(odd, { partition: 1, path: '/tree' }))).code).toBe('guest-file-not-found')
})
