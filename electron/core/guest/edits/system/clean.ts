import { CLEAN_WORDS } from '#shared/edits/describe-system-edit'
import type { CleanTopic } from '#shared/edits/system-edits'
import { readAccounts } from '#shared/system/accounts'
import { CLEAN_RULES, matchesName } from '#shared/system/clean-rules'
import type { EditContext, EditHandlers } from '../edit-handler.js'
import { openSystems } from './find-systems.js'
import type { GuestSystem } from './guest-system.js'
import { resetMachineIds } from './machine-id.js'

/** Each match is a step of its own; logs of a long-lived machine are some hundreds. */
const MAX_MATCHES = 5000
const SYSTEM_USERS_BELOW = 1000

export const cleanHandler: EditHandlers<'clean'> = {
  async clean(context, { what, root }) {
    const systems = await openSystems(context, root)
    for (const topic of new Set(what)) {
      if (topic === 'machine-id') await resetMachineIds(context, systems)
      else await cleanTopic(context, systems, topic)
    }
  },
}

async function cleanTopic(context: EditContext, systems: readonly GuestSystem[], topic: Exclude<CleanTopic, 'machine-id'>): Promise<void> {
  let found = 0
  for (const system of systems) {
    const homes = await homesOf(system)
    for (const rule of CLEAN_RULES[topic]) {
      const patterns = rule.path.startsWith('~/') ? homes.map((home) => home + rule.path.slice(1)) : [rule.path]
      for (const pattern of patterns) {
        for (const file of await expand(system, pattern, MAX_MATCHES - found)) found += await cleanOne(system, file, rule)
      }
    }
    if (topic === 'ssh-host-keys' && found > 0) await noteHostKeys(context, system)
  }
  if (topic === 'random-seed') found += await cleanLoaderSeed(context)
  if (found === 0) context.note(`There were no ${CLEAN_WORDS[topic]} in the image.`)
}

/** Homes of root and of people, each once. */
async function homesOf(system: GuestSystem): Promise<string[]> {
  const accounts = readAccounts((await system.text('/etc/passwd')) ?? '')
  const people = accounts.filter((account) => account.uid >= SYSTEM_USERS_BELOW && account.uid < 0xfffe).map((account) => account.home)
  const below = (await system.list('/home')).filter((entry) => entry.kind === 'folder').map((entry) => `/home/${entry.name}`)
  return [...new Set(['/root', ...people, ...below])].filter((home) => home.startsWith('/') && home !== '/')
}

/** Paths that a pattern means; `*` stands in names only. */
async function expand(system: GuestSystem, pattern: string, limit: number): Promise<string[]> {
  let found = ['']
  for (const part of pattern.split('/').slice(1)) {
    const next: string[] = []
    for (const folder of found) {
      if (!/[*[]/.test(part)) {
        next.push(`${folder}/${part}`)
        continue
      }
      const names = (await system.list(folder === '' ? '/' : folder)).map((entry) => entry.name)
      next.push(...names.filter((name) => matchesName(part, name)).map((name) => `${folder}/${name}`))
    }
    found = next.slice(0, Math.max(0, limit))
  }
  return found
}

/** How many files and folders were cleaned. */
async function cleanOne(
  system: GuestSystem,
  file: string,
  rule: { readonly empty?: boolean; readonly keep?: readonly string[] },
): Promise<number> {
  const name = file.slice(file.lastIndexOf('/') + 1)
  const entry = await system.find(file)
  if (!entry || rule.keep?.some((pattern) => matchesName(pattern, name))) return 0
  if (!rule.empty) {
    await system.remove(file)
    return 1
  }
  if (entry.kind === 'file') return system.empty(file)
  if (entry.kind !== 'folder') return 0
  let emptied = 0
  for (const { name: inner } of await system.list(file)) emptied += await cleanOne(system, `${file}/${inner}`, rule)
  return emptied
}

/** systemd-boot passes a seed on from the EFI system partition. */
async function cleanLoaderSeed({ draft }: EditContext): Promise<number> {
  let found = 0
  for (const { number, filesystem } of draft.partitions) {
    if (filesystem?.kind !== 'fat') continue
    if (!(await draft.find(number, '/loader/random-seed').catch(() => undefined))) continue
    await draft.remove(number, '/loader/random-seed')
    found += 1
  }
  return found
}

/** Fedora and its kin make host keys at boot, cloud-init does everywhere; Debian's sshd only makes them when it is installed. */
const KEY_MAKERS = ['sshd-keygen@.service', 'sshd-keygen.service', 'sshd-keygen.target', 'sshdgenkeys.service', 'cloud-init.service']

async function noteHostKeys(context: EditContext, system: GuestSystem): Promise<void> {
  for (const unit of KEY_MAKERS) {
    for (const folder of ['/usr/lib/systemd/system', '/lib/systemd/system', '/etc/systemd/system']) {
      if (await system.has(`${folder}/${unit}`)) return
    }
  }
  context.note('Nothing in the image makes new SSH host keys at boot: sshd does not start until ssh-keygen -A has run.')
}
