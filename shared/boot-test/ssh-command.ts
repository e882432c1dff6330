/** A name that may stand in a command without quotes; useradd(8). */
export const SSH_USER = /^[a-z_][\w.-]{0,31}$/i

/** Each test machine has other keys: none is asked about, none remembered, and none that is known for loopback is in the way. */
const FORGET = { StrictHostKeyChecking: 'no', UserKnownHostsFile: '/dev/null', GlobalKnownHostsFile: '/dev/null' }

/**
 * What a user's configuration says of all hosts is not meant for a guest on loopback that nobody knows: it gets no agent and no display,
 * it is not looked for from another machine, and no connection to the guest before it is taken for one to it.
 */
const STRANGER = { ForwardAgent: 'no', ForwardX11: 'no', ClearAllForwardings: 'yes', ControlPath: 'none', ProxyCommand: 'none' }

/** ssh_config(5). */
export function sshArgs(port: number, user: string): string[] {
  const options = Object.entries({ ...FORGET, ...STRANGER, LogLevel: 'ERROR' }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return ['-p', String(port), ...options, `${user}@127.0.0.1`]
}
