import fs from 'node:fs/promises'
import path from 'node:path'
import type { BlockNode } from '#shared/images/block-node'
import type { Host } from '#core/process/host'
import { runUml } from '#core/tools/uml/run-uml'
import { FAT_MODULES } from '#core/tools/uml/scripts'

export interface Place {
  readonly partition: number
  readonly filesystem: string
  readonly path: string
}

export interface Seen {
  readonly inode: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly selinux: string
  readonly content: Buffer
}

const STEPS = `
load ${FAT_MODULES} 2>/dev/null
root=/m/tmp/mnt
mkdir "$root"
number=1
while [ -d "/m/work/see/$number" ]; do
  place=/m/work/see/$number
  read -r partition <"$place/partition"
  read -r type <"$place/filesystem"
  path=$(cat "$place/path"; printf x)
  file=$root\${path%x}
  mode=noatime
  [ "$type" = vfat ] && mode=noatime,utf8=1
  busybox mount -t "$type" -o "$mode" "/dev/ubda$partition" "$root"
  stat -c '%i %a %u %g %Y' "$file" >"$place/stat"
  getfattr --absolute-names -n security.selinux --only-values "$file" >"$place/selinux" 2>/dev/null
  cat "$file" >"$place/content"
  busybox umount "$root"
  number=$((number + 1))
done
`

/** Looks at files with a kernel that has seen nothing of what was written before: a fresh boot. */
export async function observe(
  host: Host,
  disk: { node: BlockNode; readFiles: readonly string[] },
  places: readonly Place[],
  folder: string,
): Promise<Seen[]> {
  const work = await fs.mkdtemp(path.join(folder, 'see-'))
  const folders = places.map((_, index) => path.join(work, 'see', String(index + 1)))
  for (const [index, place] of places.entries()) {
    const own = folders[index] ?? work
    await fs.mkdir(own, { recursive: true })
    await fs.writeFile(path.join(own, 'partition'), `${place.partition}\n`)
    await fs.writeFile(path.join(own, 'filesystem'), `${place.filesystem}\n`)
    await fs.writeFile(path.join(own, 'path'), place.path)
  }
  await runUml(host, { ...disk, folder: work, steps: STEPS })
  return Promise.all(folders.map(readSeen))
}

async function readSeen(folder: string): Promise<Seen> {
  const [inode, mode, uid, gid, mtime] = (await fs.readFile(path.join(folder, 'stat'), 'utf8')).trim().split(' ')
  return {
    inode: Number(inode),
    mode: Number.parseInt(mode ?? '', 8),
    uid: Number(uid),
    gid: Number(gid),
    mtime: Number(mtime),
    selinux: (await fs.readFile(path.join(folder, 'selinux'), 'utf8')).replace(/\0$/, ''),
    content: await fs.readFile(path.join(folder, 'content')),
  }
}
