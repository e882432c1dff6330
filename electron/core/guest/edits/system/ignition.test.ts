import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { editSchema } from '#shared/edits/edit'
import { type MemoryImage, memoryFiles, memoryPartition } from '../../testing/memory-files.js'
import { applyEdits } from '../apply-edits.js'
import { embeddedConfig, withEmbedded } from './ignition-initramfs.js'

const CONFIG = '{"ignition":{"version":"3.4.0"}}'
const ENTRY = 'title OS\nlinux /vmlinuz\ninitrd /ucode.img\ninitrd /initramfs.img\noptions ignition.firstboot=1\n'
const OCK = { '1:/loader/entries/a.conf': ENTRY, '1:/initramfs.img': 'main initramfs', '1:/ucode.img': 'microcode' }

async function apply(image: MemoryImage, edit: object, label: string | null = 'boot') {
  const partition = memoryPartition(1)
  const filesystem = partition.filesystem && { ...partition.filesystem, label }
  const parsed = [editSchema.parse({ kind: 'ignition-config', config: CONFIG, ...edit })]
  const { draft, outcomes } = await applyEdits(memoryFiles(image), [{ ...partition, filesystem }], parsed)
  return {
    draft,
    operations: draft.steps().map(({ operation }) => operation),
    problem: outcomes[0]?.problem,
    notes: outcomes[0]?.notes ?? [],
  }
}

test('a system that does not read /boot gets it in its initramfs, after what is there', async () => {
  const { draft, operations, problem } = await apply(OCK, {})
  expect(problem).toBeNull()
  expect(operations).toHaveLength(1)
  const after = await draft.read(1, '/initramfs.img', 1e6)
  expect(after.subarray(0, 14).toString()).toBe('main initramfs')
  expect(Buffer.from(embeddedConfig(after) ?? []).toString()).toBe(CONFIG)
})

test('Fedora CoreOS gets /boot/ignition/config.ign, readable by root alone', async () => {
  const { operations, notes } = await apply({ ...OCK, '1:/ignition.firstboot': '' }, {})
  expect(operations).toMatchObject([
    { kind: 'make-folder', path: '/ignition', mode: 0o700 },
    { kind: 'create-file', path: '/ignition/config.ign', mode: 0o600, uid: 0 },
  ])
  expect(notes).toEqual([])
})

test('the choice can be made, and what will not work is told', async () => {
  const unlabelled = await apply(
    { '1:/boot/loader/entries/a.conf': ENTRY.replace('ignition.firstboot=1', 'quiet') },
    { delivery: 'boot-file' },
    'root',
  )
  expect(unlabelled.operations.at(-1)).toMatchObject({ path: '/boot/ignition/config.ign' })
  expect(unlabelled.notes).toEqual([
    expect.stringMatching(/labelled boot; partition 1 is labelled root/),
    expect.stringMatching(/first boot only/),
  ])
  const missing = await apply({ '1:/loader/entries/a.conf': ENTRY }, { delivery: 'initramfs' })
  expect(missing.problem).toMatchObject({ code: 'edit-conflict' })
})

test('GRUB can have its configuration on one partition and the initramfs on another', async () => {
  const grub = "menuentry 'OS' {\n  linux /boot/vmlinuz ignition.firstboot\n  initrd /boot/initramfs.img\n}\n"
  const files = memoryFiles({ '1:/EFI/fedora/grub.cfg': grub, '1:/grub2/grub.cfg': grub, '2:/initramfs.img': 'main' })
  const edit = editSchema.parse({ kind: 'ignition-config', config: CONFIG, delivery: 'initramfs' })
  const { draft, outcomes } = await applyEdits(files, [memoryPartition(1, 'fat'), memoryPartition(2)], [edit])
  expect(outcomes[0]?.problem).toBeNull()
  expect(draft.steps().map(({ operation }) => operation)).toMatchObject([{ kind: 'rewrite-file', partition: 2, path: '/initramfs.img' }])
})

test('what Ignition would refuse is refused here, and nothing is changed', async () => {
  const { problem, operations } = await apply(OCK, { config: '{"ignition":{"version":"2.2.0"}}' })
  expect(problem).toMatchObject({ code: 'bad-input', details: { reason: expect.stringMatching(/specification 2/) } })
  expect(operations).toEqual([])
})

test.each([0, 1, 2, 3])('embedding again replaces, and begins at a multiple of four bytes (%i)', (more) => {
  const main = Buffer.concat([gzipSync('x'.repeat(1000)), Buffer.alloc(more, 7)])
  const once = withEmbedded(main, Buffer.from('one'))
  const other = withEmbedded(once, Buffer.from('other'))
  expect(once.subarray(0, main.length).equals(main)).toBe(true)
  expect(withEmbedded(once, Buffer.from('one')).equals(once)).toBe(true)
  expect(Buffer.from(embeddedConfig(other) ?? []).toString()).toBe('other')
  expect(other.length).toBeLessThan(once.length + 8)
  expect(embeddedConfig(main)).toBeUndefined()
})
