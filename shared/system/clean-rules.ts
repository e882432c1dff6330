import type { CleanTopic } from '../edits/system-edits.js'

export interface CleanRule {
  /** Absolute, or below each home with `~/`. `*` stands for any characters of a name. */
  readonly path: string
  /** Files are emptied and stay, for what writes them needs their owner and mode. */
  readonly empty?: boolean
  /** Names that are left as they are. */
  readonly keep?: readonly string[]
}

const remove = (...paths: readonly string[]): CleanRule[] => paths.map((path) => ({ path }))

/**
 * What each topic means in a file system. From the operations of virt-sysprep(1), cloud-init's own `clean`, and systemd's "Safely
 * Building Images".
 */
export const CLEAN_RULES: Readonly<Record<Exclude<CleanTopic, 'machine-id'>, readonly CleanRule[]>> = {
  'ssh-host-keys': remove('/etc/ssh/ssh_host_*', '/etc/dropbear/dropbear_*_host_key'),
  'shell-history': remove(
    '~/.bash_history',
    '~/.zsh_history',
    '~/.history',
    '~/.sh_history',
    '~/.ash_history',
    '~/.python_history',
    '~/.mysql_history',
    '~/.psql_history',
    '~/.lesshst',
    '~/.viminfo',
    '~/.wget-hsts',
    '~/.local/share/fish/fish_history',
  ),
  logs: [
    ...remove(
      '/var/log/journal/*',
      '/var/log/anaconda',
      '/var/log/installer',
      '/var/log/*.gz',
      '/var/log/*.xz',
      '/var/log/*.old',
      '/var/log/*.[0-9]',
      '/var/log/*-20[0-9][0-9]*',
      '/var/log/*/*.gz',
      '/var/log/*/*.[0-9]',
    ),
    { path: '/var/log/*', empty: true, keep: ['README', 'journal'] },
  ],
  'cloud-init-state': [
    { path: '/var/lib/cloud/*', keep: ['seed'] },
    ...remove('/var/log/cloud-init.log', '/var/log/cloud-init-output.log'),
  ],
  'authorized-keys': remove('~/.ssh/authorized_keys', '~/.ssh/authorized_keys2', '~/.ssh/authorized_keys.d'),
  'dhcp-leases': remove(
    '/var/lib/dhclient/*',
    '/var/lib/dhcp/*.lease*',
    '/var/lib/dhcpcd/*.lease*',
    '/var/lib/dhcpcd5/*.lease*',
    '/var/lib/NetworkManager/*.lease',
    '/var/lib/NetworkManager/timestamps',
    '/var/lib/wicked/lease-*',
  ),
  'random-seed': remove(
    '/var/lib/systemd/random-seed',
    '/var/lib/systemd/credential.secret',
    '/var/lib/random-seed',
    '/var/lib/urandom/random-seed',
  ),
  'cloud-credentials': remove(
    '~/.aws',
    '~/.azure',
    '~/.config/gcloud',
    '~/.oci',
    '~/.config/doctl',
    '~/.config/openstack',
    '~/.kube',
    '~/.docker/config.json',
    '~/.config/containers/auth.json',
    '~/.git-credentials',
    '~/.netrc',
    '/var/lib/waagent/*.prv',
    '/var/lib/waagent/*.pem',
    '/var/lib/waagent/*.xml',
  ),
}

/** Whether a pattern of one name (`*`, `[0-9]`) means this name. */
export function matchesName(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.+^${}()|\\?]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${source}$`, 's').test(name)
}
