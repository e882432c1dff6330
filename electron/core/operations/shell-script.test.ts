import { expect, test } from 'vitest'
import { type ScriptRequest, shellScript } from './shell-script.js'

const MIB = 1024 ** 2
const REQUEST: ScriptRequest = {
  source: '/images/a.qcow2',
  sourceFormat: 'qcow2',
  output: '/images/a-edited.qcow2',
  outputFormat: 'qcow2',
  table: 'gpt',
  operations: [],
}
/** What is done to the disk, without how the script begins. */
function work(request: Partial<ScriptRequest>): string[] {
  const lines = shellScript({ ...REQUEST, ...request }).split('\n')
  return lines.slice(lines.indexOf('cd "$work"') + 1, -1)
}

test('a partition that grows is written by sfdisk, between what guestfish does', () => {
  const lines = work({
    sizes: { before: 64 * MIB, most: 128 * MIB, last: 128 * MIB },
    operations: [
      { kind: 'move-backup-gpt' },
      { kind: 'resize-partition', partition: 2, startBytes: MIB, sizeBytes: 100 * MIB, fromBytes: 32 * MIB },
      { kind: 'grow-filesystem', partition: 2, filesystem: 'xfs' },
    ],
  })
  expect(lines).toEqual([
    'qemu-img convert -f qcow2 -O raw "$source" disk.raw',
    'truncate -s 134217728 disk.raw',
    "guestfish --format=raw -a disk.raw <<'END'",
    'run',
    'part-expand-gpt /dev/sda',
    'END',
    'echo size=204800 | sfdisk --quiet -N 2 disk.raw',
    "guestfish --format=raw -a disk.raw <<'END'",
    'run',
    'mount /dev/sda2 /',
    'xfs-growfs /',
    'umount-all',
    'END',
    'qemu-img convert -f raw -O qcow2 disk.raw "$output"',
  ])
})

test('a disk that is cut has its backup GPT moved out of the way first', () => {
  expect(work({ sizes: { before: 64 * MIB, most: 64 * MIB, last: 32 * MIB } })).toEqual([
    'qemu-img convert -f qcow2 -O raw "$source" disk.raw',
    'sfdisk --quiet --relocate gpt-bak-mini disk.raw',
    'truncate -s 33554432 disk.raw',
    'sfdisk --quiet --relocate gpt-bak-std disk.raw',
    'qemu-img convert -f raw -O qcow2 disk.raw "$output"',
  ])
})

test('a disk without a GPT only changes its size', () => {
  expect(work({ table: 'mbr', sizes: { before: 64 * MIB, most: 128 * MIB, last: 128 * MIB } })).toEqual([
    'qemu-img create -q -f qcow2 -F qcow2 -b "$source" overlay.qcow2 134217728',
    'qemu-img convert -f qcow2 -O qcow2 overlay.qcow2 "$output"',
  ])
})
