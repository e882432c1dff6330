import { createHash } from 'node:crypto'
import type { ErrorCode } from '#shared/errors/app-error'
import type { RewriteFile } from '#core/guest/engine'
import type { DiskPlan, GuestFile, PartitionPlan } from '../images/build-disk.js'
import { COMMON_TREE, UNIX_TREE } from './tree-files.js'

const MIB_SECTORS = 2048
const LINUX_FILESYSTEM = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
export const LABEL = 'system_u:object_r:boot_t:s0'
export const OWNER = { mode: 0o640, uid: 1001, gid: 1002 } as const

/** Partition numbers of the subject disk. */
export const P = {
  fat: 1,
  xfs: 2,
  ext: 3,
  fullExt: 4,
  fullXfs: 5,
  fullFat: 6,
  readOnly: 7,
  dirty: 8,
  garbage: 9,
  btrfs: 10,
  dirtyUuid: 11,
  absent: 12,
} as const

export const lines = (word: string, bytes: number): string => `${word} `.repeat(bytes).slice(0, bytes)

/** Content before any edit, by path. */
const COMMON: Readonly<Record<string, string>> = {
  '/grow.conf': lines('short', 100),
  '/shrink.conf': lines('long', 9000),
  '/same.conf': lines('same', 700),
  '/emptied.conf': lines('emptied', 50),
  '/filled.conf': '',
  '/changed.conf': lines('changed', 60),
  '/with space.conf': lines('space', 40),
  "/it's (a) $name;.conf": lines('shell', 40),
  '/-leading-dash': lines('dash', 40),
  '/Łódź ß ünïcode.conf': lines('unicode', 40),
}
const UNIX_ONLY: Readonly<Record<string, string>> = {
  '/two\nlines "quoted" \\x41.conf': lines('newline', 40),
  '/trailing newline\n': lines('trailing', 40),
  '/loader.1/entries/one.conf': lines('one', 300),
  '/loader.1/entries/two.conf': lines('two', 300),
  '/loader.1/entries/three.conf': lines('three', 300),
}
const LINKS: readonly GuestFile[] = [
  { path: '/loader', link: 'loader.1' },
  { path: '/absolute', link: '/loader.1/entries' },
  { path: '/climbing', link: '../../../../../../loader.1' },
  { path: '/circle', link: 'circle' },
  { path: '/host', link: '/etc/passwd' },
  { path: '/climbing-host', link: '../../../../../../../../etc/passwd' },
]

function files(contents: Readonly<Record<string, string>>): GuestFile[] {
  return Object.entries(contents).map(([path, content]) => ({ path, content, selinux: LABEL, ...OWNER }))
}

const FULL = { '/entry.conf': lines('entry', 200) }
/** Takes every block that is left, so that not one byte more fits. */
const FILL = `fallocate -l "$(stat -f -c %a "$root")" -n "$root/none" 2>/dev/null; rm -f "$root/none"
  dd if=/dev/zero of="$root/fill" bs=1M 2>/dev/null; dd if=/dev/zero of="$root/fill" bs=512 oflag=append conv=notrunc 2>/dev/null
  sync; dd if=/dev/zero of="$root/more" bs=512 2>/dev/null; sync`

/** Written to the log by fsync, and cut off in the next moment: nothing can bring the log's tail forward in between. */
const CUT_OFF = `sync; xfs_io -f -x -c 'pwrite -q 0 4k' -c fsync -c shutdown "$root/made-just-before"`

function partition(mib: number, rest: Omit<PartitionPlan, 'type' | 'sizeSectors'>): PartitionPlan {
  return { type: LINUX_FILESYSTEM, sizeSectors: mib * MIB_SECTORS, ...rest }
}

/** One disk with every situation an engine has to get right. */
export const SUBJECT: DiskPlan = {
  sizeBytes: 1600 * 1024 * 1024,
  table: 'gpt',
  partitions: [
    partition(48, { fs: { kind: 'vfat', label: 'FAT', mkfsArgs: ['-F', '32', '-s', '1'] }, files: [...files(COMMON), ...COMMON_TREE] }),
    partition(320, {
      fs: { kind: 'xfs', label: 'xfs' },
      files: [...files({ ...COMMON, ...UNIX_ONLY }), ...LINKS, ...UNIX_TREE, { path: '/folder', folder: true }],
    }),
    partition(32, {
      fs: { kind: 'ext4', label: 'ext' },
      files: [...files({ ...COMMON, ...UNIX_ONLY }), ...LINKS, ...UNIX_TREE, { path: '/folder', folder: true }],
    }),
    partition(8, { fs: { kind: 'ext4', label: 'full-ext', mkfsArgs: ['-m', '0'] }, files: files(FULL), inside: FILL }),
    partition(304, { fs: { kind: 'xfs', label: 'full-xfs' }, files: files(FULL), inside: FILL }),
    partition(4, { fs: { kind: 'vfat', label: 'FULL-FAT' }, files: files(FULL), inside: FILL }),
    partition(8, { fs: { kind: 'ext4', label: 'frozen' }, files: files(FULL), after: 'tune2fs -O read-only "$device"' }),
    partition(320, { fs: { kind: 'xfs', label: 'dirty' }, files: files(FULL), inside: CUT_OFF }),
    partition(4, {}),
    partition(128, { fs: { kind: 'btrfs', label: 'btrfs' }, files: [...UNIX_TREE] }),
    partition(304, { fs: { kind: 'xfs', label: 'dirty-uuid' }, files: files(FULL), inside: CUT_OFF }),
  ],
}

export interface Case {
  readonly name: string
  readonly operation: RewriteFile
  /** Null when it has to succeed. */
  readonly error: ErrorCode | null
  /** Where the file really is; null when there is none to look at. */
  readonly real: string | null
  /** Content that must be there afterwards. */
  readonly after: string
}

const FILESYSTEMS: Readonly<Record<number, string>> = {
  [P.fat]: 'vfat',
  [P.xfs]: 'xfs',
  [P.ext]: 'ext4',
  [P.fullExt]: 'ext4',
  [P.fullXfs]: 'xfs',
  [P.fullFat]: 'vfat',
  [P.readOnly]: 'ext4',
  [P.dirty]: 'xfs',
  [P.garbage]: 'ext4',
  [P.absent]: 'ext4',
}

interface Edit {
  readonly real?: string | null
  readonly before: string
  readonly content: string
  readonly mtime?: 'now' | 'keep'
  readonly error?: ErrorCode
  readonly expected?: string
}

function edit(name: string, partitionNumber: number, path: string, how: Edit): Case {
  const filesystem = FILESYSTEMS[partitionNumber] ?? 'ext4'
  const operation: RewriteFile = {
    kind: 'rewrite-file',
    partition: partitionNumber,
    filesystem,
    path,
    expectedSha256: createHash('sha256')
      .update(how.expected ?? how.before)
      .digest('hex'),
    content: Buffer.from(how.content),
    mtime: how.mtime ?? 'now',
  }
  const error = how.error ?? null
  return {
    name: `${name} (partition ${partitionNumber})`,
    operation,
    error,
    real: how.real === undefined ? path : how.real,
    after: error === null ? how.content : how.before,
  }
}

function commonCases(number: number): Case[] {
  const before = (path: string): string => COMMON[path] ?? ''
  return [
    edit('grows past a block', number, '/grow.conf', { before: before('/grow.conf'), content: lines('grown', 10_000) }),
    edit('shrinks and keeps its time', number, '/shrink.conf', { before: before('/shrink.conf'), content: 'tiny\n', mtime: 'keep' }),
    edit('keeps its size and time', number, '/same.conf', { before: before('/same.conf'), content: lines('edit', 700), mtime: 'keep' }),
    edit('becomes empty', number, '/emptied.conf', { before: before('/emptied.conf'), content: '' }),
    edit('was empty', number, '/filled.conf', { before: '', content: lines('filled', 5000), mtime: 'keep' }),
    edit('changed meanwhile', number, '/changed.conf', {
      before: before('/changed.conf'),
      content: 'x',
      expected: 'other',
      error: 'image-changed',
    }),
    edit('missing file', number, '/nowhere/none.conf', { before: '', content: 'x', real: null, error: 'guest-file-not-found' }),
    ...Object.keys(COMMON)
      .slice(6)
      .map((path) => edit(`odd name ${JSON.stringify(path)}`, number, path, { before: before(path), content: lines('odd', 60) })),
  ]
}

function unixCases(number: number): Case[] {
  const entry = (name: string): string => UNIX_ONLY[`/loader.1/entries/${name}.conf`] ?? ''
  const through = (link: string, name: string): Case =>
    edit(`through the link ${link}`, number, `${link}/${name}.conf`, {
      before: entry(name),
      content: lines('linked', 400),
      real: `/loader.1/entries/${name}.conf`,
    })
  const outside = (path: string): Case =>
    edit(`link out of the image ${path}`, number, path, { before: '', content: 'x', real: null, error: 'guest-file-not-found' })
  return [
    through('/loader/entries', 'one'),
    through('/absolute', 'two'),
    through('/climbing/entries', 'three'),
    outside('/circle'),
    outside('/host'),
    outside('/climbing-host'),
    edit('a folder', number, '/folder', { before: '', content: 'x', real: null, error: 'not-a-regular-file' }),
    ...Object.keys(UNIX_ONLY)
      .slice(0, 2)
      .map((path) => edit(`odd name ${JSON.stringify(path)}`, number, path, { before: UNIX_ONLY[path] ?? '', content: lines('odd', 60) })),
  ]
}

function fullCases(number: number): Case[] {
  const before = FULL['/entry.conf']
  const grown = lines('bigger', 1024 * 1024)
  return [edit('full file system', number, '/entry.conf', { before, content: grown, mtime: 'now', error: 'guest-filesystem-full' })]
}

export const CASES: readonly Case[] = [
  ...commonCases(P.fat),
  ...commonCases(P.xfs),
  ...unixCases(P.xfs),
  ...commonCases(P.ext),
  ...unixCases(P.ext),
  ...fullCases(P.fullExt),
  ...fullCases(P.fullXfs),
  ...fullCases(P.fullFat),
  edit('read-only file system', P.readOnly, '/entry.conf', { before: FULL['/entry.conf'], content: 'x', error: 'filesystem-read-only' }),
  edit('dirty journal', P.dirty, '/entry.conf', { before: FULL['/entry.conf'], content: lines('replayed', 300) }),
  edit('no file system', P.garbage, '/entry.conf', { before: '', content: 'x', real: null, error: 'filesystem-unreadable' }),
  edit('no such partition', P.absent, '/entry.conf', { before: '', content: 'x', real: null, error: 'partition-not-found' }),
]

/** A second round on the same overlay: a full file system still takes an edit that needs no new block. */
export const SECOND_ROUND: readonly Case[] = [P.fullExt, P.fullXfs, P.fullFat].map((number) =>
  edit('edit that fits on a full file system', number, '/entry.conf', { before: FULL['/entry.conf'], content: lines('fits', 190) }),
)
