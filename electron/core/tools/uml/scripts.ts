/**
 * Runs inside the sandbox: shows the disk as a raw file (qemu-storage-daemon, FUSE), boots User-Mode Linux on it, then ends the
 * daemon in good order. Its stdout is two records, `uml CODE` and `daemon CODE`; what the kernel says goes to stderr, because
 * names from the image can be part of it.
 *
 * The kernel's benchmark of RAID 6 algorithms would take 0.85 s of each start (measured, five times 16 jiffies); only btrfs of several
 * devices needs what it chooses.
 *
 * Arguments: work folder, blockdev JSON, qemu-storage-daemon, setpriv, linux.uml, memory in MiB.
 */
export const DRIVER_SCRIPT = `set -u
ln -s "$1" /m/work
mkdir /m/tmp
: > /m/disk
( "$3" --blockdev "$2" --pidfile /m/pid \\
    --export type=fuse,id=export,node-name=disk,mountpoint=/m/disk,writable=on,allow-other=off,growable=off </dev/null >&2
  echo $? > /m/ended ) &
while [ ! -s /m/pid ]; do
  if [ -e /m/ended ]; then echo "daemon $(cat /m/ended)"; exit 0; fi
  sleep 0.01
done
"$4" --no-new-privs --inh-caps=-all --bounding-set=-all -- \\
  "$5" mem="$6"M ubd0=/m/disk root=/dev/root rootfstype=hostfs rootflags=/ rw init=/m/work/init.sh con=null con0=fd:0,fd:1 quiet initcall_blacklist=raid6_select_algo </dev/null >&2
echo "uml $?"
kill -TERM "$(cat /m/pid)"
wait
echo "daemon $(cat /m/ended)"
`

/**
 * First process of the guest; its root is the sandbox's own, through hostfs. The interpreter must not be busybox: until /proc is
 * the guest's own, busybox would look for itself at the host's /proc/self/exe, which is linux.uml.
 * Records go to a file and not to the console, where names from the image can be printed by the kernel.
 */
export const INIT_SCRIPT = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TMPDIR=/m/tmp HOME=/m/tmp
exec 3>/m/work/result
busybox mount -t proc proc /proc || echo 'broken proc' >&3
busybox mount -t tmpfs tmpfs /m/tmp || echo 'broken tmp' >&3
modules=/usr/lib/uml/modules/$(uname -r)/kernel
load() {
  for module; do
    if [ -f "$modules/$module.ko" ]; then busybox insmod "$modules/$module.ko"; fi
  done
}
. /m/work/steps.sh
sync
echo end >&3
exec 3>&-
sync
busybox poweroff -f
`

/** Kernel modules that a file system needs in the package's kernel; ext4, XFS and btrfs are built in. */
export const FAT_MODULES = 'fs/fat/fat fs/fat/vfat fs/nls/nls_cp437 fs/nls/nls_ascii fs/nls/nls_iso8859-1 fs/nls/nls_utf8'
