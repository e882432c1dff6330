import { FAT_MODULES } from '../../tools/uml/scripts.js'

/**
 * The uml engine's work inside the guest: a fixed text. Each operation is a numbered folder in `/m/work/ops` with one file per field, so
 * that no path or content is ever part of a command line. Most commands are busybox's: a static program starts in a third of the
 * time here. Records: `mounted PARTITION clean|replayed`, `N ok`, `N error WORD NEEDED FREE TEXT`, `unmounted PARTITION`,
 * `stuck PARTITION`.
 *
 * Growth is appended first and taken back when it does not fit, so that a full file system leaves the old content whole.
 */
export const REWRITE_STEPS = `root=/m/tmp/mnt
mkdir "$root"
mounted=

# A range: busybox's tr may be built without [:print:].
fail() { # WORD [NEEDED FREE [TEXT]]
  printf '%s error %s %s %s %s\\n' "$number" "$1" "\${2:-0}" "\${3:-0}" "$(printf %s "\${4:-}" | tr -c ' -~' '?' | busybox head -c 300)" >&3
}

leave() {
  [ -n "$mounted" ] || return 0
  if busybox umount "$root"; then echo "unmounted $mounted" >&3; else echo "stuck $mounted" >&3; fi
  mounted=
}

is_read_only() {
  while read -r source place type flags rest; do
    if [ "$place" = "$root" ]; then
      case $flags in ro | ro,*) return 0 ;; esac
    fi
  done </proc/mounts
  return 1
}

# Sets $refusal when the partition cannot be written.
enter() { # PARTITION TYPE
  refusal=
  [ "$mounted" = "$1" ] && return 0
  leave
  device=/dev/ubda
  [ "$1" = 0 ] || device=$device$1
  if [ ! -b "$device" ]; then refusal=no-partition; return 1; fi
  options=noatime
  if [ "$2" = vfat ]; then options=noatime,utf8=1; load ${FAT_MODULES} 2>/dev/null; fi
  if busybox mount -t "$2" -o "$options" "$device" "$root" 2>/m/tmp/error; then
    mounted=$1
    if busybox dmesg -c | busybox grep -q -e 'Starting recovery' -e 'recovery complete'; then echo "mounted $1 replayed" >&3; else echo "mounted $1 clean" >&3; fi
    if is_read_only; then refusal=read-only; leave; fi
  else
    busybox cat /m/tmp/error
    busybox dmesg -c | busybox tail -n 20
    reading=ro
    [ "$2" = xfs ] && reading=ro,norecovery
    if busybox mount -t "$2" -o "$reading" "$device" "$root" 2>/dev/null; then busybox umount "$root"; refusal=read-only; else refusal=unreadable; fi
  fi
}

# Follows links within the mounted tree and nowhere else; sets $real.
resolve() { # PATH
  rest=$1
  real=
  hops=0
  while [ -n "$rest" ]; do
    name=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    case $name in
      '' | .) continue ;;
      ..) real=\${real%/*}; continue ;;
    esac
    if [ -L "$root$real/$name" ]; then
      hops=$((hops + 1))
      [ "$hops" -le 40 ] || return 1
      target=$(busybox readlink -n -- "$root$real/$name"; printf x)
      target=\${target%x}
      case $target in /*) real= ;; esac
      rest=$target/$rest
    else
      real=$real/$name
    fi
  done
}

write_failed() {
  case $(busybox cat /m/tmp/error) in
    *'No space left'*) fail full "$((size - old))" "$(free_bytes)" ;;
    *'Read-only file system'*) fail read-only ;;
    *) fail failed 0 0 "$(busybox tail -n 1 /m/tmp/error)" ;;
  esac
}

free_bytes() { busybox stat -f -c '%a %S' "$root" | { read -r blocks bytes; echo $((blocks * bytes)); }; }

# Times come from coreutils: busybox touch has no option to leave the access time.
rewrite() { # FOLDER
  read -r expected <"$1/sha256"
  read -r mtime <"$1/mtime"
  path=$(busybox cat "$1/path"; printf x)
  resolve "\${path%x}" || { fail missing; return; }
  file=$root$real
  [ -e "$file" ] || { fail missing; return; }
  [ -f "$file" ] || { fail irregular; return; }
  sum=$(busybox sha256sum <"$file")
  [ "\${sum%% *}" = "$expected" ] || { fail changed; return; }
  sizes=$(busybox stat -c %s "$file" "$1/content")
  old=\${sizes%%[!0-9]*}
  size=\${sizes##*[!0-9]}
  if [ "$mtime" = keep ] || [ "$size" -gt "$old" ]; then touch -r "$file" /m/tmp/times; fi
  if [ "$size" -gt "$old" ]; then
    if ! busybox tail -c +"$((old + 1))" "$1/content" | busybox dd of="$file" bs=64k iflag=fullblock oflag=append conv=notrunc,fsync status=none 2>/m/tmp/error; then
      busybox truncate -s "$old" "$file"
      touch -m -r /m/tmp/times "$file"
      write_failed
      return
    fi
  fi
  if ! busybox dd if="$1/content" of="$file" bs=64k conv=notrunc,fsync status=none 2>/m/tmp/error; then write_failed; return; fi
  if [ "$size" -lt "$old" ] && ! busybox truncate -s "$size" "$file" 2>/m/tmp/error; then write_failed; return; fi
  if ! busybox cmp -s "$1/content" "$file"; then fail failed 0 0 'the file differs after writing'; return; fi
  if [ "$mtime" = keep ] && ! touch -m -r /m/tmp/times "$file" 2>/m/tmp/error; then write_failed; return; fi
  echo "$number ok" >&3
}

number=1
while [ -d "/m/work/ops/$number" ]; do
  read -r partition <"/m/work/ops/$number/partition"
  read -r type <"/m/work/ops/$number/filesystem"
  enter "$partition" "$type"
  if [ -n "$refusal" ]; then fail "$refusal"; else rewrite "/m/work/ops/$number"; fi
  number=$((number + 1))
done
leave
`
