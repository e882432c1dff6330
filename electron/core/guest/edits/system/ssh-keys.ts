import { AppError } from '#shared/errors/app-error'
import { type Account, readAccounts } from '#shared/system/accounts'
import { addAuthorizedKeys } from '#shared/system/ssh-keys'
import type { EditHandlers } from '../edit-handler.js'
import { openSystem } from './find-systems.js'
import type { GuestSystem } from './guest-system.js'
import { homeLabels } from './home-labels.js'

const DEFAULT_FILES: ReadonlySet<string> = new Set(['.ssh/authorized_keys', '%h/.ssh/authorized_keys'])

export const sshKeysHandler: EditHandlers<'ssh-keys'> = {
  async 'ssh-keys'(context, { user, keys, mode, root }) {
    const system = await openSystem(context, root)
    const account = await findAccount(system, user)
    const labels = await homeLabels(system, account)
    const owner = { uid: account.uid, gid: account.gid }
    if (!(await system.has(account.home))) await system.makeFolder(account.home, { mode: 0o700, ...owner, ...labels.home })
    const folder = `${account.home}/.ssh`
    await system.makeFolder(folder, { mode: 0o700, ...owner, ...labels.ssh })
    const file = `${folder}/authorized_keys`
    const before = mode === 'add' ? ((await system.text(file)) ?? '') : ''
    await system.write(file, addAuthorizedKeys(before, keys), { mode: 0o600, ...owner, ...labels.ssh })
    const hidden = system.hiddenBy(file)
    if (hidden !== undefined) context.note(`The system mounts ${hidden} from a disk that is not in the image: it does not see these keys.`)
    await noteOtherFile(system, context.note)
  },
}

/** The account of a name: of /etc/passwd, or of /usr/lib/passwd, where OSTree systems keep those of the system (nss-altfiles). */
async function findAccount(system: GuestSystem, name: string): Promise<Account> {
  const texts = [await system.text('/etc/passwd'), await system.text('/usr/lib/passwd')]
  const account = texts.flatMap((text) => readAccounts(text ?? '')).find((row) => row.name === name)
  if (account) return { ...account, home: account.home.replace(/(.)\/+$/, '$1') }
  if (name === 'root') return { name, uid: 0, gid: 0, gecos: '', home: '/root', shell: '' }
  throw new AppError('edit-conflict', { details: { path: '/etc/passwd', reason: `it has no user ${name}: add the user first` } })
}

async function noteOtherFile(system: GuestSystem, note: (text: string) => void): Promise<void> {
  const config = (await system.text('/etc/ssh/sshd_config')) ?? ''
  const files = /^[ \t]*AuthorizedKeysFile[ \t]+(.+)$/im.exec(config)?.[1]?.trim().split(/\s+/)
  if (files && !files.some((file) => DEFAULT_FILES.has(file.replaceAll('"', ''))))
    note(`sshd_config of the image reads keys from ${files.join(' ')}, not from ~/.ssh/authorized_keys.`)
}
