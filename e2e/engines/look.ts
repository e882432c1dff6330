import fs from 'node:fs/promises'
import path from 'node:path'
import type { BlockNode } from '#shared/images/block-node'
import type { Host } from '#core/process/host'
import { runUml } from '#core/tools/uml/run-uml'
import { FAT_MODULES } from '#core/tools/uml/scripts'
import type { Place } from './observe.js'

export interface Look {
  readonly type: 'file' | 'folder' | 'link' | 'other'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly selinux: string
  /** Of a link. */
  readonly target: string
  /** Of a file. */
  readonly content: string
  /** A file of this machine that holds the same bytes. */
  readonly hostFile: string
}

export interface DiskLook {
  /** `sfdisk -d`. */
  readonly table: string
  /** What `sfdisk --verify` says. */
  readonly verify: string
  /** UUID by partition. */
  readonly uuids: ReadonlyMap<number, string>
}

/** Nothing of the engines' own program: coreutils look at what is there, and never through a link at the end of a path. */
const STEPS = `
load ${FAT_MODULES} 2>/dev/null
root=/m/tmp/mnt
mkdir "$root"
mounted=
for place in $(busybox seq 1 "$(busybox cat /m/work/count)"); do
  place=/m/work/see/$place
  read -r partition <"$place/partition"
  read -r type <"$place/filesystem"
  if [ "$mounted" != "$partition" ]; then
    [ -z "$mounted" ] || busybox umount "$root"
    options=noatime
    [ "$type" = vfat ] && options=noatime,utf8=1
    busybox mount -t "$type" -o "$options" "/dev/ubda$partition" "$root" || echo "failed mount of $partition" >&3
    mounted=$partition
  fi
  path=$(busybox cat "$place/path"; printf x)
  file=$root\${path%x}
  if [ ! -e "$file" ] && [ ! -L "$file" ]; then continue; fi
  busybox stat -c '%f %u %g' "$file" >"$place/stat"
  getfattr -h --absolute-names -n security.selinux --only-values -- "$file" >"$place/selinux" 2>/dev/null
  if [ -L "$file" ]; then busybox readlink -n -- "$file" >"$place/target"; elif [ -f "$file" ]; then busybox cat <"$file" >"$place/content"; fi
done
[ -z "$mounted" ] || busybox umount "$root"
sfdisk -d /dev/ubda >/m/work/table 2>/dev/null
sfdisk --verify /dev/ubda >/m/work/verify 2>&1
for device in /dev/ubda?*; do
  echo "\${device#/dev/ubda} $(blkid -p -s UUID -o value "$device")" >>/m/work/uuids
done
for device in /dev/ubda?*; do
  case $(blkid -p -s TYPE -o value "$device") in
    ext4) e2fsck -fn "$device" >/dev/null 2>&1 || echo "failed check of $device" >&3 ;;
    vfat) fsck.fat -n "$device" >/dev/null 2>&1 || echo "failed check of $device" >&3 ;;
    btrfs) btrfs check "$device" >/dev/null 2>&1 || echo "failed check of $device" >&3 ;;
    xfs) xfs_repair -n "$device" >/dev/null 2>&1 || echo "failed check of $device" >&3 ;;
  esac
done
`

/** Looks at places and at the whole disk with a kernel that has seen nothing of what was written before: a fresh boot. */
export async function look(
  host: Host,
  disk: { node: BlockNode; readFiles: readonly string[] },
  places: readonly Place[],
  folder: string,
): Promise<{ places: ((Omit<Look, 'hostFile' | 'content'> & { content: Buffer }) | null)[]; disk: DiskLook }> {
  const work = await fs.mkdtemp(path.join(folder, 'look-'))
  await fs.writeFile(path.join(work, 'count'), String(places.length))
  const folders = places.map((_, index) => path.join(work, 'see', String(index + 1)))
  for (const [index, place] of places.entries()) {
    const own = folders[index] ?? work
    await fs.mkdir(own, { recursive: true })
    await fs.writeFile(path.join(own, 'partition'), `${place.partition}\n`)
    await fs.writeFile(path.join(own, 'filesystem'), `${place.filesystem}\n`)
    await fs.writeFile(path.join(own, 'path'), place.path)
  }
  const run = await runUml(host, { ...disk, folder: work, steps: STEPS })
  const failed = run.records.filter((record) => record.startsWith('failed '))
  if (failed.length > 0) throw new Error(`${failed.join(', ')}\n${run.console}`)
  const text = (name: string): Promise<string> => fs.readFile(path.join(work, name), 'utf8')
  const uuids = (await text('uuids')).split('\n').map((line): [number, string] => {
    const [number, uuid] = line.split(' ')
    return [Number(number), uuid ?? '']
  })
  return {
    places: await Promise.all(folders.map(readLook)),
    disk: { table: await text('table'), verify: await text('verify'), uuids: new Map(uuids) },
  }
}

const TYPES: Readonly<Record<number, Look['type']>> = { 0x8000: 'file', 0x4000: 'folder', 0xa000: 'link' }

async function readLook(folder: string): Promise<(Omit<Look, 'hostFile' | 'content'> & { content: Buffer }) | null> {
  const bytes = (name: string): Promise<Buffer> => fs.readFile(path.join(folder, name)).catch(() => Buffer.alloc(0))
  const stat = (await bytes('stat')).toString().trim()
  if (stat === '') return null
  const [mode = '', uid, gid] = stat.split(' ')
  const bits = Number.parseInt(mode, 16)
  return {
    type: TYPES[bits & 0xf000] ?? 'other',
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    selinux: (await bytes('selinux')).toString().replace(/\0$/, ''),
    target: (await bytes('target')).toString(),
    content: await bytes('content'),
  }
}
