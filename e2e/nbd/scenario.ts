import type { EngineOperation } from '#core/guest/engine'
import { writeOperations } from '#core/guest/engines/write-operations'
import { builderHost } from '../images/builder-host'
import { type MachineRun, runInMachine } from './uml-machine'

/**
 * Shell functions for the scenarios: a disk of 64 MiB with one ext4 partition, served in a folder of its own like the engine does, and an
 * operation that makes a file on it. `say` marks what belongs to which step of a scenario.
 */
const COMMON = `
say() { echo "== $*"; }
make_disk() { # FILE
  truncate -s 64M "$1"
  echo 'start=2048,type=83' | sfdisk -q "$1"
  mkfs.ext4 -q -E offset=1048576 "$1" 60M
}
make_folder() { # FOLDER
  mkdir -m 700 "$1" && cp -r "$here/ops" "$1/ops"
}
serve() { # FOLDER DISK [PREFIX...]
  folder=$1 disk=$2
  shift 2
  rm -f "$folder/pid"
  ( cd "$folder" && exec "$@" qemu-storage-daemon --blockdev "driver=file,filename=$disk,node-name=disk" --pidfile "$folder/pid" \\
      --nbd-server addr.type=unix,addr.path=socket --export type=nbd,id=e,node-name=disk,name=disk,writable=on ) </dev/null &
  server=$!
  while [ ! -s "$folder/pid" ]; do sleep 0.02; done
}
end_server() { kill -TERM "$server"; wait "$server"; }
mkfifo /run/lifeline
sleep 600 >/run/lifeline &
lifeline=$!
apply() { sh "$helper" apply "$@" </run/lifeline; code=$?; }
mount_folder() { mkdir -p /run/mnt && busybox mount -t ext4 "$1" /run/mnt; }
settle() { # CONDITION...
  until "$@"; do sleep 0.2; done
}
`

const MAKE_FILE: EngineOperation = {
  kind: 'create-file',
  partition: 1,
  filesystem: 'ext4',
  path: '/made',
  content: Buffer.from('made here'),
  mode: 0o644,
  uid: 0,
  gid: 0,
  selinux: null,
}

export interface Scenario extends MachineRun {
  /** What came after `say NAME` up to the next one. */
  part(name: string): string
}

/** Boots a machine of its own for one scenario. */
export async function scenario(script: string): Promise<Scenario> {
  const host = await builderHost()
  const run = await runInMachine(host, {
    script: `${COMMON}\n${script}`,
    prepare: (folder) => writeOperations(folder, [MAKE_FILE]),
  })
  const parts = new Map(
    run.stdout
      .split(/^== /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1)]),
  )
  return { ...run, part: (name) => parts.get(name) ?? `no part ${name}: ${run.stdout}${run.stderr}` }
}

/** Makes the steps wait with the file system mounted, until the file /run/go is there. */
export const SLOW = `
mkdir /run/slow && cp "$helper" /run/slow/diskwright-nbd
cat >/run/slow/nbd-steps.sh <<'STEPS'
exec 3>&1 1>&2
mkdir /m/tmp/mnt
busybox mount -t ext4 "\${disk}p1" /m/tmp/mnt && echo 'mounted 1 clean' >&3
echo data >/m/tmp/mnt/file
while [ ! -e /m/tmp/mnt/never ]; do sleep 0.1; done
STEPS
helper=/run/slow/diskwright-nbd
`
