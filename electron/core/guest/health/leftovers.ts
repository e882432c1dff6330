import type { Edit } from '#shared/edits/edit'
import { CLEAN_TOPICS } from '#shared/edits/system-edits'
import { type Fact, known, LEFTOVER_TOPICS, type LeftoverFacts, type LeftoverTopic, unknown } from '#shared/health/facts'
import type { Partition } from '#shared/images/image-info'
import { type OsTree, osPathOf } from '#shared/images/os-tree'
import { reasonOf } from '#shared/platforms/retarget-files'
import { applyEdits } from '../edits/apply-edits.js'
import type { GuestFiles } from '../guest-files.js'
import type { SystemReader } from './system-reader.js'

const MAX_FILES = 200

/**
 * What the system in an image still holds of the machine on which it was made. Where an edit removes it, that edit is tried on a draft:
 * what it would change is what there is. `system` is the system with `edits` applied.
 */
export async function findLeftovers(
  files: GuestFiles,
  partitions: readonly Partition[],
  tree: OsTree,
  edits: readonly Edit[],
  system: SystemReader,
): Promise<Fact<LeftoverFacts>> {
  const cleaning = CLEAN_TOPICS.map((topic): Edit => ({ kind: 'clean', what: [topic] }))
  const applied = await applyEdits(files, partitions, [...edits, ...cleaning])
  const problem = applied.outcomes[edits.length]?.problem
  if (problem) return unknown(String(problem.details.reason ?? problem.code))

  const found = new Map<LeftoverTopic, string[]>()
  for (const { operation, edits: by } of applied.draft.steps()) {
    if (!('path' in operation)) continue
    const place = osPathOf(tree, operation) ?? `${operation.path} of partition ${operation.partition}`
    for (const index of by) {
      const topic = CLEAN_TOPICS[index - edits.length]
      if (topic !== undefined) found.set(topic, [...(found.get(topic) ?? []), place])
    }
  }
  const own = await Promise.all(OWN_RULES.map(async ([topic, find]) => [topic, (await find(system)).slice(0, MAX_FILES)] as const)).catch(
    (thrown: unknown) => reasonOf(thrown),
  )
  if (typeof own === 'string') return unknown(own)
  for (const [topic, paths] of own) found.set(topic, paths)
  return known(Object.fromEntries(LEFTOVER_TOPICS.map((topic) => [topic, found.get(topic) ?? []])) as unknown as LeftoverFacts)
}

type FindFiles = (system: SystemReader) => Promise<string[]>

/** What no edit of its own removes. */
const OWN_RULES: readonly (readonly [LeftoverTopic, FindFiles])[] = [
  ['network-names', (system) => filesIn(system, '/etc/udev/rules.d', /-persistent-net\.rules$/)],
  ['bound-connections', boundConnections],
  ['core-dumps', coreDumps],
  ['private-keys', privateKeys],
]

async function filesIn(system: SystemReader, folder: string, names: RegExp): Promise<string[]> {
  return (await system.names(folder)).filter((name) => names.test(name)).map((name) => `${folder}/${name}`)
}

/** NetworkManager's keyfile (nm-settings-keyfile(5)), ifcfg files (initscripts sysconfig.txt), netplan's `match`. */
const CONNECTIONS: readonly (readonly [folder: string, names: RegExp, binding: RegExp])[] = [
  ['/etc/NetworkManager/system-connections', /./, /^\s*mac-address\s*=\s*[0-9a-f]{2}:/im],
  ['/etc/sysconfig/network-scripts', /^ifcfg-/, /^\s*HWADDR\s*=/im],
  ['/etc/netplan', /\.ya?ml$/, /^\s*macaddress:\s*["']?[0-9a-f]{2}:/im],
]

async function boundConnections(system: SystemReader): Promise<string[]> {
  const found: string[] = []
  for (const [folder, names, binding] of CONNECTIONS) {
    for (const file of (await filesIn(system, folder, names)).slice(0, MAX_FILES)) {
      if (binding.test((await system.text(file)) ?? '')) found.push(file)
    }
  }
  return found
}

async function coreDumps(system: SystemReader): Promise<string[]> {
  const lists = await Promise.all([
    filesIn(system, '/var/lib/systemd/coredump', /./),
    filesIn(system, '/var/crash', /./),
    filesIn(system, '', /^core(\.\d+)?$/),
  ])
  return lists.flat()
}

/** Keys that are made for a person or a service. Debian's `snakeoil` key is made at the installation and worth nothing. */
async function privateKeys(system: SystemReader): Promise<string[]> {
  const homes = await system.homes()
  const lists = await Promise.all([
    ...homes.map((home) => filesIn(system, `${home}/.ssh`, /^id_[a-z0-9_]+$/)),
    filesIn(system, '/etc/pki/tls/private', /\.(key|pem)$/),
    filesIn(system, '/etc/ssl/private', /^(?!ssl-cert-snakeoil).*\.(key|pem)$/),
  ])
  return lists.flat()
}
