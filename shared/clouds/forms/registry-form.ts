import { containerTransportOf, registryReference } from './registry-reference.js'
import { registryFields } from './registry-fields.js'
import { goArch } from '../../containers/platform-match.js'
import { parseReference, shortReference } from '../../containers/reference.js'
import { artifact } from '../../platforms/artifacts.js'
import { formatBytes } from '../../text/bytes.js'
import { shellLine } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import { isArtifactAlready } from '../preparation.js'
import type { Payload, ProviderForm } from '../provider-form.js'
import { flagOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow, UploadStep } from '../upload-plan.js'

/** Formats that KubeVirt and those who take a disk out of an image read. */
const TAKEN: ReadonlySet<string | null> = new Set(['qcow2', 'raw'])

/** Container registry, and the archives, folders and storage that container images are kept in. */
export const registryForm: ProviderForm = {
  id: 'registry',
  title: 'Container registry',
  summary: 'A container image that holds the disk, or a bootable container',
  platform: null,
  takes: ['disk', 'container', 'ova'],
  fields: registryFields,
  validate,
  payload,
  steps,
  commands,
}

function payload(values: FieldValues, facts: SourceFacts): Payload {
  if (facts.kind === 'container') return { kind: 'source' }
  const format = textOf(values, 'format')
  if (format === 'raw') return { kind: 'artifact', artifact: 'metal-raw' }
  const isTaken = facts.kind === 'disk' && TAKEN.has(facts.format) && facts.subformat !== null
  return isTaken && format !== 'qcow2' ? { kind: 'source' } : { kind: 'artifact', artifact: 'libvirt-qcow2' }
}

function validate(values: FieldValues, facts: SourceFacts): CheckRow[] {
  return [
    ...referenceRows(values),
    ...togetherRows(values, facts),
    ...formatRows(values, facts),
    ...architectureRows(values, facts),
    ...plainRows(values),
  ]
}

/** What becomes of zeros: they are most of a disk. */
function formatRows(values: FieldValues, facts: SourceFacts): CheckRow[] {
  if (facts.kind === 'container') return []
  const row = { code: 'format', title: 'Format of the disk', field: 'format' } as const
  const sent = payload(values, facts)
  const isRaw = sent.kind === 'artifact' ? artifact(sent.artifact).format === 'raw' : facts.format === 'raw'
  if (isRaw) {
    const found = `The disk is sent raw, with its zeros: ${formatBytes(facts.virtualBytes)}, which a registry keeps and everybody fetches`
    return [{ ...row, state: 'warning', found, fix: { kind: 'set', field: 'format', value: 'qcow2', label: 'Send it as qcow2' } }]
  }
  if (facts.format !== 'raw') return []
  return [{ ...row, state: 'info', found: 'The raw disk is sent as qcow2, without its zeros; containerDisks take both' }]
}

function referenceRows(values: FieldValues): CheckRow[] {
  const text = registryReference(values)
  if (text === null) return []
  try {
    parseReference(text)
    return []
  } catch {
    return [{ code: 'reference', title: 'Destination', state: 'error', found: `${text} is no name that a container image can have` }]
  }
}

function togetherRows(values: FieldValues, { kind }: SourceFacts): CheckRow[] {
  const transport = containerTransportOf(values)
  if (kind === 'container' || textOf(values, 'layout') !== 'artifact') return []
  if (transport === 'docker' || transport === 'oci-archive') return []
  const found = `${transport}: has no place for artifacts; a registry and an OCI archive have`
  return [{ code: 'artifact-destination', title: 'Layout', state: 'error', found, field: 'layout' }]
}

function architectureRows(values: FieldValues, { architecture, kind }: SourceFacts): CheckRow[] {
  const chosen = textOf(values, 'architecture')
  if (kind === 'container' || architecture === null || chosen === '' || chosen === goArch(architecture)) return []
  const found = `The system in the disk is for ${architecture}; the image would say ${chosen}`
  return [{ code: 'architecture', title: 'Architecture', state: 'warning', found, field: 'architecture' }]
}

function plainRows(values: FieldValues): CheckRow[] {
  if (!flagOf(values, 'plainHttp')) return []
  const found = 'Without TLS everyone in between can read and change what is sent, passwords too'
  return [{ code: 'plain-http', title: 'Transport', state: 'warning', found, field: 'plainHttp' }]
}

function steps(values: FieldValues, facts: SourceFacts): UploadStep[] {
  const place = registryReference(values) ?? 'the registry'
  const prepare = { id: 'prepare', title: 'Check the source and the destination', kind: 'remote' as const, weight: 0.03, creates: [] }
  const finish = {
    id: 'finish',
    title: 'Give it its name and read it back',
    kind: 'remote' as const,
    weight: 0.05,
    creates: [`container image ${place}`],
  }
  if (facts.kind === 'container')
    return [prepare, { id: 'copy', title: 'Send what is not there yet', kind: 'transfer', weight: 0.92, creates: [] }, finish]
  return [
    prepare,
    { id: 'digest', title: 'Compute the digest of the layer', kind: 'convert', weight: 0.22, creates: [] },
    { id: 'send', title: 'Send what is not there yet', kind: 'transfer', weight: 0.7, creates: [] },
    finish,
  ]
}

function commands(values: FieldValues, facts: SourceFacts): string[] {
  const destination = registryReference(values)
  if (destination === null) return []
  const isPlain = flagOf(values, 'plainHttp')
  if (facts.kind === 'container') {
    const source = facts.path.startsWith('/') ? `oci-archive:${facts.path}` : facts.path
    const plain = isPlain ? ['--dest-tls-verify=false'] : []
    return [shellLine(['skopeo', 'copy', ...(copiesAll(values) ? ['--all'] : []), ...plain, source, destination])]
  }
  const parsed = parseReference(destination)
  const name = parsed.transport === 'docker' ? shortReference(parsed) : destination
  const file = sentName(values, facts)
  if (textOf(values, 'layout') === 'artifact') {
    return [shellLine(['oras', 'push', ...(isPlain ? ['--plain-http'] : []), name, `${file}:application/vnd.diskwright.disk`])]
  }
  const path = imagePath(values, file)
  return [
    `printf 'FROM scratch\\nCOPY --chown=107:107 %s %s\\n' ${shellLine([file, path])} > Containerfile`,
    shellLine(['podman', 'build', '-f', 'Containerfile', '-t', name, '.']),
    shellLine(['podman', 'push', ...(isPlain ? ['--tls-verify=false'] : []), name, destination]),
  ]
}

/** Name of the file that goes in: that of the source, or of what is made of it. */
function sentName(values: FieldValues, facts: SourceFacts): string {
  const file = facts.path.split('/').at(-1) ?? 'disk'
  const sent = payload(values, facts)
  if (sent.kind !== 'artifact' || isArtifactAlready(facts, sent.artifact)) return file
  return `${file.replace(/(?<=.)\.[^.]*$/, '')}.${artifact(sent.artifact).extension}`
}

/** An index of several images has no place in an archive of docker and in podman's storage. */
export function copiesAll(values: FieldValues): boolean {
  const transport = containerTransportOf(values)
  return flagOf(values, 'all') && transport !== 'docker-archive' && transport !== 'containers-storage'
}

function imagePath(values: FieldValues, file: string): string {
  return textOf(values, 'layout') === 'containerdisk' ? `/disk/${file}` : '/disk/boot.qcow2'
}
