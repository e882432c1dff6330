import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import type { Host } from '../../process/host.js'
import { driverProblem, readRecords, writableDisk } from './run-uml.js'
import { FAT_MODULES, INIT_SCRIPT } from './scripts.js'

const MEMORY_MIB = 256

export interface TrimVolume {
  /** As in the partition table; 0 is the whole disk. */
  readonly partition: number
  /** The kernel's name: `ext4`, `xfs`, `btrfs`, `vfat` … */
  readonly filesystem: string
}

export interface TrimResult extends TrimVolume {
  /** Bytes that the file system said to be free; null where it was not trimmed. */
  readonly trimmedBytes: number | null
  /** Why it was not trimmed. */
  readonly reason: string
}

/**
 * Shows the disk as a virtio disk (qemu-storage-daemon, vhost-user) and boots User-Mode Linux on it. Its own disks (ubd) discard
 * 32 KiB at a time, which no cluster of an image is made of: 8 GiB took eleven seconds that way and two this way (measured).
 *
 * Arguments: work folder, blockdev JSON, qemu-storage-daemon, setpriv, linux.uml, memory in MiB.
 */
const TRIM_DRIVER = `set -u
ln -s "$1" /m/work
mkdir /m/tmp
( "$3" --blockdev "$2" --pidfile /m/pid \\
    --export type=vhost-user-blk,id=export,node-name=disk,addr.type=unix,addr.path=/m/socket,writable=on,logical-block-size=512 </dev/null >&2
  echo $? > /m/ended ) &
while [ ! -s /m/pid ]; do
  if [ -e /m/ended ]; then echo "daemon $(cat /m/ended)"; exit 0; fi
  sleep 0.01
done
"$4" --no-new-privs --inh-caps=-all --bounding-set=-all -- \\
  "$5" mem="$6"M virtio_uml.device=/m/socket:2 root=/dev/root rootfstype=hostfs rootflags=/ rw init=/m/work/init.sh con=null con0=fd:0,fd:1 quiet initcall_blacklist=raid6_select_algo </dev/null >&2
echo "uml $?"
kill -TERM "$(cat /m/pid)"
wait
echo "daemon $(cat /m/ended)"
`

/**
 * What the guest does with each file system of the list: replay its journal, note what is in it (names, modes, owners, times, sizes and
 * the bytes of all files), give back its free blocks (fstrim(8)), and note it again from a new mount. Names from the image never get
 * into a command line: find(1) hands them on, each ended by a NUL.
 */
const TRIM_STEPS = `load drivers/block/virtio_blk
mkdir /m/tmp/dev /m/tmp/root
busybox mount -t devtmpfs dev /m/tmp/dev || echo 'broken dev' >&3
options_for() { case $1 in vfat) echo utf8=1 ;; xfs) echo nouuid ;; *) echo noatime ;; esac; }
content() {
  ( cd /m/tmp/root && {
    find . -printf '%P\\0%y %m %U %G %n %l\\0'
    find . ! -type d -printf '%P\\0%s %T@\\0'
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum -z --
  } | LC_ALL=C sort -z | sha256sum )
}
sound() {
  case $1 in
    ext[234]) e2fsck -f -n "$2" ;;
    xfs) xfs_repair -n "$2" ;;
    btrfs) btrfs check --readonly "$2" ;;
    vfat) fsck.fat -n "$2" ;;
  esac >&2
}
trim() {
  device=/m/tmp/dev/vda$1
  [ "$1" = 0 ] && device=/m/tmp/dev/vda
  [ -b "$device" ] || { echo "no there is no such partition"; return; }
  at="nosuid,nodev,noexec,noatime,$(options_for "$2")"
  busybox mount -t "$2" -o "$at" "$device" /m/tmp/root || { echo "no it cannot be mounted for writing"; return; }
  before=$(content)
  busybox umount /m/tmp/root || { echo "broken umount"; return; }
  sound "$2" "$device"; was=$?
  busybox mount -t "$2" -o "$at" "$device" /m/tmp/root || { echo "broken mount"; return; }
  said=$(fstrim -v /m/tmp/root 2>&1); code=$?
  sync
  busybox umount /m/tmp/root || { echo "broken umount"; return; }
  echo "$said" >&2
  busybox mount -t "$2" -o "ro,$at" "$device" /m/tmp/root || { echo "differs it cannot be mounted any more"; return; }
  after=$(content)
  busybox umount /m/tmp/root || { echo "broken umount"; return; }
  sound "$2" "$device"; is=$?
  [ "$before" = "$after" ] || { echo "differs its files are not what they were"; return; }
  [ "$was" != 0 ] || [ "$is" = 0 ] || { echo "differs its own check finds errors that were not there"; return; }
  [ "$code" = 0 ] || { echo "no its kernel driver does not tell what is free"; return; }
  bytes=\${said##*(}
  echo "ok \${bytes%% *}"
}
while read -r number type; do
  if [ "$type" = vfat ]; then load ${FAT_MODULES} 2>/dev/null; fi
  echo "volume $number $(trim "$number" "$type")" >&3
done </m/work/volumes
busybox umount /m/tmp/dev
`

/**
 * Lets a Linux kernel give back the free blocks of file systems. The disk is a throw-away overlay: where anything goes wrong, it is of no
 * use. Files are read before and after, and have to be the same.
 *
 * @throws AppError `engine-unavailable` (no sandbox), `engine-failed`, `verify-mismatch`, `tool-missing`, `tool-timeout`, `cancelled`
 */
export async function trimDisk(
  host: Host,
  request: {
    readonly node: BlockNode
    readonly readFiles: readonly string[]
    /** A private folder. */
    readonly folder: string
    readonly volumes: readonly TrimVolume[]
    readonly timeoutMs: number
  },
): Promise<readonly TrimResult[]> {
  if (!host.sandbox.usable) throw new AppError('engine-unavailable', { details: { engine: 'uml', reason: host.sandbox.reason } })
  const { node, folder, volumes } = request
  await fs.writeFile(path.join(folder, 'init.sh'), INIT_SCRIPT, { mode: 0o755 })
  await fs.writeFile(path.join(folder, 'steps.sh'), TRIM_STEPS)
  await fs.writeFile(path.join(folder, 'volumes'), volumes.map(({ partition, filesystem }) => `${partition} ${filesystem}\n`).join(''))
  const words = [host.find('qemu-storage-daemon'), host.find('setpriv'), host.find('linux.uml'), String(MEMORY_MIB)]
  const result = await host.run('sh', ['-c', TRIM_DRIVER, 'diskwright-trim', folder, JSON.stringify(discardingDisk(node)), ...words], {
    access: { read: request.readFiles, write: [node.path, folder] },
    mayMount: true,
    timeoutMs: request.timeoutMs,
    shown: ['linux.uml', `mem=${MEMORY_MIB}M`, 'virtio_uml.device=SOCKET:2', 'root=/dev/root', 'rootfstype=hostfs', 'init=/m/work/init.sh'],
  })
  const failed = (reason: string): AppError =>
    new AppError('engine-failed', { details: { engine: 'uml', reason }, toolOutput: result.stderr })
  const records = await readRecords(folder)
  const problem = driverProblem(result, records !== null)
  if (problem !== null) throw failed(problem)
  const results = records === null ? null : parseTrimRecords(records, volumes)
  if (results === null) throw failed('its steps did not get to their end')
  const wrong = results.find(({ word }) => word === 'differs')
  if (wrong) {
    const details = { path: `partition ${wrong.partition}`, reason: wrong.reason }
    throw new AppError('verify-mismatch', { details, toolOutput: result.stderr })
  }
  return results
}

/** Discards get through to the file of the overlay, which is what gives its clusters back. QEMU QAPI `BlockdevDiscardOptions`. */
export function discardingDisk(node: BlockNode): Readonly<Record<string, unknown>> {
  const disk = writableDisk(node)
  return { ...disk, discard: 'unmap', file: { ...(disk['file'] as Record<string, unknown>), discard: 'unmap' } }
}

/** Records such as `volume 2 ok 1048576`; null where one is missing or says that a mount is stuck. */
export function parseTrimRecords(
  records: readonly string[],
  volumes: readonly TrimVolume[],
): (TrimResult & { readonly word: 'ok' | 'no' | 'differs' })[] | null {
  const results = volumes.map((volume) => {
    const prefix = `volume ${volume.partition} `
    const record = records.find((line) => line.startsWith(prefix))?.slice(prefix.length)
    const match = record === undefined ? null : /^(?:(ok) (\d+)|(no|differs) (.+))$/.exec(record)
    if (match === null) return null
    const [, ok, bytes, word, reason = ''] = match
    if (ok !== undefined) return { ...volume, word: 'ok' as const, trimmedBytes: Number(bytes), reason: '' }
    return { ...volume, word: word === 'no' ? ('no' as const) : ('differs' as const), trimmedBytes: null, reason }
  })
  return results.every((result) => result !== null) ? results : null
}
