import { AppError } from '#shared/errors/app-error'
import { type BlockNode, blockOptions } from '#shared/images/block-node'
import type { Host } from '../../process/host.js'

/**
 * Runs inside the sandbox: shows the disk as a raw file, cuts that, ends the daemon in good order. sfdisk does not find a GPT that says
 * that the disk is larger than it is (measured), so the backup first moves behind the last partition, and to the new end afterwards.
 *
 * Arguments: blockdev JSON, qemu-storage-daemon, sfdisk, new size, `gpt` or anything else.
 */
const SCRIPT = `set -u
: > /m/disk
( "$2" --blockdev "$1" --pidfile /m/pid \\
    --export type=fuse,id=export,node-name=disk,mountpoint=/m/disk,writable=on,allow-other=off,growable=off </dev/null >&2
  echo $? > /m/ended ) &
while [ ! -s /m/pid ]; do
  if [ -e /m/ended ]; then exit 1; fi
  sleep 0.01
done
move() { [ "$table" != gpt ] || "$sfdisk" --no-reread --no-tell-kernel --quiet --relocate "$1" /m/disk; }
sfdisk=$3 size=$4 table=$5
move gpt-bak-mini && truncate -s "$size" /m/disk && move gpt-bak-std && sync /m/disk
code=$?
kill -TERM "$(cat /m/pid)"
wait
[ "$code" = 0 ] && [ "$(cat /m/ended)" = 0 ]
`

/**
 * Makes a disk smaller. Everything beyond `bytes` is lost; a GPT has to have its last partition well before that.
 *
 * @throws AppError `engine-unavailable` without a sandbox, `tool-failed`
 */
export async function shrinkDisk(
  host: Host,
  disk: { readonly node: BlockNode; readonly readFiles: readonly string[]; readonly bytes: number; readonly table: 'gpt' | 'mbr' | 'none' },
): Promise<void> {
  const { node, readFiles, bytes, table } = disk
  if (!host.sandbox.usable)
    throw new AppError('resize-refused', { details: { reason: `making a disk smaller needs the sandbox, and ${host.sandbox.reason}` } })
  const options = JSON.stringify({ ...blockOptions(node, 'read-write'), 'node-name': 'disk' })
  const words = [options, host.find('qemu-storage-daemon'), host.find('sfdisk'), String(bytes), table]
  await host.run('sh', ['-c', SCRIPT, 'diskwright-shrink', ...words], {
    access: { read: readFiles, write: [node.path] },
    mayMount: true,
    timeoutMs: 120_000,
    shown: ['qemu-img', 'resize', '--shrink', '-f', node.driver, node.path, String(bytes)],
  })
}
