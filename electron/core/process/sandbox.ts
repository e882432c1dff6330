import fs from 'node:fs'
import path from 'node:path'
import type { Access } from './host.js'

/** Folders of the root that a merged-/usr system has as links; others have them as folders. */
const ROOT_LINKS = ['bin', 'sbin', 'lib', 'lib64', 'lib32']

export interface SandboxRequest {
  readonly bwrap: string
  readonly access: Access
  readonly env: Readonly<Record<string, string>>
  /** Where bwrap writes its `child-pid`, as an inherited file descriptor. */
  readonly infoFd?: number
  /**
   * Become uid 0 of an own user namespace that may mount: what qemu-storage-daemon needs to export by FUSE.
   * It is no more than the caller's own rights outside of the sandbox.
   */
  readonly mayMount?: boolean
}

/**
 * The bwrap(1) command line before `--`: no network unless it is asked for, own pid namespace that dies with its parent, `/usr` read-only, private
 * `/tmp`, and nothing else of the host but `access`, each path at its own place.
 */
export function sandboxArgs(request: SandboxRequest): string[] {
  const { access } = request
  return [
    request.bwrap,
    '--unshare-all',
    // Names of hosts are looked up with what this file says.
    ...(access.network ? ['--share-net', '--ro-bind-try', '/etc/resolv.conf', '/etc/resolv.conf'] : []),
    '--die-with-parent',
    '--new-session',
    ...(request.infoFd === undefined ? [] : ['--info-fd', String(request.infoFd)]),
    '--ro-bind',
    '/usr',
    '/usr',
    ...ROOT_LINKS.flatMap(rootFolder),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--dir',
    '/sys',
    '--tmpfs',
    '/tmp',
    '--dir',
    '/m',
    ...(request.mayMount ? ['--uid', '0', '--gid', '0', '--cap-add', 'CAP_SYS_ADMIN', '--dev-bind', '/dev/fuse', '/dev/fuse'] : []),
    ...bind('--ro-bind', access.read),
    ...bind('--bind', access.write),
    ...bind('--dev-bind', access.devices),
    '--clearenv',
    ...Object.entries(request.env).flatMap(([name, value]) => ['--setenv', name, value]),
    '--chdir',
    '/tmp',
    '--',
  ]
}

function bind(flag: string, paths: readonly string[] = []): string[] {
  return paths.flatMap((absolute) => {
    if (!path.isAbsolute(absolute)) throw new TypeError(`sandbox paths are absolute: ${absolute}`)
    return [flag, absolute, absolute]
  })
}

function rootFolder(name: string): string[] {
  const absolute = `/${name}`
  try {
    if (!fs.lstatSync(absolute).isSymbolicLink()) return ['--ro-bind', absolute, absolute]
    return ['--symlink', fs.readlinkSync(absolute).replace(/^\//, ''), absolute]
  } catch {
    return []
  }
}

/** nsenter(1) into a running sandbox, without any of the capabilities that its first process has. */
export function enterArgs(tools: { nsenter: string; setpriv: string }, innerPid: number): string[] {
  return [
    tools.nsenter,
    '-t',
    String(innerPid),
    '-U',
    '-m',
    '-p',
    '-n',
    '-i',
    '--preserve-credentials',
    '--',
    tools.setpriv,
    '--no-new-privs',
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--',
  ]
}
