import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { memoryFiles, type MemoryImage, memoryPartition } from '../testing/memory-files.js'
import { applyEdits } from './apply-edits.js'

const ENV = '# GRUB Environment Block\nsaved_entry=a-2\n'.padEnd(1024, '#')
const BLS: MemoryImage = {
  '1:/grub2/grub.cfg': 'load_env\nset default="${saved_entry}"\nset timeout=5\nblscfg\n',
  '1:/grub2/grubenv': ENV,
  '1:/loader/entries/a-1.conf': 'title Old\nversion 1\nlinux /k-1\ninitrd /i-1\noptions root=x ro\n',
  '1:/loader/entries/a-2.conf': 'title New\nversion 2\nlinux /k-2\ninitrd /i-2\noptions root=x ro quiet\n',
  '1:/k-1': '',
  '1:/k-2': '',
  '1:/i-1': '',
  '1:/i-2': '',
  '1:/etc/kernel/cmdline': 'root=x ro quiet\n',
  '1:/etc/os-release': 'ID=fedora\n',
}
const OLD = '1:/loader/entries/a-1.conf'
const NEW = '1:/loader/entries/a-2.conf'
const CFG = `set default="0"
set timeout=5
menuentry 'One' --id one {
	linux /k-1 root=x ro quiet
}
submenu 'More' --id more {
	menuentry 'Two' --id two {
		linux /k-2 root=x ro
	}
}
`
const GRUB: MemoryImage = {
  '1:/boot/grub/grub.cfg': CFG,
  '1:/etc/default/grub': 'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
  '1:/etc/os-release': 'ID=debian\n',
}
const EXT: MemoryImage = {
  '1:/extlinux/extlinux.conf': 'default one\ntimeout 50\nlabel one\n\tlinux /k\n\tappend a\nlabel two\n\tlinux /k\n\tappend b\n',
}
const SYSTEMD: MemoryImage = {
  '1:/loader/entries/a.conf': 'title A\nsort-key a\nlinux /k\n',
  '1:/loader/entries/b.conf': 'title B\nsort-key b\nlinux /k\n',
  '1:/loader/entries/c.conf': 'title C\nsort-key c\nlinux /k\n',
  '1:/loader/loader.conf': 'timeout 3\n',
  '1:/k': '',
}

async function apply(image: MemoryImage, ...edits: Edit[]) {
  const files = memoryFiles(image)
  const { outcomes, draft, boot } = await applyEdits(files, [memoryPartition(1, 'ext')], edits)
  const entries = boot.entries.map(({ title, isDefault }) => (isDefault ? `*${title}` : title))
  return {
    entries,
    notes: outcomes.flatMap(({ notes }) => notes),
    problems: outcomes.map(({ problem }) => problem?.code ?? null),
    reasons: outcomes.map(({ problem }) => String(problem?.details.reason ?? '')),
    steps: draft.steps().map(({ operation }) => `${operation.kind} ${'path' in operation ? operation.path : ''}`),
    text: async (path: string) => (await draft.read(1, path, 1024 * 1024)).toString('utf8'),
  }
}

test('the default of entries that blscfg shows is in grubenv; what was chosen for the next start goes', async () => {
  const next = { ...BLS, '1:/grub2/grubenv': ENV.replace('saved_entry=a-2\n', 'saved_entry=a-2\nnext_entry=a-2\n').slice(0, 1024) }
  const done = await apply(next, { kind: 'boot-default', entry: OLD })
  expect(done.entries).toEqual(['*Old', 'New'])
  expect(await done.text('/grub2/grubenv')).toMatch(/^# GRUB Environment Block\nsaved_entry=a-1\n#+$/)
  expect((await done.text('/grub2/grubenv')).length).toBe(1024)
})

test('the default and the timeout of grub.cfg are told to grub-mkconfig too', async () => {
  const done = await apply(GRUB, { kind: 'boot-default', entry: '1:/boot/grub/grub.cfg#1>0' }, { kind: 'boot-timeout', seconds: -1 })
  expect(done.entries).toEqual(['*Two', 'One'])
  expect(await done.text('/boot/grub/grub.cfg')).toBe(CFG.replace('"0"', '"More>two"').replace('timeout=5', 'timeout=-1'))
  expect(await done.text('/etc/default/grub')).toContain('GRUB_TIMEOUT=-1\n')
  expect(await done.text('/etc/default/grub')).toMatch(/GRUB_DEFAULT=["']More>two["']\n/)
})

test('the default and the timeout of systemd-boot, with and without a loader.conf', async () => {
  const done = await apply(SYSTEMD, { kind: 'boot-default', entry: '1:/loader/entries/b.conf' }, { kind: 'boot-timeout', seconds: -1 })
  expect(await done.text('/loader/loader.conf')).toBe('timeout menu-force\ndefault b.conf\n')
  expect(done.entries).toEqual(['*B', 'A', 'C'])
  const { '1:/loader/loader.conf': _conf, ...bare } = SYSTEMD
  const made = await apply(bare, { kind: 'boot-default', entry: '1:/loader/entries/c.conf' })
  expect(made.steps).toEqual(['create-file /loader/loader.conf'])
  expect(made.entries[0]).toBe('*C')
})

test('the default and the timeout of extlinux', async () => {
  const done = await apply(EXT, { kind: 'boot-default', entry: '1:/extlinux/extlinux.conf#two' }, { kind: 'boot-timeout', seconds: 0 })
  expect(await done.text('/extlinux/extlinux.conf')).toMatch(/^default two\ntimeout 1\n/)
})

test('titles, copies, removal and order in each kind of menu', async () => {
  const grub = await apply(
    GRUB,
    { kind: 'entry-title', entry: 'default', title: "It's one" },
    { kind: 'entry-duplicate', entry: '1:/boot/grub/grub.cfg#0', name: 'copy', title: 'Copy' },
    { kind: 'entry-move', entry: '1:/boot/grub/grub.cfg#1', before: '1:/boot/grub/grub.cfg#0' },
    { kind: 'entry-remove', entry: '1:/boot/grub/grub.cfg#2>0' },
  )
  expect(grub.problems).toEqual([null, null, null, null])
  expect(grub.entries).toEqual(['*Copy', "It's one"])
  const ext = await apply(
    EXT,
    { kind: 'entry-add', like: 'default', name: 'three', title: 'Three', args: ['c', 'd'] },
    { kind: 'entry-move', entry: '1:/extlinux/extlinux.conf#two', before: '1:/extlinux/extlinux.conf#one' },
    { kind: 'entry-remove', entry: '1:/extlinux/extlinux.conf#one' },
  )
  expect(ext.problems).toEqual([null, null, null])
  expect(await ext.text('/extlinux/extlinux.conf')).toContain('label three\n\tmenu label Three\n\tlinux /k\n\tappend c d\n')
  const bls = await apply(
    BLS,
    { kind: 'entry-title', entry: OLD, title: 'Older' },
    { kind: 'entry-add', like: NEW, name: 'a-3', title: 'Third', linux: '/vmlinuz-3.1', initrds: ['/u', '/i'], args: ['single'] },
    { kind: 'entry-remove', entry: NEW },
  )
  expect(bls.problems).toEqual([null, null, null])
  expect(await bls.text('/loader/entries/a-3.conf')).toBe(
    'title Third\nversion 3.1\nlinux /vmlinuz-3.1\ninitrd /u\ninitrd /i\noptions single\n',
  )
  expect(bls.entries).toEqual(['*Third', 'Older'])
  expect(bls.notes).toEqual(['Its kernel and initial RAM disk stay where they are', '"Third" boots by default now'])
})

test('an entry is hidden and shown again by its name', async () => {
  const hidden = await apply(BLS, { kind: 'entry-enable', entry: NEW, enabled: false })
  expect(hidden.steps).toEqual(['rename /loader/entries/a-2.conf'])
  expect(hidden.entries).toEqual(['*Old', 'New'])
  const shown = await apply(
    BLS,
    { kind: 'entry-enable', entry: NEW, enabled: false },
    { kind: 'entry-enable', entry: `${NEW}.disabled`, enabled: true },
  )
  expect(shown.problems).toEqual([null, null])
  expect(shown.entries).toEqual(['*New', 'Old'])
})

test('BLS entries are moved by their sort key, where the boot loader goes by it', async () => {
  const moved = await apply(SYSTEMD, { kind: 'entry-move', entry: '1:/loader/entries/c.conf', before: '1:/loader/entries/b.conf' })
  expect(moved.entries).toEqual(['*A', 'C', 'B'])
  expect(moved.steps).toEqual(['rewrite-file /loader/entries/c.conf'])
  const first = await apply(SYSTEMD, { kind: 'entry-move', entry: '1:/loader/entries/c.conf', before: '1:/loader/entries/a.conf' })
  expect(first.entries).toEqual(['*C', 'A', 'B'])
  const last = await apply(SYSTEMD, { kind: 'entry-move', entry: '1:/loader/entries/a.conf', before: null })
  expect(last.entries).toEqual(['*B', 'C', 'A'])
  const byName = await apply(BLS, { kind: 'entry-move', entry: OLD, before: NEW })
  expect(byName).toMatchObject({ problems: ['edit-conflict'], reasons: [expect.stringContaining('file names')], steps: [] })
})

test('arguments are kept for later kernels where that was asked for', async () => {
  const changes: Extract<Edit, { kind: 'kernel-args' }>['changes'] = [
    { op: 'delete', arg: 'quiet' },
    { op: 'append', arg: 'debug' },
  ]
  const kept = await apply(BLS, { kind: 'kernel-args', entry: 'default', changes, keep: true })
  expect(await kept.text('/etc/kernel/cmdline')).toBe('root=x ro debug\n')
  const grub = await apply(GRUB, { kind: 'kernel-args', entry: 'default', changes, keep: true })
  expect(await grub.text('/etc/default/grub')).toContain('GRUB_CMDLINE_LINUX=debug\n')
  const notKept = await apply(BLS, { kind: 'kernel-args', entry: 'default', changes })
  expect(notKept.steps).toEqual(['rewrite-file /loader/entries/a-2.conf'])
  const nowhere = await apply(EXT, { kind: 'keep-kernel-args', changes })
  expect(nowhere).toMatchObject({ problems: [null], steps: [], notes: [expect.stringContaining('neither')] })
})

test('the console block is set between its markers, which are added only where that was asked for', async () => {
  const lines = ['serial --speed=115200', 'terminal_output serial console']
  expect(await apply(BLS, { kind: 'console-block', lines })).toMatchObject({ problems: ['edit-conflict'], steps: [] })
  const added = await apply(BLS, { kind: 'console-block', lines, addMarkers: true })
  expect(await added.text('/grub2/grub.cfg')).toContain(
    'set timeout=5\n# CONSOLE-SETTINGS-START\nserial --speed=115200\nterminal_output serial console\n# CONSOLE-SETTINGS-END\nblscfg\n',
  )
  const emptied = await apply(BLS, { kind: 'console-block', lines, addMarkers: true }, { kind: 'console-block', lines: null })
  expect(await emptied.text('/grub2/grub.cfg')).toContain('# CONSOLE-SETTINGS-START\n# CONSOLE-SETTINGS-END\nblscfg\n')
})

test('what cannot be is refused with words, and changes nothing', async () => {
  const edits: Edit[] = [
    { kind: 'entry-enable', entry: '1:/boot/grub/grub.cfg#0', enabled: false },
    { kind: 'entry-duplicate', entry: '1:/boot/grub/grub.cfg#0', name: 'two', title: 'x' },
    { kind: 'boot-default', entry: '1:/nowhere' },
    { kind: 'entry-add', like: '1:/boot/grub/grub.cfg#0', name: 'n', title: 'x', linux: '/other' },
    { kind: 'entry-move', entry: '1:/boot/grub/grub.cfg#1>0', before: '1:/nowhere' },
  ]
  for (const edit of edits) {
    const done = await apply(GRUB, edit)
    expect([edit.kind, done.steps]).toEqual([edit.kind, []])
    expect(done.problems[0]).toMatch(/^(edit-conflict|boot-entry-not-found)$/)
  }
  const twice = await apply(BLS, { kind: 'entry-duplicate', entry: OLD, name: 'a-2', title: 'x' })
  expect(twice.problems).toEqual(['guest-file-exists'])
})
