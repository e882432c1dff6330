import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Host } from '#core/process/host'
import { type CommandLine, openCommandLine } from '../cli/command-line'
import { builderHost } from '../images/builder-host'
import { type MachineRun, runInMachine } from './uml-machine'

/**
 * The built program as root on a machine whose kernel has nbd: nothing stands in for anything. The machine is slow (a save that takes two
 * seconds on a host takes most of a minute), so there is one save that ends and one that is killed.
 */
let host: Host
let line: CommandLine
let app: string
beforeAll(async () => {
  host = await builderHost()
  line = await openCommandLine()
  app = path.resolve(path.dirname(line.bin), '../..')
  await fs.cp(path.resolve(import.meta.dirname, '../../resources/libexec'), path.join(app, 'resources/libexec'), { recursive: true })
  await line.copy('mbr', 'a.qcow2')
})
afterAll(() => line.close())

const COMMON = `
load_nbd
busybox insmod "$modules/fs/fuse/fuse.ko"
mkdir /run/home
export HOME=/run/home
cp -r "$(cat "$here/app")" /run/app
cp "$(cat "$here/images")/a.qcow2" /run/home/a.qcow2
diskwright() { "$(cat "$here/node")" /run/app/out/cli/diskwright.js "$@"; }
`

function runProduct(script: string): Promise<MachineRun> {
  return runInMachine(host, {
    script: `${COMMON}\n${script}`,
    files: { app, images: line.folder, node: process.execPath },
    access: { read: [app, line.folder, ...(process.execPath.startsWith('/usr/') ? [] : [process.execPath])] },
    timeoutMs: 580_000,
  })
}

test('saves with the engine nbd when it is asked for, and says what that means first', { timeout: 600_000 }, async () => {
  const run = await runProduct(`
sum=$(sha256sum </run/home/a.qcow2)
diskwright --json boot set /run/home/a.qcow2 --all --append dw.test=1 -o /run/home/b.qcow2 --engine nbd >"$here/result" 2>"$here/events"
code=$?
echo "code $code"
grep -o 'Engine nbd writes the edits[^"]*' "$here/events" | head -n 1
grep -o '"engine":[^,]*' "$here/result" | head -n 1
[ "$sum" = "$(sha256sum </run/home/a.qcow2)" ] && echo unchanged
qemu-nbd -f qcow2 -r -c /dev/nbd5 -k /run/look /run/home/b.qcow2
until [ -b /dev/nbd5p1 ]; do sleep 0.2; done
mkdir /run/look-at && for part in /dev/nbd5p*; do busybox mount -o ro,noload -t ext4 "$part" /run/look-at && grep -rho 'dw.test=1' /run/look-at; done | sort -u
`)
  expect(run.stdout, run.stderr).toMatch(
    /^code 0\nEngine nbd writes the edits\. .*kernel read the file systems of the image as root.*\n"engine": ?"nbd"\nunchanged\ndw\.test=1\n$/,
  )
})

test('a save that is killed leaves a device that is found, offered and released', { timeout: 600_000 }, async () => {
  const run = await runProduct(`
# What keeps the device is a relay that the death of its helper does not reach.
sed -i 's/setpriv --pdeathsig KILL --no-new-privs/setpriv --no-new-privs/' /run/app/resources/libexec/diskwright-nbd
sed -i '2i while :; do sleep 1; done' /run/app/resources/libexec/nbd-steps.sh
diskwright boot set /run/home/a.qcow2 --all --append dw.test=1 -o /run/home/b.qcow2 --engine nbd >/dev/null 2>&1 &
until [ "$(cat /sys/block/nbd0/size)" != 0 ]; do sleep 0.2; done
sleep 1
for pid in /proc/[0-9]*; do
  case $(tr '\\0' ' ' <"$pid/cmdline" 2>/dev/null) in *diskwright.js*) kill -KILL "\${pid#/proc/}" ;; esac
done
sleep 1
echo "left $(cat /sys/block/nbd0/size)"
diskwright jobs recover --dry-run | grep nbd-device
diskwright jobs recover >/dev/null
echo "code $?"
echo "now $(cat /sys/block/nbd0/size)"
diskwright jobs recover
`)
  expect(run.stdout, run.stderr).toMatch(
    /^left [1-9]\d*\nnbd-device +\/dev\/nbd0 +.*a\.qcow2.*\ncode 0\nnow 0\nNothing was left behind\.\n$/,
  )
})
