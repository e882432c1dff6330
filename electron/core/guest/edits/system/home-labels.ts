import type { Account } from '#shared/system/accounts'
import type { NewAttributes } from '../../draft-nodes.js'
import type { GuestSystem } from './guest-system.js'

type Label = Pick<NewAttributes, 'selinux'>

export interface HomeLabels {
  readonly home: Label
  readonly content: Label
  readonly ssh: Label
}

const NONE: HomeLabels = { home: {}, content: {}, ssh: {} }

/**
 * SELinux labels of homes as file_contexts.homedirs(5) of the reference policy has them. What is made in a home would inherit the label
 * of /home, with which sshd may not read a key.
 */
export async function homeLabels(system: GuestSystem, account: Pick<Account, 'uid'>): Promise<HomeLabels> {
  if (!(await system.usesSelinux())) return NONE
  const label = (type: string): Label => ({ selinux: `${account.uid === 0 ? 'system_u' : 'unconfined_u'}:object_r:${type}:s0` })
  return account.uid === 0
    ? { home: label('admin_home_t'), content: label('admin_home_t'), ssh: label('ssh_home_t') }
    : { home: label('user_home_dir_t'), content: label('user_home_t'), ssh: label('ssh_home_t') }
}
