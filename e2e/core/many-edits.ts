import type { Edit } from '#shared/edits/edit'

export const OCK_ENTRY = '2:/loader/entries/ostree-1-ock.conf'

/** Twenty-five edits of an OCK-shaped image, of every kind that has to do with files, on two partitions. */
export function manyEdits(): Edit[] {
  const args: Edit[] = ['console=tty0', 'rd.shell=0', 'audit=1', 'net.ifnames=0'].map((arg) => ({
    kind: 'kernel-args',
    entry: OCK_ENTRY,
    changes: [{ op: 'append', arg }],
  }))
  const files: Edit[] = Array.from({ length: 14 }, (_, index) => ({
    kind: 'write-file',
    partition: 3,
    path: `/srv/it's a "file" ${index} é.txt`,
    content: { text: `content ${index}\n`.repeat(index + 1) },
    mode: 0o640,
    uid: 1000,
    gid: 1000,
  }))
  return [
    { kind: 'kernel-args', entry: '*', changes: [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }] },
    ...args,
    { kind: 'make-folder', partition: 3, path: '/srv/kept empty', mode: 0o700 },
    ...files,
    { kind: 'rename-file', partition: 3, path: `/srv/it's a "file" 0 é.txt`, to: '/srv/renamed' },
    {
      kind: 'write-file',
      partition: 3,
      path: '/ostree/repo/config',
      content: { base64: Buffer.from('[core]\nmode=bare\n').toString('base64') },
    },
    { kind: 'set-attributes', partition: 3, path: '/srv/renamed', mode: 0o600 },
    { kind: 'remove-file', partition: 2, path: '/loader.1/entries/ostree-0-ock.conf' },
    { kind: 'set-partition-type', partition: 1, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' },
  ]
}
