import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** Debian's `microsocks` on loopback. It alone knows that `registry.example` and `other.example` are this machine, and it asks no DNS. */
export interface SocksServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** `HOST:PORT` of each connection that it made. */
  connected(): readonly string[]
  stop(): Promise<void>
}

const PATIENCE_MS = 60_000

export async function startSocksServer(signIn?: { readonly user: string; readonly password: string }): Promise<SocksServer> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-socks-'))
  const [hosts, order] = [path.join(folder, 'hosts'), path.join(folder, 'nsswitch.conf')]
  await fs.writeFile(hosts, '127.0.0.1 localhost registry.example other.example\n')
  await fs.writeFile(order, 'hosts: files\n')
  const names = ['--dev-bind', '/', '/', '--ro-bind', hosts, '/etc/hosts', '--ro-bind', order, '/etc/nsswitch.conf']
  const users = signIn === undefined ? [] : ['-u', signIn.user, '-P', signIn.password]
  const child = spawn(
    'bwrap',
    ['--die-with-parent', '--info-fd', '3', ...names, '--', 'microsocks', '-i', '127.0.0.1', '-p', '0', ...users],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const ended = once(child, 'exit')
  let [log, info] = ['', '']
  child.stderr?.on('data', (piece: Buffer) => (log += piece.toString()))
  ;(child.stdio[3] as Readable).on('data', (piece: Buffer) => (info += piece.toString()))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    await fs.rm(folder, { recursive: true, force: true })
  }
  for (const start = Date.now(); Date.now() - start < PATIENCE_MS && child.exitCode === null; await sleep(10)) {
    const pid = /"child-pid": (\d+)/.exec(info)?.[1]
    const port = pid === undefined ? null : await listeningPort(pid)
    if (port !== null) {
      const connected = () => [...log.matchAll(/connected to (\S+)/g)].map(([, target = '']) => target)
      return { address: `127.0.0.1:${port}`, connected, stop }
    }
  }
  await stop()
  throw new Error(`microsocks did not start: ${log}`)
}

/** The system chose it, and microsocks does not say it: it is that of its socket, proc(5). */
async function listeningPort(pid: string): Promise<number | null> {
  const open = await fs.readdir(`/proc/${pid}/fd`).catch(() => [])
  const links = await Promise.all(open.map((fd) => fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
  const rows = (await fs.readFile('/proc/net/tcp', 'utf8')).split('\n').map((row) => row.trim().split(/\s+/))
  const row = rows.find(([, , , state, , , , , , inode]) => state === '0A' && links.includes(`socket:[${inode}]`))
  return row?.[1] === undefined ? null : Number.parseInt(row[1].split(':')[1] ?? '', 16)
}
