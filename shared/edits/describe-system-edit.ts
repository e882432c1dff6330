import type { EditOf } from './edit.js'
import type { CleanTopic } from './system-edits.js'

/** What each topic of a clean-up is called: `Remove SSH host keys`. */
export const CLEAN_WORDS: Readonly<Record<CleanTopic, string>> = {
  'ssh-host-keys': 'SSH host keys',
  'machine-id': 'machine ids',
  'shell-history': 'shell histories',
  logs: 'logs',
  'cloud-init-state': 'records of cloud-init',
  'authorized-keys': 'authorized SSH keys',
  'dhcp-leases': 'DHCP leases',
  'random-seed': 'random seeds',
  'cloud-credentials': 'cloud credentials',
}

const UNIT_WORDS = { enabled: 'Enable', disabled: 'Disable', masked: 'Mask', unmasked: 'Unmask' } as const
const DELIVERY_WORDS = { auto: '', initramfs: ' to the initramfs', 'boot-file': ' as /boot/ignition/config.ign' } as const

/** Words for the edits of the system in an image. */
export const SYSTEM_WORDS = {
  hostname: (edit: EditOf<'hostname'>) => `Name the machine ${edit.name}`,
  'ssh-keys': (edit: EditOf<'ssh-keys'>) => {
    const keys = edit.keys.length === 1 ? '1 SSH key' : `${edit.keys.length} SSH keys`
    return edit.mode === 'add' ? `Add ${keys} for ${edit.user}` : `Replace the SSH keys of ${edit.user} by ${keys}`
  },
  user: (edit: EditOf<'user'>) => {
    const parts = [
      edit.groups.length > 0 ? `in ${edit.groups.join(', ')}` : '',
      edit.sudo === 'none' ? '' : edit.sudo === 'nopasswd' ? 'with sudo without a password' : 'with sudo',
    ].filter((part) => part !== '')
    return `Add the user ${edit.name}${parts.length > 0 ? ` ${parts.join(', ')}` : ''}`
  },
  'machine-id-reset': () => 'Reset the machine id',
  clean: (edit: EditOf<'clean'>) => `Remove ${edit.what.map((topic) => CLEAN_WORDS[topic]).join(', ')}`,
  'systemd-unit': (edit: EditOf<'systemd-unit'>) =>
    `${UNIT_WORDS[edit.state]} ${edit.unit}${edit.scope === 'user' ? ' for all users' : ''}`,
  'ignition-config': (edit: EditOf<'ignition-config'>) => `Add an Ignition configuration${DELIVERY_WORDS[edit.delivery]}`,
  'cloud-init': (edit: EditOf<'cloud-init'>) =>
    `Add a cloud-init seed (${[
      'user data',
      edit.metaData === undefined ? '' : 'meta data',
      edit.networkConfig === undefined ? '' : 'network configuration',
    ]
      .filter((part) => part !== '')
      .join(', ')})`,
  'fstab-device': (edit: EditOf<'fstab-device'>) => `Mount ${edit.device} at ${edit.mountPoint} in fstab`,
}
