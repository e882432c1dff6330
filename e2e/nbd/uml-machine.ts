import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Access, Host } from '#core/process/host'
import { findHelper } from '#core/tools/qemu-nbd/find-helper'
import { ABORTED, abortedAfterHalt } from '#core/tools/uml/run-uml'
import { FAT_MODULES } from '#core/tools/uml/scripts'

/**
 * First process of a machine for the privileged helper: User-Mode Linux with the sandbox's file system as root and the package's own
 * `nbd.ko`. It has what a host with systemd has and the helper relies on: /proc, /sys, /dev with nodes made by the kernel (which
 * mounts it by itself), and /run in memory.
 * File system modules are loaded here, for this kernel finds no modprobe to ask.
 */
const INIT = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/tmp
here=$(dirname "$0")
exec >"$here/stdout" 2>"$here/stderr" </dev/null
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t tmpfs tmpfs /run
modules=/usr/lib/uml/modules/$(uname -r)/kernel
for module in ${FAT_MODULES}; do
  if [ -f "$modules/$module.ko" ]; then busybox insmod "$modules/$module.ko"; fi
done
helper=$(cat "$here/helper")
load_nbd() { busybox insmod "$modules/drivers/block/nbd.ko" "$@"; }
. "$here/script"
echo $? >"$here/code"
sync
busybox poweroff -f
`

export interface MachineRun {
  /** What the script ended with; null when it did not get to its end. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Boots a machine with nbd, as an unprivileged process, and runs a shell script in it as root. The script finds `$helper`, the program
 * under test, `$here`, its folder with `files`, and `load_nbd [PARAMETER]`. Nothing of it touches this machine's kernel.
 */
export async function runInMachine(
  host: Host,
  request: {
    readonly script: string
    readonly files?: Readonly<Record<string, string>>
    readonly access?: Access
    readonly timeoutMs?: number
    /** Puts more into the folder that the script finds as `$here`. */
    readonly prepare?: (folder: string) => Promise<unknown>
  },
): Promise<MachineRun> {
  const helper = findHelper()
  if (!helper) throw new Error('the helper is not there')
  // The kernel's command line names it: no spaces.
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-machine-'))
  try {
    await fs.writeFile(path.join(folder, 'init'), INIT, { mode: 0o755 })
    await fs.writeFile(path.join(folder, 'script'), request.script)
    await fs.writeFile(path.join(folder, 'helper'), helper.path)
    for (const [name, content] of Object.entries(request.files ?? {})) await fs.writeFile(path.join(folder, name), content)
    await request.prepare?.(folder)
    const args = [
      'mem=512M',
      'root=/dev/root',
      'rootfstype=hostfs',
      'rootflags=/',
      'rw',
      `init=${folder}/init`,
      'con=null',
      'con0=fd:0,fd:1',
      'quiet',
      'initcall_blacklist=raid6_select_algo',
    ]
    const read = (name: string): Promise<string> => fs.readFile(path.join(folder, name), 'utf8').catch(() => '')
    const result = await host
      .run('sh', ['-c', 'mkdir -p /run /var/tmp && exec "$@" </dev/null >&2', 'sh', host.find('linux.uml'), ...args], {
        access: {
          read: [path.dirname(helper.path), ...(request.access?.read ?? [])],
          write: [folder, ...(request.access?.write ?? [])],
        },
        mayMount: true,
        timeoutMs: request.timeoutMs ?? 580_000,
        okExitCodes: [0, ABORTED],
      })
      .catch(async (thrown: unknown) => {
        throw new Error(`the machine failed: ${await read('stdout')}\n${await read('stderr')}`, { cause: thrown })
      })
    const code = await read('code')
    if (result.exitCode !== 0 && (code === '' || !abortedAfterHalt(result.exitCode, result.stderr))) {
      throw new Error(`the machine aborted: ${result.stderr}\n${await read('stdout')}\n${await read('stderr')}`)
    }
    return { code: code === '' ? null : Number(code), stdout: await read('stdout'), stderr: `${await read('stderr')}\n${result.stderr}` }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
