import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { toolsFolder } from '../faults/tools-folder.js'
import { withLog } from '../images/vhdx-log.js'
import { failureOf, filesIn, hashOf, openBench, type TestBench } from './workbench.js'

let bench: TestBench
let folder: string
let count = 0
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())
beforeEach(async () => {
  folder = path.join(bench.folder, `case ${++count}`)
  await fs.mkdir(folder)
})

const at = (name: string): string => path.join(folder, name)
const qemu = (tool: 'qemu-img' | 'qemu-io', ...args: string[]): string => execFileSync(tool, args, { cwd: folder, encoding: 'utf8' })
const write = (file: string, pattern: number, where: string): string =>
  qemu('qemu-io', '-f', 'qcow2', '-c', `write -P ${pattern} ${where}`, file)
const holds = (file: string, pattern: number, where: string): boolean =>
  !qemu('qemu-io', '-r', '-f', 'qcow2', '-c', `read -P ${pattern} ${where}`, file).includes('verification failed')
const same = (left: string, right: string): string => qemu('qemu-img', 'compare', left, right)

/** A base with data, another one that differs in one place, and an overlay over the first. */
function makeChain(): void {
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', 'base.qcow2', '16M')
  write('base.qcow2', 1, '0 1M')
  write('base.qcow2', 2, '4M 1M')
  execFileSync('cp', [at('base.qcow2'), at('other.qcow2')])
  write('other.qcow2', 7, '8M 64k')
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'base.qcow2', 'top.qcow2', '16M')
  write('top.qcow2', 3, '512k 1M')
}

function makeImage(): string {
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', 'disk.qcow2', '16M')
  write('disk.qcow2', 1, '0 1M')
  return at('disk.qcow2')
}

const IN_PLACE = { mode: 'in-place', keepBackup: true } as const

function snapshot(
  source: string,
  action: Extract<JobRequestDraft, { kind: 'snapshot-image' }>['input']['action'],
  output?: string,
): JobRequestDraft {
  const target = output === undefined ? IN_PLACE : ({ mode: 'new-file', output, replace: false } as const)
  return { kind: 'snapshot-image', input: { source, action, target } }
}

async function refusal(request: JobRequestDraft): Promise<[string | undefined, string]> {
  const before = await Promise.all((await filesIn(folder)).map(async (name) => [name, await hashOf(at(name))]))
  const { error } = await bench.run(request)
  expect(await Promise.all((await filesIn(folder)).map(async (name) => [name, await hashOf(at(name))]))).toEqual(before)
  return [error?.code, String(error?.details['reason'] ?? error?.details['holder'] ?? '')]
}

test('a snapshot is created, gone back to and deleted; what was before is kept', async () => {
  const disk = makeImage()
  const original = await hashOf(disk)
  const created = await bench.succeed(snapshot(disk, { do: 'create', name: '-l "first" \u00e9' }))
  expect(await hashOf(created.output?.backup ?? '')).toBe(original)
  expect((await bench.core.diskReport(disk)).snapshots).toMatchObject([{ id: '1', name: '-l "first" \u00e9' }])
  expect(holds(disk, 1, '0 1M')).toBe(true)

  write(disk, 9, '0 1M')
  const applied = await bench.succeed(snapshot(disk, { do: 'apply', snapshot: '1' }))
  expect(applied.output?.proofs).toContain('Present state compared with what qemu-nbd reads of the snapshot: identical')
  expect(holds(disk, 1, '0 1M')).toBe(true)
  const { snapshots, check } = await bench.core.diskReport(disk)
  expect([snapshots.map(({ id }) => id), check.verdict]).toEqual([['1', '2'], 'clean'])

  // What was given up is the second snapshot.
  const again = await bench.succeed(snapshot(disk, { do: 'apply', snapshot: '2', keepPresent: false }, at('again.qcow2')))
  expect(holds(again.output?.path ?? '', 9, '0 1M')).toBe(true)
  await bench.succeed(snapshot(disk, { do: 'delete', snapshot: '-l "first" \u00e9' }))
  expect((await bench.core.diskReport(disk)).snapshots.map(({ id }) => id)).toEqual(['2'])
})

test('snapshots that cannot be made, or are not there, are refused with words and nothing is left', async () => {
  const disk = makeImage()
  qemu('qemu-img', 'snapshot', '-c', 'twice', disk)
  qemu('qemu-img', 'snapshot', '-c', 'twice', disk)
  const create = (name: string) => refusal(snapshot(disk, { do: 'create', name }))
  expect(await create('twice')).toEqual(['bad-input', 'a snapshot twice is there already'])
  expect(await create('2')).toEqual(['bad-input', 'a snapshot 2 is there already'])
  expect(await create('17')).toEqual(['bad-input', 'a number could not be told from the id of another snapshot'])
  expect(await create('a\nb')).toEqual(['bad-input', 'the name of a snapshot holds no control characters'])
  expect(await create('\u00e9'.repeat(128))).toEqual(['bad-input', 'the name has 256 bytes, and 255 is all that is kept'])
  expect((await refusal(snapshot(disk, { do: 'delete', snapshot: 'twice' })))[1]).toContain('several snapshots are named twice')
  expect((await refusal(snapshot(disk, { do: 'delete', snapshot: '2' })))[1]).toContain('this is not the first of them')
  expect((await refusal(snapshot(disk, { do: 'apply', snapshot: 'nobody' })))[1]).toContain('there is no snapshot nobody')
  await bench.succeed(snapshot(disk, { do: 'delete', snapshot: '1' }))
  expect((await bench.core.diskReport(disk)).snapshots.map(({ id }) => id)).toEqual(['2'])
  qemu('qemu-img', 'convert', '-f', 'qcow2', '-O', 'vdi', disk, 'disk.vdi')
  expect(await refusal(snapshot(at('disk.vdi'), { do: 'create', name: 'x' }))).toEqual([
    'bad-input',
    'VDI images have no internal snapshots',
  ])
})

test('an image that a program has open is not changed, nor one that is the backing file of others', async () => {
  makeChain()
  const holder = spawn('qemu-io', ['-f', 'qcow2', at('top.qcow2')], { stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    await once(holder.stdout, 'data')
    const [code, who] = await refusal(snapshot(at('top.qcow2'), { do: 'create', name: 'x' }))
    expect([code, who]).toEqual(['image-in-use', expect.stringContaining('qemu-io')])
    const commit = { source: at('top.qcow2'), into: at('base.qcow2') }
    expect((await refusal({ kind: 'commit-image', input: commit }))[0]).toBe('image-in-use')
    const target = { mode: 'new-file', output: at('flat.qcow2') } as const
    expect((await refusal({ kind: 'rebase-image', input: { source: at('top.qcow2'), backing: null, target } }))[0]).toBe('image-in-use')
  } finally {
    holder.kill('SIGKILL')
    await once(holder, 'close')
  }
  expect((await bench.core.diskReport(at('base.qcow2'))).overlays).toEqual([at('top.qcow2')])
  const compact = { source: at('base.qcow2'), target: IN_PLACE, trim: false }
  expect(await refusal({ kind: 'compact-image', input: compact })).toEqual(['image-in-use', expect.stringContaining('top.qcow2')])
})

test('an overlay gets another backing file and reads the same; its header names it without a folder', async () => {
  makeChain()
  qemu('qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', 'top.qcow2', 'before.raw')
  const rebase = { source: at('top.qcow2'), backing: at('other.qcow2'), target: IN_PLACE } as const
  const { output } = await bench.succeed({ kind: 'rebase-image', input: rebase })
  expect(output?.proofs).toContain('Content compared with the original: identical')
  expect(JSON.parse(qemu('qemu-img', 'info', '--output=json', 'top.qcow2'))).toMatchObject({ 'backing-filename': 'other.qcow2' })
  expect(same('top.qcow2', 'before.raw')).toContain('identical')

  const unsafe = { ...rebase, backing: at('base.qcow2'), mode: 'unsafe' } as const
  const flat = { source: at('top.qcow2'), backing: null, target: { mode: 'new-file', output: at('flat.qcow2') } } as const
  await bench.succeed({ kind: 'rebase-image', input: flat })
  expect((await bench.core.diskReport(at('flat.qcow2'))).chain).toHaveLength(1)
  expect(same('flat.qcow2', 'before.raw')).toContain('identical')
  expect((await refusal({ kind: 'rebase-image', input: { ...flat, source: at('flat.qcow2'), target: IN_PLACE } }))[1]).toContain(
    'stands on its own already',
  )
  await fs.copyFile(at('other.qcow2'), at('twin.qcow2'))
  await bench.succeed({ kind: 'rebase-image', input: { ...unsafe, backing: at('twin.qcow2') } })
  write('twin.qcow2', 5, '12M 64k')
  expect(await refusal({ kind: 'rebase-image', input: { ...unsafe, backing: at('other.qcow2') } })).toEqual([
    'verify-mismatch',
    'over that backing file it would read differently',
  ])
})

test('what a rebase or a commit would spoil is refused', async () => {
  makeChain()
  const target = { mode: 'new-file', output: at('out.qcow2') } as const
  const rebase = (backing: string | null, more = {}) =>
    refusal({ kind: 'rebase-image', input: { source: at('top.qcow2'), backing, target, ...more } })
  expect((await rebase(at('top.qcow2')))[1]).toContain('has the image itself below it')
  expect((await rebase(null, { mode: 'unsafe' }))[1]).toContain('is not the same image')
  await fs.copyFile(at('base.qcow2'), path.join(bench.folder, 'elsewhere.qcow2'))
  expect((await rebase(path.join(bench.folder, 'elsewhere.qcow2')))[1]).toContain('has to be in the folder of the image')
  const commit = (into: string) => refusal({ kind: 'commit-image', input: { source: at('top.qcow2'), into: at(into) } })
  expect((await commit('other.qcow2'))[1]).toContain('and not')
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'base.qcow2', 'second.qcow2', '16M')
  expect(await commit('base.qcow2')).toEqual(['image-in-use', expect.stringContaining('second.qcow2')])
  qemu('qemu-img', 'snapshot', '-c', 'old', 'top.qcow2')
  expect((await rebase(null))[1]).toContain('internal snapshots')
  expect((await commit('base.qcow2'))[1]).toContain('internal snapshots')
})

test('an overlay is committed into a raw backing file: the old one is kept, the overlay untouched or removed', async () => {
  makeChain()
  qemu('qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', 'base.qcow2', 'base.raw')
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', 'base.raw', 'over, raw.qcow2', '16M')
  write('over, raw.qcow2', 8, '2M 128k')
  qemu('qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', 'over, raw.qcow2', 'before.raw')
  const [original, overlay] = [await hashOf(at('base.raw')), await hashOf(at('over, raw.qcow2'))]
  const input = { source: at('over, raw.qcow2'), into: at('base.raw') }
  // A backup of the overlay, as saving in place keeps one, runs nowhere; another overlay may.
  await fs.copyFile(at('over, raw.qcow2'), at('other.qcow2'))
  expect((await refusal({ kind: 'commit-image', input }))[1]).toContain('other.qcow2')
  await fs.rename(at('other.qcow2'), at('over, raw.qcow2.backup-20250101-101010'))
  const { output } = await bench.succeed({ kind: 'commit-image', input })
  expect(await hashOf(output?.backup ?? '')).toBe(original)
  expect(await hashOf(at('over, raw.qcow2'))).toBe(overlay)
  expect(await hashOf(at('base.raw'))).toBe(await hashOf(at('before.raw')))
  await bench.succeed({ kind: 'commit-image', input: { ...input, keepBackup: false, removeOverlay: true } })
  const left = await filesIn(folder)
  expect(left.filter((name) => name.includes('backup') || name.startsWith('over'))).toEqual([
    path.basename(output?.backup ?? ''),
    'over, raw.qcow2.backup-20250101-101010',
  ])
})

test('a damaged qcow2 is repaired in a copy; the damaged one stays as it is', async () => {
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=on', 'broken.qcow2', '16M')
  expect(() => qemu('qemu-io', '-f', 'qcow2', '-c', 'write -P 4 0 1M', '-c', 'abort', 'broken.qcow2')).toThrow(/Command failed/)
  const original = await hashOf(at('broken.qcow2'))
  const input = { source: at('broken.qcow2'), output: at('repaired.qcow2') }
  expect((await refusal({ kind: 'repair-image', input: { ...input, what: 'leaks' } }))[1]).toContain('repair all of it')
  const { output } = await bench.succeed({ kind: 'repair-image', input })
  expect(output?.proofs).toMatchObject(
    [/^Before: \d+ damaged places/, /Content compared/, 'After: no errors'].map((words) => expect.stringMatching(words)),
  )
  expect([await hashOf(at('broken.qcow2')), holds('repaired.qcow2', 4, '0 1M')]).toEqual([original, true])
})

test('a VHDX that was not closed in good order: its log is written in a copy', async () => {
  qemu('qemu-img', 'create', '-q', '-f', 'vhdx', '-o', 'log_size=1M', 'open.vhdx', '16M')
  qemu('qemu-io', '-f', 'vhdx', '-c', 'write -P 1 0 1M', 'open.vhdx')
  await fs.writeFile(at('open.vhdx'), withLog(await fs.readFile(at('open.vhdx')), 7))
  const original = await hashOf(at('open.vhdx'))
  const { code, data } = await failureOf(bench.core.inspect(at('open.vhdx')))
  expect([code, data.actions]).toEqual(['image-damaged', [{ kind: 'repair' }]])
  const { output } = await bench.succeed({ kind: 'repair-image', input: { source: at('open.vhdx'), output: at('closed.vhdx') } })
  expect(output?.proofs).toEqual([
    expect.stringContaining('not closed in good order'),
    expect.stringContaining('not compared'),
    'After: no errors',
  ])
  expect(qemu('qemu-io', '-r', '-f', 'vhdx', '-c', 'read -P 7 0 4k', '-c', 'read -P 1 4k 4k', 'closed.vhdx')).not.toContain('failed')
  expect(await hashOf(at('open.vhdx'))).toBe(original)
})

test('an image is compacted by what its file systems do not use, on a copy and in place', { timeout: 600_000 }, async () => {
  const disk = await fileSystemImage()
  const before = await hashOf(disk)
  const target = { mode: 'new-file', output: at('small.qcow2') } as const
  const copy = { source: disk, target, options: ['cluster_size=32k'] }
  const { output } = await bench.succeed({ kind: 'compact-image', input: copy })
  expect(output?.engine).toBe('uml')
  expect(output?.proofs.filter((proof) => proof.endsWith('all files read before and after: identical'))).toHaveLength(2)
  expect(output?.bytes).toBeLessThan((await fs.stat(disk)).blocks * 256)
  expect(await hashOf(disk)).toBe(before)
  expect(JSON.parse(qemu('qemu-img', 'info', '--output=json', 'small.qcow2'))).toMatchObject({ 'cluster-size': 32_768 })

  const inPlace = { source: at('small.qcow2'), target: IN_PLACE, trim: false }
  expect((await refusal({ kind: 'compact-image', input: inPlace }))[0]).toBe('nothing-to-gain')
  const packed = await bench.succeed({ kind: 'compact-image', input: { ...inPlace, subformat: 'compressed' } })
  expect(packed.output?.bytes).toBeLessThan(output?.bytes ?? 0)
  expect(same('small.qcow2', packed.output?.backup ?? '')).toContain('identical')
})

test('without User-Mode Linux the appliance tells what is free', { timeout: 600_000 }, async () => {
  const disk = await fileSystemImage()
  const tools = await toolsFolder(at('tools'), { without: ['linux.uml'] })
  const other = await openBench({ ...process.env, DISKWRIGHT_TOOL_PATH: tools })
  const target = { mode: 'new-file', output: at('small.qcow2') } as const
  const { output } = await other.succeed({ kind: 'compact-image', input: { source: disk, target } })
  await other.close()
  expect(output?.engine).toBe('guestfish')
  expect(output?.proofs.filter((proof) => proof.endsWith('all files read before and after: identical'))).toHaveLength(2)
  expect(output?.bytes).toBeLessThan((await fs.stat(disk)).blocks * 256)
})

/** An ext4 with blocks of 1 KiB and a FAT, each with a file that was removed; what it held is still there. */
async function fileSystemImage(): Promise<string> {
  const run = (tool: string, ...args: string[]): string => execFileSync(tool, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
  const noise = Buffer.alloc(8 * 1024 ** 2)
  for (let index = 0; index < noise.length; index += 4) noise.writeUInt32LE((index * 2_654_435_761) % 4_294_967_296, index)
  await fs.writeFile(at('noise'), noise)
  await fs.writeFile(at('kept'), noise.subarray(0, 300_000))
  await fs.writeFile(at('table'), 'label: dos\nstart=2048, size=32767, type=c\nstart=34815, size=30720, type=83\n')
  await fs.writeFile(at('disk.raw'), '')
  await fs.truncate(at('disk.raw'), 32 * 1024 ** 2)
  execFileSync('sh', ['-c', 'sfdisk -q disk.raw <table'], { cwd: folder })
  run('truncate', '-s', String(32_767 * 512), 'fat')
  run('mkfs.fat', 'fat')
  run('mcopy', '-i', 'fat', 'kept', '::kept')
  run('mcopy', '-i', 'fat', 'noise', '::noise')
  run('mdel', '-i', 'fat', '::noise')
  run('truncate', '-s', String(30_720 * 512), 'ext')
  run('mkfs.ext4', '-q', '-b', '1024', 'ext')
  for (const words of ['write kept kept', 'write noise noise', 'rm noise']) run('debugfs', '-w', '-R', words, 'ext')
  run('dd', 'if=fat', 'of=disk.raw', 'bs=512', 'seek=2048', 'conv=notrunc,sparse')
  run('dd', 'if=ext', 'of=disk.raw', 'bs=512', 'seek=34815', 'conv=notrunc,sparse')
  run('qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', 'disk.raw', 'disk.qcow2')
  for (const name of ['noise', 'kept', 'table', 'disk.raw', 'fat', 'ext']) await fs.rm(at(name))
  return at('disk.qcow2')
}
