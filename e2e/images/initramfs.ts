import fs from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
hostname diskwright-sample
echo
echo 'Diskwright sample system'
echo "Booted with: $(cat /proc/cmdline)"
case " $(cat /proc/cmdline) " in
  *' diskwright.sample=panic '*) exit 3 ;;
  *' diskwright.sample=hang '*) echo 'Waiting for what never comes'; while true; do sleep 3600; done ;;
esac
while true; do
  printf '\\ndiskwright-sample login: '
  read -r name || sleep 3600
  case $name in
    poweroff | reboot) "$name" -f ;;
    '!'*) sh -c "\${name#!}" ;;
    ?*) echo 'There are no accounts here. Type poweroff, reboot, or ! and a command.' ;;
  esac
done
`

/** Drivers of qemu's own disk, network card and pointer, in the order in which they need each other; of some kernels they are a part. */
const MODULES = [
  'virtio_ring',
  'virtio',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'virtio_blk',
  'failover',
  'net_failover',
  'virtio_net',
  'evdev',
  'virtio_input',
]

const DRIVERS = `#!/bin/sh
for name in ${MODULES.join(' ')}; do
  [ ! -e "/lib/$name.ko" ] || insmod "/lib/$name.ko"
done
mdev -s
`

/** Writes the next place of the pointer: type, code and value of its events, linux/input-event-codes.h. */
const POINTER = `#!/bin/sh
drivers
name=$(grep -l Tablet /sys/class/input/event*/device/name | cut -d/ -f5)
exec 3<"/dev/input/$name"
echo "listens to $name"
head -c 72 <&3 | hexdump -v -e '16/1 "%02x" " " 1/2 "%04x " 1/2 "%04x " 1/4 "%08x" "\\n"' | cut -d ' ' -f 2-
`

/** Brings up the network card. */
const NETWORK = `#!/bin/sh
drivers
ip link set eth0 up
udhcpc -q -n -t 20 -T 1 -i eth0 -s /bin/lease
`

/** What udhcpc calls with what it was given. */
const LEASE = `#!/bin/sh
[ "$1" = bound ] || exit 0
ifconfig "$interface" "$ip" netmask "$subnet"
route add default gw "$router"
for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
`

interface CpioEntry {
  readonly name: string
  readonly mode: number
  readonly data?: Uint8Array
  readonly device?: readonly [major: number, minor: number]
}

const FOLDER = 0o040755
const FILE = 0o100644
const EXECUTABLE = 0o100755
const CHARACTER_DEVICE = 0o020600

/**
 * An initial RAM disk that prints its kernel command line and a login prompt: busybox and some scripts. With `diskwright.sample=panic` on
 * that line it ends, which no kernel survives; with `diskwright.sample=hang` it says a line and no more. At its prompt, what begins with `!`
 * is a command: `!drivers` loads what `modules` has for the machine of qemu, `!pointer` waits for the pointer to be moved,
 * `!network` asks for an address.
 */
export async function buildInitramfs(busybox: string, modules: string): Promise<Uint8Array> {
  const program = await fs.readFile(busybox)
  if (!isStatic(program)) throw new Error(`${busybox} is linked dynamically; the sample needs the package busybox-static`)
  return gzipSync(
    cpio([
      ...['bin', 'dev', 'etc', 'lib', 'proc', 'sys'].map((name) => ({ name, mode: FOLDER })),
      { name: 'dev/console', mode: CHARACTER_DEVICE, device: [5, 1] },
      { name: 'bin/busybox', mode: EXECUTABLE, data: program },
      { name: 'init', mode: EXECUTABLE, data: Buffer.from(INIT) },
      ...Object.entries({ drivers: DRIVERS, pointer: POINTER, network: NETWORK, lease: LEASE }).map(([name, script]) => {
        return { name: `bin/${name}`, mode: EXECUTABLE, data: Buffer.from(script) }
      }),
      ...(await readModules(modules)),
    ]),
    { level: 9 },
  )
}

async function readModules(folder: string): Promise<CpioEntry[]> {
  const files = await fs.readdir(folder, { recursive: true }).catch(() => [])
  const found = MODULES.flatMap((name) => files.filter((file) => path.basename(file) === `${name}.ko`).map((file) => ({ name, file })))
  return Promise.all(
    found.map(async ({ name, file }) => ({ name: `lib/${name}.ko`, mode: FILE, data: await fs.readFile(path.join(folder, file)) })),
  )
}

const PT_INTERP = 3

/** Whether a 64-bit little-endian ELF program names no interpreter. System V ABI, "Program Header". */
export function isStatic(elf: Buffer): boolean {
  const offset = Number(elf.readBigUInt64LE(0x20))
  const size = elf.readUInt16LE(0x36)
  const count = elf.readUInt16LE(0x38)
  return !Array.from({ length: count }, (_, index) => elf.readUInt32LE(offset + index * size)).includes(PT_INTERP)
}

/** "New ASCII" cpio archive, as the Linux kernel reads it: Documentation/driver-api/early-userspace/buffer-format.rst. */
export function cpio(entries: readonly CpioEntry[]): Buffer {
  const all = [...entries, { name: 'TRAILER!!!', mode: 0 }]
  return Buffer.concat(all.flatMap((entry, index) => cpioEntry(entry, index + 1)))
}

function cpioEntry({ name, mode, data = new Uint8Array(), device = [0, 0] }: CpioEntry, inode: number): Buffer[] {
  const numbers = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, device[0], device[1], name.length + 1, 0]
  const header = `070701${numbers.map((value) => value.toString(16).padStart(8, '0')).join('')}${name}\0`
  return [padded(Buffer.from(header, 'latin1')), padded(Buffer.from(data))]
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
