import { expect, test } from 'vitest'
import { parseApplyReport } from '#core/tools/qemu-nbd/apply-report'
import { parseDevices } from '#core/tools/qemu-nbd/devices'
import { scenario } from './scenario'

test('attaches and detaches twenty times, and all twenty writes are there', async () => {
  const run = await scenario(`
load_nbd
make_disk /run/disk
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  make_folder /run/w
  sed -i "s,/made[-0-9a-z]*,/made-$round," /run/w/ops/fields
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
