import { beforeAll, expect, test } from 'vitest'
import type { EngineOperation } from '#core/guest/engine'
import { writeOperations } from '#core/guest/engines/write-operations'
import type { Host } from '#core/process/host'
import { parseApplyReport } from '#core/tools/qemu-nbd/apply-report'
import { parseDevices } from '#core/tools/qemu-nbd/devices'
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
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do "$@" && return 0; sleep 0.2; done
  return 1
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

let host: Host
beforeAll(async () => {
  host = await builderHost()
})

interface Scenario extends MachineRun {
  /** What came after `say NAME` up to the next one. */
  part(name: string): string
}

async function scenario(script: string): Promise<Scenario> {
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

test('attaches and detaches twenty times, and all twenty writes are there', async () => {
  const run = await scenario(`
load_nbd
make_disk /run/disk
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  make_folder /run/w
  printf '/made-%s' "$round" >/run/w/ops/1/path
  serve /run/w /run/disk
  say "round $round"
  apply /run/w
  echo "code $code"
  end_server
  rm -rf /run/w
done
say listed
sh "$helper" list
say marks
ls /run/diskwright /var/tmp
say files
busybox losetup -o 1048576 /dev/loop0 /run/disk 2>/dev/null || { busybox insmod "$modules/drivers/block/loop.ko"; busybox losetup -o 1048576 /dev/loop0 /run/disk; }
mount_folder /dev/loop0
ls /run/mnt | grep -c '^made-'
`)
  for (let round = 1; round <= 20; round++) {
    const part = run.part(`round ${round}`)
    expect(part).toContain('code 0')
    expect(parseApplyReport(part.replace(/code \d+\n$/, '')), run.stderr).toMatchObject({
      device: '/dev/nbd0',
      complete: true,
      records: ['mounted 1 clean', '1 ok', 'unmounted 1'],
    })
  }
  expect(run.part('listed')).toBe('')
  expect(run.part('marks').match(/lock|nbd\S*/g)).toEqual(['lock'])
  expect(run.part('files')).toBe('20\n')
})

test('runs as another user through polkit: operations are read with their rights, the disk is theirs', async () => {
  const run = await scenario(`
load_nbd
make_disk /run/disk
chown 1234 /run/disk
make_folder /run/w
printf 'of another user' >/run/secret; chmod 600 /run/secret
chown -R 1234:1234 /run/w
serve /run/w /run/disk setpriv --reuid 1234 --regid 1234 --clear-groups
export PKEXEC_UID=1234
say done
apply /run/w
say secret
ln -sf /run/secret /run/w/ops/1/content
apply /run/w
say uid
PKEXEC_UID=5678 sh "$helper" apply /run/w </run/lifeline
say odd
PKEXEC_UID='1234 0' sh "$helper" apply /run/w </run/lifeline
`)
  expect(parseApplyReport(run.part('done'))).toMatchObject({ complete: true, records: ['mounted 1 clean', '1 ok', 'unmounted 1'] })
  expect(run.part('secret')).toBe('broken the operations cannot be read\n')
  expect(run.part('uid')).toBe('refused the folder belongs to another user\n')
  expect(run.part('odd')).toBe('refused the user who asks is not known\n')
})

test('a device that another program has attached is not taken, not listed as ours and not released', async () => {
  const run = await scenario(`
load_nbd
make_disk /run/other
make_disk /run/disk
qemu-nbd -f raw -c /dev/nbd0 -k /run/other.socket /run/other
settle [ -e /sys/block/nbd0/pid ]
make_folder /run/w
serve /run/w /run/disk
say applied
apply /run/w
say listed
sh "$helper" list
say release
sh "$helper" release /dev/nbd0
echo "code $?"
say still
cat /sys/block/nbd0/size
say locked
exec 9</dev/nbd1
flock 9
apply /run/w
exec 9<&-
`)
  expect(run.part('applied')).toMatch(/^attached \/dev\/nbd1\n/)
  expect(parseApplyReport(run.part('applied')).complete).toBe(true)
  expect(parseDevices(run.part('listed'))).toMatchObject([{ device: '/dev/nbd0', state: 'foreign', uid: null, bytes: 64 * 1024 ** 2 }])
  expect(run.part('release')).toBe('refused another program attached it\ncode 2\n')
  expect(run.part('still')).toBe('131072\n')
  expect(run.part('locked'), 'a device that someone has locked').toMatch(/^attached \/dev\/nbd(?!1\n)\d+\n/)
})

/** Makes the steps wait with the file system mounted, until the file /run/go is there. */
const SLOW = `
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

test('the daemon that serves the disk dies in the middle: the run fails and the device is free again', async () => {
  const run = await scenario(`
load_nbd
${SLOW}
make_disk /run/disk
make_folder /run/w
serve /run/w /run/disk
say apply
sh "$helper" apply /run/w </run/lifeline >/run/said &
job=$!
settle grep -q mounted /run/said
say running
sh "$helper" list
say release
sh "$helper" release /dev/nbd0
kill -KILL "$(cat /run/w/pid)"
sleep 0.3
kill "$lifeline"
wait "$job"
echo "code $?"
say said
cat /run/said
say listed
sh "$helper" list
`)
  expect(parseDevices(run.part('running'))).toMatchObject([{ device: '/dev/nbd0', state: 'running', uid: 0, folder: '/run/w' }])
  expect(run.part('release')).toMatch(/^refused a run of Diskwright is using it\n/)
  expect(parseApplyReport(run.part('said'))).toMatchObject({ device: '/dev/nbd0', complete: false })
  expect(run.part('said')).toMatch(/released\n$/)
  expect(run.part('listed')).toBe('')
})

test('the end of its input ends a run: unmounted, detached, nothing left', async () => {
  const run = await scenario(`
load_nbd
${SLOW}
make_disk /run/disk
make_folder /run/w
serve /run/w /run/disk
sh "$helper" apply /run/w </run/lifeline >/run/said &
job=$!
settle grep -q mounted /run/said
kill "$lifeline"
wait "$job"
say ended
echo "code $?"
cat /run/said
say left
sh "$helper" list
ls /run/diskwright /var/tmp
say check
dd if=/run/disk of=/run/part bs=1M skip=1 status=none
e2fsck -fn /run/part >&2; echo "fsck $?"
debugfs -R 'cat /file' /run/part 2>/dev/null
`)
  expect(run.part('ended')).toMatch(/attached \/dev\/nbd0\nmounted 1 clean\nreleased\n$/)
  expect(run.part('left').match(/device|nbd\S*/g)).toBeNull()
  expect(run.part('check')).toBe('fsck 0\ndata\n')
})

test('a helper that is killed takes everything with it; what nevertheless stays attached is listed and released', async () => {
  const run = await scenario(`
load_nbd
${SLOW}
make_disk /run/disk
make_folder /run/w
serve /run/w /run/disk
sh "$helper" apply /run/w </run/lifeline >/run/said &
job=$!
settle grep -q mounted /run/said
kill -KILL "$job"
wait "$job" 2>/dev/null
free() { [ ! -e /sys/block/nbd0/pid ]; }
settle free
say killed
sh "$helper" list
say orphan
# The same, but the relay outlives its helper: as where the parent's death does not reach it.
sed -i 's/setpriv --pdeathsig KILL --no-new-privs/setpriv --no-new-privs/' "$helper"
end_server
rm -rf /run/w; make_folder /run/w; chown -R 1234:1234 /run/w /run/disk
serve /run/w /run/disk setpriv --reuid 1234 --regid 1234 --clear-groups
PKEXEC_UID=1234 sh "$helper" apply /run/w </run/lifeline >/run/said 2>/run/err &
job=$!
settle grep -q attached /run/said
settle grep -q mounted /run/said
kill -KILL "$job"
wait "$job" 2>/dev/null
sleep 0.5
sh "$helper" list
say not-theirs
PKEXEC_UID=5678 sh "$helper" release "$(sed -n 's/^attached //p' /run/said)"
say mounted
mkdir /run/mnt
busybox mount -t ext4 "$(sed -n 's/^attached //p' /run/said)p1" /run/mnt && sh "$helper" release "$(sed -n 's/^attached //p' /run/said)"
busybox umount /run/mnt
say released
PKEXEC_UID=1234 sh "$helper" release "$(sed -n 's/^attached //p' /run/said)"
echo "code $?"
say free
sh "$helper" list
say server
rm -rf /run/w; make_folder /run/w
end_server; serve /run/w /run/disk
sh "$helper" apply /run/w </run/lifeline >/run/said &
job=$!
settle grep -q mounted /run/said
kill -KILL "$job" "$(cat /run/w/pid)"
sleep 0.5
sh "$helper" list
say freed
sh "$helper" release "$(sed -n 's/^attached //p' /run/said)"
say none
sh "$helper" list
`)
  expect(run.part('killed'), run.stderr).toBe('')
  expect(parseDevices(run.part('orphan')), run.stderr).toMatchObject([
    { state: 'orphan', uid: 1234, folder: '/run/w', bytes: 64 * 1024 ** 2 },
  ])
  expect(run.part('not-theirs')).toBe('refused it was attached by another user\n')
  expect(run.part('mounted')).toBe('refused it is mounted or in use\n')
  expect(run.part('released')).toBe('free\ncode 0\n')
  expect(run.part('free')).toBe('')
  expect(parseDevices(run.part('server')), run.stderr).toMatchObject([{ state: 'orphan', uid: 0, folder: '/run/w' }])
  expect(run.part('freed')).toBe('free\n')
  expect(run.part('none')).toBe('')
})

test('folders that are not the caller’s own, links and odd arguments are refused before anything is attached', async () => {
  const run = await scenario(`
load_nbd
make_disk /run/disk
make_folder /run/w
serve /run/w /run/disk
try() { say "$1"; shift; sh "$helper" "$@" </run/lifeline 2>/dev/null; echo "code $?"; }
ln -s /run/w /run/link
mkdir -p /run/real && ln -s /run/real /run/way && mkdir -m 700 /run/real/w
try link apply /run/link
try way apply /run/way/w
try relative apply run/w
try dots apply /run/real/../w
try slash apply /run/w/
try missing apply /run/nothing
try file apply /run/disk
try newline apply '/run/w
'
mkdir -m 700 /run/foreign && chown 1234 /run/foreign
try foreign apply /run/foreign
chmod 770 /run/w; try group apply /run/w
chmod 702 /run/w; try world apply /run/w
chmod 700 /run/w
mv /run/w/ops /run/ops && ln -s /run/ops /run/w/ops; try ops apply /run/w
rm /run/w/ops; mv /run/ops /run/w/ops
mv /run/w/socket /run/socket && ln -s /run/socket /run/w/socket; try socket apply /run/w
rm /run/w/socket; try nothing apply /run/w
mv /run/socket /run/w/socket
try none
try two apply /run/w /run/w
try verb attach /run/w
try option --help
try injection 'apply;id' /run/w
try code apply '/run/$(touch /run/hit)'
try list list /dev/nbd0
try name release nbd0
try disk release /dev/sda
try traversal release /dev/nbd0/../sda
try part release /dev/nbd0p1
try glob release '/dev/nbd*'
try absent release /dev/nbd99
try leading release /dev/nbd
say hit
ls /run/hit 2>/dev/null
say user
cp "$helper" /run/helper; helper=/run/helper
setpriv --reuid 1234 --regid 1234 --clear-groups sh "$helper" release /dev/nbd0
setpriv --reuid 1234 --regid 1234 --clear-groups sh "$helper" list; echo "code $?"
say attached
sh "$helper" list
ls /var/tmp
`)
  const refusals = {
    link: 'the path of the folder leads through a link',
    way: 'the path of the folder leads through a link',
    relative: 'the folder is not an absolute path',
    dots: 'the path of the folder leads through a link',
    slash: 'the path of the folder leads through a link',
    missing: 'there is no such folder',
    file: 'there is no such folder',
    newline: 'the name of the folder holds control characters',
    foreign: 'the folder belongs to another user',
    group: 'others may write to the folder',
    world: 'others may write to the folder',
    ops: 'the folder holds no operations',
    socket: 'no disk is served in the folder',
    nothing: 'no disk is served in the folder',
    none: 'not one of its verbs',
    two: 'not one of its verbs',
    verb: 'not one of its verbs',
    option: 'not one of its verbs',
    injection: 'not one of its verbs',
    code: 'there is no such folder',
    list: 'not one of its verbs',
    name: 'not the name of an nbd device',
    disk: 'not the name of an nbd device',
    traversal: 'not the name of an nbd device',
    part: 'not the name of an nbd device',
    glob: 'not the name of an nbd device',
    absent: 'there is no such device',
    leading: 'not the name of an nbd device',
  }
  for (const [name, reason] of Object.entries(refusals)) expect(run.part(name), name).toBe(`refused ${reason}\ncode 2\n`)
  expect(run.part('hit')).toBe('')
  expect(run.part('user')).toBe('refused only root may do this\ncode 0\n')
  expect(run.part('attached')).toBe('')
})

test('a module without partitions is told from none at all', async () => {
  const run = await scenario(`
make_disk /run/disk
make_folder /run/w
serve /run/w /run/disk
say none
apply /run/w
load_nbd max_part=0
say flat
apply /run/w
`)
  expect(run.part('none')).toBe('refused this kernel has no nbd module\n')
  expect(run.part('flat')).toMatch(/^refused the nbd module was loaded without partitions/)
})
