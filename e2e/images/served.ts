import fs from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Host } from '#core/process/host'
import { buildBiosWith } from './bios-bootable.js'
import { cpio } from './initramfs.js'
import type { KernelFile } from './kernel.js'

const SSH_SERVER = '/usr/sbin/dropbear'
/** Debian's package is for dracut, which puts it into an initial RAM disk as it lies there. */
const IGNITION = '/usr/lib/dracut/modules.d/30ignition/ignition'

const FOLDER = 0o040755
const EXECUTABLE = 0o100755

/** A server with keys of its own that it makes when first asked, and that tells on the console who comes. */
const SERVE_SSH = `#!/bin/sh
mkdir -p /dev/pts /etc/dropbear
mount -t devpts devpts /dev/pts
dropbear -R -F -E "$@" &
`

/**
 * The stages of Ignition that need no disk, in their order, as its units for systemd run them on what is mounted at /sysroot. What it logs
 * goes to the console, as systemd-journald has it there.
 */
const IGNITE = `#!/bin/sh
mkdir -p /run/ignition /sysroot
mount --bind / /sysroot
syslogd -S -O /dev/console
until [ -S /dev/log ]; do sleep 1; done
for arg in $(cat /proc/cmdline); do
  case $arg in ignition.platform.id=*) platform=\${arg#*=} ;; esac
done
for stage in fetch-offline files; do
  ignition --root=/sysroot --platform="$platform" --stage="$stage" || exit 1
done
`

/** Ignition labels what it wrote for SELinux, which is not here: it is told so, and its tool does nothing. */
const SELINUX = 'SELINUX=disabled\nSELINUXTYPE=none\n'
const SETFILES = '#!/bin/sh\nexec cat >/dev/null\n'

/**
 * The BIOS image with real servers in its initial RAM disk. At its prompt, `!serve-ssh` starts an SSH server, and `!ignite` has Ignition fetch
 * the config of its platform and write the files of it.
 */
export function buildServed(host: Host, output: string): Promise<void> {
  return buildBiosWith(host, output, (kernel) => serverArchive(host, kernel))
}

async function serverArchive(host: Host, kernel: KernelFile): Promise<Uint8Array> {
  const programs = { '/bin/dropbear': SSH_SERVER, '/bin/ignition': IGNITION }
  const libraries = (await Promise.all(Object.values(programs).map((file) => librariesOf(host, file)))).flat()
  const copied = Object.entries({ ...programs, ...Object.fromEntries(libraries.map((file) => [file, file])) })
  const contents = await Promise.all(copied.map(async ([name, file]) => [name, await fs.readFile(file)] as const))
  const files = {
    ...Object.fromEntries(contents),
    ...(await firmwareModule(kernel)),
    '/bin/serve-ssh': Buffer.from(SERVE_SSH),
    '/bin/ignite': Buffer.from(IGNITE),
    '/bin/setfiles': Buffer.from(SETFILES),
    '/etc/selinux/config': Buffer.from(SELINUX),
  }
  const folders = new Set(Object.keys(files).flatMap(foldersAbove))
  return gzipSync(
    cpio([
      ...[...folders].toSorted().map((name) => ({ name, mode: FOLDER })),
      ...Object.entries(files).map(([name, data]) => ({ name: name.slice(1), mode: EXECUTABLE, data })),
    ]),
  )
}

function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(1, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** The loader and the libraries of a program, as ldd(1) tells them. */
async function librariesOf(host: Host, program: string): Promise<string[]> {
  const { stdout } = await host.run('sh', ['-c', 'exec ldd -- "$1"', 'ldd', program])
  return [...stdout.toString('utf8').matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap(([, file]) => file ?? [])
}

/** The driver of qemu's firmware configuration, where Ignition's modprobe finds it. Of some kernels it is a part. */
async function firmwareModule({ modules, version }: KernelFile): Promise<Record<string, Uint8Array>> {
  const name = 'qemu_fw_cfg.ko'
  const folder = `/lib/modules/${version}`
  const driver = await fs.readFile(path.join(modules, 'kernel/drivers/firmware', name)).catch(() => undefined)
  return { [`${folder}/modules.dep`]: Buffer.from(driver ? `${name}:\n` : ''), ...(driver && { [`${folder}/${name}`]: driver }) }
}
