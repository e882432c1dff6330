/** A name that may stand in a command without quotes; useradd(8). */
export const SSH_USER = /^[a-z_][\w.-]{0,31}$/i

/** Each test machine has other keys: none is asked about, and none remembered. ssh_config(5). */
export function sshArgs(port: number, user: string): string[] {
  const forget = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR']
  return ['-p', String(port), ...forget, `${user}@127.0.0.1`]
}
