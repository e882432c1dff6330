import { expect, test } from 'vitest'
import { parseApplyReport } from '#core/tools/qemu-nbd/apply-report'
import { parseDevices } from '#core/tools/qemu-nbd/devices'
import { SLOW, scenario } from './scenario'

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
