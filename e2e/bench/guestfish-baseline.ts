import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The comparison is with guestfish as people call it, without KVM: the appliance starts cold each time. */
const ENV = { ...process.env, LIBGUESTFS_BACKEND: 'direct', LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Milliseconds of `guestfish --ro`: file systems listed, every boot entry printed. */
export async function guestfishReads(image: string): Promise<number> {
  const args = [
    '--ro',
    '--format=qcow2',
    '-a',
    image,
    'run',
    ':',
    'list-filesystems',
    ':',
    'mount-ro',
    '/dev/sda2',
    '/',
    ':',
    'glob',
    'cat',
    '/loader/entries/*.conf',
  ]
  return timed(async () => {
    const { stdout } = await run('guestfish', args, { env: ENV })
    if (!stdout.includes('ignition.platform.id=qemu')) throw new Error(`guestfish did not print the boot entries:\n${stdout}`)
  })
}

/** Milliseconds of one argument changed by guestfish on a copy that is there already. */
export async function guestfishEdits(copy: string, entry: string): Promise<number> {
  const command = `sed -i -e s/ignition.platform.id=qemu/ignition.platform.id=vmware/ /sysroot${entry}`
  const args = [
    '--rw',
    '--format=qcow2',
    '-a',
    copy,
    'run',
    ':',
    'mount',
    '/dev/sda2',
    '/',
    ':',
    'debug',
    'sh',
    command,
    ':',
    'sync',
    ':',
    'umount-all',
    ':',
    'shutdown',
  ]
  return timed(() => run('guestfish', args, { env: ENV }))
}
