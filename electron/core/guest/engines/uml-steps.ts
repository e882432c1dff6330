import { FAT_MODULES } from '../../tools/uml/scripts.js'

/**
 * The uml engine's work inside the guest: a fixed text. Each operation is a numbered folder in `/m/work/ops` with one file per field, so
 * that no path or content is ever part of a command line. Records: `mounted PARTITION clean|replayed`, `N ok`,
 * `N error WORD NEEDED FREE TEXT`, `unmounted PARTITION`, `stuck PARTITION`.
 *
 * Growth is appended first and taken back when it does not fit, so that a full file system leaves the old content whole.
 */
export const REWRITE_STEPS = `root=/m/tmp/mnt
mkdir "$root"
mounted=

fail() { # WORD [NEEDED FREE [TEXT]]
  printf '%s error %s %s %s %s\\n' "$number" "$1" "\${2:-0}" "\${3:-0}" "$(printf %s "\${4:-}" | tr -c '[:print:]' '?' | head -c 300)" >&3
}

device() {
  if [ "$1" = 0 ]; then echo /dev/ubda; else echo "/dev/ubda$1"; fi
}

options() { # TYPE
  if [ "$1" = vfat ]; then echo noatime,utf8=1; else echo noatime; fi
}

leave() {
  [ -n "$mounted" ] || return 0
  sync
  if busybox umount "$root"; then echo "unmounted $mounted" >&3; else echo "stuck $mounted" >&3; fi
  mounted=
}

# Sets $refusal when the partition cannot be written.
enter() { # PARTITION TYPE
  refusal=
  [ "$mounted" = "$1" ] && return 0
  leave
  dev=$(device "$1")
  if [ ! -b "$dev" ]; then refusal=no-partition; return 1; fi
  [ "$2" = vfat ] && load ${FAT_MODULES} 2>/dev/null
  dmesg -c >/m/tmp/before
  if busybox mount -t "$2" -o "$(options "$2")" "$dev" "$root" 2>/m/tmp/error; then
    mounted=$1
    dmesg -c >/m/tmp/kernel
    cat /m/tmp/kernel
    if grep -q -e 'Starting recovery' -e 'recovery complete' /m/tmp/kernel; then echo "mounted $1 replayed" >&3; else echo "mounted $1 clean" >&3; fi
    if awk -v root="$root" '$2 == root && $4 ~ /^ro(,|$)/ { found = 1 } END { exit !found }' /proc/mounts; then
      refusal=read-only
      leave
    fi
  else
    dmesg -c >/m/tmp/kernel
    cat /m/tmp/error /m/tmp/kernel
    quiet=ro
    [ "$2" = xfs ] && quiet=ro,norecovery
    if busybox mount -t "$2" -o "$quiet" "$dev" "$root" 2>/dev/null; then busybox umount "$root"; refusal=read-only; else refusal=unreadable; fi
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
      target=$(readlink -n -- "$root$real/$name"; printf x)
      target=\${target%x}
      case $target in /*) real= ;; esac
      rest=$target/$rest
    else
      real=$real/$name
    fi
  done
}

sha() { sum=$(sha256sum <"$1"); sum=\${sum%% *}; }

write_failed() {
  case $(cat /m/tmp/error) in
    *'No space left'*) fail full "$((size - old))" "$(free_bytes)" ;;
    *'Read-only file system'*) fail read-only ;;
    *) fail failed 0 0 "$(tail -n 1 /m/tmp/error)" ;;
  esac
}

free_bytes() { stat -f -c '%a %S' "$root" | { read -r blocks bytes; echo $((blocks * bytes)); }; }

rewrite() { # FOLDER
  read -r expected <"$1/sha256"
  read -r mtime <"$1/mtime"
  path=$(cat "$1/path"; printf x)
  resolve "\${path%x}" || { fail missing; return; }
  file=$root$real
  [ -e "$file" ] || { fail missing; return; }
  [ -f "$file" ] || { fail irregular; return; }
  sha "$file"
  [ "$sum" = "$expected" ] || { fail changed; return; }
  old=$(stat -c %s "$file")
  size=$(stat -c %s "$1/content")
  touch -r "$file" /m/tmp/times
  if [ "$size" -gt "$old" ]; then
    if ! tail -c +"$((old + 1))" "$1/content" | dd of="$file" bs=64k iflag=fullblock oflag=append conv=notrunc,fsync status=none 2>/m/tmp/error; then
      truncate -s "$old" "$file"
      touch -m -r /m/tmp/times "$file"
      write_failed
      return
    fi
  fi
  if ! dd if="$1/content" of="$file" bs=64k conv=notrunc,fsync status=none 2>/m/tmp/error; then write_failed; return; fi
  if [ "$size" -lt "$old" ] && ! truncate -s "$size" "$file" 2>/m/tmp/error; then write_failed; return; fi
  if ! cmp "$1/content" "$file" 2>/m/tmp/error; then fail failed 0 0 'the file differs after writing'; return; fi
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
