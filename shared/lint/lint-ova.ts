import { formatExactBytes } from '../text/bytes.js'
import { type ByteSource, digestOf, viewOf, windowOf } from './byte-source.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { Findings } from './finding.js'
import { lintVmdk } from './lint-vmdk.js'
import { type OvfFacts, ovfCapacityBytes, readOvfFacts } from './ovf-facts.js'
import { BLOCK, type PlacedMember, type TarWalk, walkTar } from './tar-members.js'

const MAX_TEXT = 4 * 1024 * 1024
const DIGESTS = { sha1: 40, sha256: 64, sha512: 128 } as const

/** An OVF package in one file (DMTF DSP0243 1.1 and 2.1: 5.1 manifest, 5.4 distribution as a single file). */
export async function lintOva(work: LintWork): Promise<DiskFacts | null> {
  const { source, findings, host } = work
  const walk = await walkTar(source, host)
  lintArchive(source, findings, walk)
  const members = walk.members.filter(({ type }) => type === '0')
  const [descriptor] = members.filter(({ name }) => /\.ovf$/i.test(name))
  if (!findings.expect('ova.descriptor', descriptor !== undefined, 'It has a descriptor', 'It has no .ovf') || !descriptor) return null
  const facts = descriptor.bytes > MAX_TEXT ? 'it is longer than 4 MiB' : readOvfFacts((await textOf(source, descriptor)) ?? '')
  findings.expect(
    'ova.xml',
    typeof facts !== 'string',
    'The descriptor is well-formed, without a document type',
    `The descriptor cannot be read: ${typeof facts === 'string' ? facts : ''}`,
  )
  await lintManifest(work, members)
  if (typeof facts === 'string') return null
  lintReferences(findings, facts, members, descriptor)
  return lintDisks(work, facts, members)
}

function lintArchive(source: ByteSource, findings: Findings, { members, end, broken }: TarWalk): void {
  findings.expect('ova.tar', broken === null, `An archive of ${members.length} members`, broken ?? '')
  const odd = members.find(({ type, dialect }) => type !== '0' || dialect !== 'ustar')
  const what = odd === undefined ? '' : `${odd.name} is of type ${odd.type} in the ${odd.dialect} dialect`
  findings.expect('ova.ustar', odd === undefined, 'Plain files in ustar, nothing else', `Only plain files in ustar are allowed: ${what}`)
  const lame = members.find(({ name }) => !isPlain(name))
  findings.expect('ova.names', lame === undefined, 'All names are plain', `The name ${JSON.stringify(lame?.name ?? '')} is not a plain one`)
  const names = members.map(({ name }) => name)
  findings.expect('ova.unique', new Set(names).size === names.length, 'No name stands there twice', 'A name stands there twice')
  const first = /\.ovf$/i.test(names[0] ?? '')
  findings.expect(
    'ova.order',
    first,
    'The descriptor is first',
    `The first member is ${names[0] ?? 'missing'}: the descriptor has to be first`,
  )
  const closed = end !== null && end + 2 * BLOCK <= source.bytes && source.bytes % BLOCK === 0
  if (broken === null)
    findings.expect('ova.end', closed, 'The archive is closed by two empty blocks', 'The two empty blocks at its end are missing')
  const large = members.find(({ binarySize }) => binarySize)
  if (large)
    findings.add(
      'ova.large-member',
      'note',
      `${large.name} is 8 GiB or larger, which ustar says with a binary number: old importers may refuse it`,
    )
}

function isPlain(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\u0000-\u001f\u007f]/.test(name)
}

async function textOf(source: ByteSource, member: PlacedMember): Promise<string | null> {
  if (member.bytes > MAX_TEXT) return null
  return (await viewOf(source, member.at, member.bytes)).text(0, member.bytes)
}

/** The algorithm's name and the bracket belong together: ovftool and vSphere take `SHA256 (` for an algorithm of another name. */
async function lintManifest({ source, findings, host }: LintWork, members: readonly PlacedMember[]): Promise<void> {
  const manifest = members.find(({ name }) => /\.mf$/i.test(name))
  if (
    !findings.expect(
      'ova.manifest',
      manifest !== undefined,
      'It has a manifest',
      'It has no manifest, so nobody can tell whether it is whole',
      'warning',
    ) ||
    !manifest
  )
    return
  const lines = ((await textOf(source, manifest)) ?? '').split(/\r?\n/).filter((line) => line.trim() !== '')
  const entries = lines.map((line) => /^(SHA1|SHA256|SHA512)( ?)\((.+)\) ?= ?([0-9a-f]+)\s*$/i.exec(line))
  const readable = entries.every((entry) => entry !== null && entry[4]?.length === DIGESTS[algorithmOf(entry)])
  if (
    !findings.expect(
      'ova.manifest-lines',
      readable && lines.length > 0,
      'The manifest can be read',
      'The manifest has lines that are no digests',
    )
  )
    return
  const tight = entries.every((entry) => entry?.[2] === '')
  findings.expect(
    'ova.manifest-spelling',
    tight,
    'Its lines are spelled as all importers take them',
    'A blank before the bracket: vSphere does not take such a manifest',
    'warning',
  )
  const covered = members.filter(({ name }) => !/\.(mf|cert)$/i.test(name))
  const missing = covered.find(({ name }) => !entries.some((entry) => entry?.[3] === name))
  findings.expect(
    'ova.manifest-covers',
    missing === undefined,
    'The manifest has each file',
    `The manifest has no digest of ${missing?.name}`,
  )
  const wrong: string[] = []
  for (const entry of entries) {
    if (!entry) continue
    const member = members.find(({ name }) => name === entry[3])
    const digest = member && (await digestOf(windowOf(source, member.at, member.bytes), algorithmOf(entry), host))
    if (digest !== entry[4]?.toLowerCase()) wrong.push(entry[3] ?? '')
  }
  findings.expect('ova.digests', wrong.length === 0, 'All digests of the manifest are right', `The digest of ${wrong.join(', ')} is wrong`)
  const old = entries.some((entry) => entry !== null && algorithmOf(entry) === 'sha1')
  findings.expect('ova.sha1', !old, 'No digest is an outdated one', 'It uses SHA-1, which vSphere 7 and later refuse', 'warning')
}

function algorithmOf(entry: RegExpExecArray): keyof typeof DIGESTS {
  return (entry[1] ?? '').toLowerCase() as keyof typeof DIGESTS
}

function lintReferences(findings: Findings, facts: OvfFacts, members: readonly PlacedMember[], descriptor: PlacedMember): void {
  const missing = facts.files.find(({ href }) => !members.some(({ name }) => name === href))
  const none = `The descriptor names ${missing?.href}, which is not in the archive`
  findings.expect(
    'ova.references',
    missing === undefined && facts.files.length > 0,
    'All files that the descriptor names are there',
    facts.files.length === 0 ? 'The descriptor names no file' : none,
  )
  const other = facts.files.find(
    ({ href, size }) => size !== null && members.some(({ name, bytes }) => name === href && String(bytes) !== size),
  )
  findings.expect(
    'ova.sizes',
    other === undefined,
    'All sizes in the descriptor are right',
    `The size of ${other?.href} in the descriptor is wrong`,
  )
  const payload = members.filter(({ name }) => name !== descriptor.name && !/\.(mf|cert)$/i.test(name)).map(({ name }) => name)
  const listed = facts.files.map(({ href }) => href).filter((href) => payload.includes(href))
  const ordered = payload.join('\n') === listed.join('\n')
  findings.expect(
    'ova.file-order',
    ordered,
    'The files stand in the order of the descriptor',
    'The files do not stand in the order in which the descriptor lists them',
  )
  findings.expect('ova.machine', facts.machines === 1, 'It describes one machine', `It describes ${facts.machines} machines`)
  const lost = facts.disks.find(({ fileRef }) => fileRef !== null && !facts.files.some(({ id }) => id === fileRef))
  findings.expect(
    'ova.disk-files',
    lost === undefined && facts.disks.length > 0,
    'Each disk has its file',
    lost ? `The disk ${lost.id} refers to a file that is not listed` : 'It describes no disk',
  )
  const known = new Set([...facts.disks.map(({ id }) => `disk/${id}`), ...facts.files.map(({ id }) => `file/${id}`)])
  const loose = facts.resources.find(
    (resource) => /^(ovf:)?\/?(disk|file)\//.test(resource) && !known.has(resource.replace(/^(ovf:)?\/?/, '')),
  )
  findings.expect('ova.attached', loose === undefined, 'Each attached disk is described', `${loose} is attached, and is not described`)
  const unused = facts.disks.find(({ id }) => !facts.resources.some((resource) => resource.endsWith(`/disk/${id}`)))
  findings.expect('ova.all-attached', unused === undefined, 'Each disk is attached', `The disk ${unused?.id} is attached to no machine`)
}

/** Facts of the first disk: an artifact has one. */
async function lintDisks(work: LintWork, facts: OvfFacts, members: readonly PlacedMember[]): Promise<DiskFacts | null> {
  const { source, findings, host, platform } = work
  let first: DiskFacts | null = null
  for (const { id, fileRef, capacity, unit } of facts.disks) {
    const file = facts.files.find((candidate) => candidate.id === fileRef)
    const member = members.find(({ name }) => name === file?.href)
    if (!file || !member) continue
    if (!file.plain) {
      findings.add('ova.disk', 'skipped', `${file.href} is compressed or cut into parts: the disk in it was not looked at`)
      continue
    }
    const inner = new Findings()
    const disk = await lintVmdk({ source: windowOf(source, member.at, member.bytes), findings: inner, host, platform })
    for (const { check, severity, text } of inner.list) findings.add(check, severity, `${file.href}: ${text}`)
    const bytes = ovfCapacityBytes(capacity, unit)
    const wrong = `The capacity of ${id} in the descriptor is ${bytes === null ? capacity : formatExactBytes(bytes)}, its disk says ${formatExactBytes(disk.virtualBytes ?? 0)}`
    findings.expect(
      'ova.capacity',
      bytes !== null && bytes === disk.virtualBytes,
      'The capacity in the descriptor is that of the disk',
      wrong,
    )
    const streamed = disk.subformat === 'streamOptimized'
    findings.expect(
      'ova.disk-format',
      streamed,
      'The disk is stream-optimized',
      `The disk is ${disk.subformat ?? 'no VMDK'}, and importers want a stream-optimized one`,
    )
    first ??= disk
  }
  return first
}
