/**
 * Runs inside the sandbox, with the caller's rights: opens the image and serves it at `FOLDER/socket` (NBD, export `disk`) until its
 * standard input ends, then ends the daemon in good order. Its stdout is two records, `serving` and `daemon CODE`.
 *
 * The socket is named relative to the folder: addresses of sockets hold no more than 107 bytes, unix(7).
 *
 * Arguments: folder, blockdev JSON, qemu-storage-daemon, pid file.
 */
const SERVE_SCRIPT = `set -u
cd -- "$1" || exit 1
exec 3<&0
( "$3" --blockdev "$2" --pidfile "$4" --nbd-server addr.type=unix,addr.path=socket,max-connections=1 \\
    --export type=nbd,id=export,node-name=disk,name=disk,writable=on </dev/null >&2 3<&-
  echo $? > "$4.ended" ) &
while [ ! -s "$4" ]; do
  if [ -e "$4.ended" ]; then echo "daemon $(cat "$4.ended")"; exit 0; fi
  sleep 0.01
done
echo serving
while read -r line; do :; done <&3
kill -TERM "$(cat "$4")"
wait
echo "daemon $(cat "$4.ended")"
`

/** Arguments for sh(1) that serve a disk. `disk` is a `blockdev` object with the node name `disk`, as JSON. */
export function serveArgs(request: { readonly folder: string; readonly disk: string; readonly daemon: string; readonly pidFile: string }) {
  return ['-c', SERVE_SCRIPT, 'diskwright-serve', request.folder, request.disk, request.daemon, request.pidFile]
}

/** What the served disk's daemon ended with; null when it did not get that far. */
export function parseServed(stdout: string): { readonly serving: boolean; readonly daemon: number | null } {
  const code = /^daemon (\d+)$/m.exec(stdout)?.[1]
  return { serving: /^serving$/m.test(stdout), daemon: code === undefined ? null : Number(code) }
}
