import type { Host } from '#core/process/host'
import { buildDisk } from './build-disk.js'

/** A file system over the whole disk, with boot entries but no partition table. */
export function buildNoTable(host: Host, output: string): Promise<void> {
  return buildDisk(
    host,
    {
      sizeBytes: 32 * 1024 * 1024,
      table: 'none',
      partitions: [
        {
          type: '',
          fs: { kind: 'ext4', label: 'whole', uuid: '9d0c1b2a-3f4e-4d5c-8b6a-7f8e9d0c1b2a' },
          files: [
            { path: '/loader/entries/only.conf', content: 'title Only entry\nlinux /vmlinuz\noptions root=/dev/vda console=ttyS0 quiet\n' },
            { path: '/etc/os-release', content: 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' },
          ],
        },
      ],
    },
    output,
  )
}
