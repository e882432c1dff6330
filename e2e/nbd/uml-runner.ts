import type { Host } from '#core/process/host'
import type { NbdRunner } from '#core/guest/engines/nbd-runner'
import { parseServed, serveArgs } from '#core/tools/qemu-nbd/serve'
import { runInMachine } from './uml-machine'

const FIELDS = ['folder', 'disk', 'daemon', 'pidFile'] as const

/** The server's own arguments come from files: `sh -c SCRIPT NAME FOLDER DISK DAEMON PIDFILE`. */
const SCRIPT = `
load_nbd
mkfifo /run/hold /run/lifeline
given() { cat "$here/$1"; }
sh -c "$(given serve)" serve "$(given folder)" "$(given disk)" "$(given daemon)" "$(given pidFile)" </run/hold >"$here/served" &
server=$!
exec 7>/run/hold
while [ ! -s "$here/served" ]; do sleep 0.01; done
sleep 600 >/run/lifeline 7>&- &
code=1
if grep -q serving "$here/served"; then
  sh "$helper" apply "$(given folder)" </run/lifeline 7>&-
  code=$?
fi
exec 7>&-
wait "$server"
echo "-- $(given served)"
(exit "$code")
`

/** The engine's privileged half in a machine of its own: the product's server and helper, where nbd can really be used. */
export const umlRunner: NbdRunner = {
  probe: async () => ({ usable: true, reason: 'A machine of its own is root here.' }),
  async run(host: Host, request) {
    const given = { folder: request.folder, disk: request.disk, daemon: host.find('qemu-storage-daemon'), pidFile: '/run/pid' }
    const [, serve = ''] = serveArgs(given)
    const run = await runInMachine(host, {
      script: SCRIPT,
      files: { serve, ...Object.fromEntries(FIELDS.map((name) => [name, given[name]])) },
      access: request.access,
    })
    const [stdout = '', served = ''] = run.stdout.split('-- ')
    return { stdout, stderr: run.stderr, exitCode: run.code, served: parseServed(served) }
  },
}
