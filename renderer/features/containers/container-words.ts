import type { ContainerImage, ContainerReport, DiskCandidate, SignatureReport } from '#shared/containers/container-report'
import type { ContainerLayout, SignIn } from '#shared/containers/container-requests'
import { parseReference } from '#shared/containers/reference'
import { imageFormat } from '#shared/images/formats'
import type { Tone } from '../../components/badge.js'

/** `sha256:` and the first 12 digits: enough to tell images apart; the whole one can be copied. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…')
}

/** `2026-01-31 12:00 UTC`; null where none is said, or one that nobody means. */
export function createdWords(createdAt: string | null): string | null {
  const time = createdAt === null ? Number.NaN : Date.parse(createdAt)
  // Builds that can be repeated say the beginning of 1970.
  if (Number.isNaN(time) || time <= 0) return null
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

interface SignatureWords {
  readonly tone: Tone
  readonly words: string
  /** The policy of this machine lets nothing of it be written. */
  readonly blocks: boolean
}

export const SIGNATURE_WORDS: Readonly<Record<SignatureReport['state'], SignatureWords>> = {
  'not-required': { tone: 'neutral', words: 'no signature required', blocks: false },
  verified: { tone: 'green', words: 'signature verified', blocks: false },
  missing: { tone: 'red', words: 'not signed', blocks: true },
  wrong: { tone: 'red', words: 'wrong signature', blocks: true },
  refused: { tone: 'red', words: 'refused by policy', blocks: true },
  unchecked: { tone: 'amber', words: 'signature not checked', blocks: false },
}

export const KEPT_WORDS: Readonly<Record<SignIn['kept'], string>> = {
  session: 'until Diskwright is closed',
  keyring: 'in the keyring',
  'auth-file': 'in an auth file',
  helper: 'by a credential helper',
}

export const LAYOUT_WORDS: Readonly<Record<ContainerLayout, { readonly title: string; readonly hint: string }>> = {
  'boot-container': {
    title: 'Boot container',
    hint: 'The disk is one file in an otherwise empty image. Taken out by podman cp, or by Diskwright.',
  },
  containerdisk: { title: 'containerDisk', hint: 'As KubeVirt boots it: the disk in /disk, owned by user 107.' },
  artifact: {
    title: 'OCI artifact',
    hint: 'The disk itself is the layer. For oras and registries that know artifacts; podman cannot run it.',
  },
}

/** The image of a report that is looked into. */
export function shownImage(report: ContainerReport, chosen: string | null): ContainerImage | undefined {
  return (
    report.images.find(({ digest }) => digest === chosen) ??
    report.images.find(({ digest }) => digest === report.preferred) ??
    report.images[0]
  )
}

const COMPRESSED = /\.(gz|xz|zst|bz2)$/i
const FIRST_PART = /[.-](part)?(0+1?|aa)$/i

/** A name for what is taken out, as it lies in the image; a disk that is unpacked loses what says that it was packed. */
export function outputName(
  candidate: Readonly<Pick<DiskCandidate, 'path' | 'format' | 'compression'>> & { readonly parts: readonly string[] },
  unpack: boolean,
): string {
  const last = candidate.path.split('/').findLast((part) => part !== '') ?? ''
  let name = last === '' || last.startsWith('sha256:') ? 'disk' : last
  if (candidate.parts.length > 0) name = name.replace(FIRST_PART, '')
  if (unpack && candidate.compression !== null) name = name.replace(COMPRESSED, '')
  const extension = candidate.format === null ? undefined : imageFormat(candidate.format).extensions[0]
  return name.includes('.') || extension === undefined ? name : `${name}.${extension}`
}

/** The same repository at another tag. */
export function withTag(reference: string, tag: string): string {
  const { registry, repository } = parseReference(reference)
  return `docker://${registry ?? ''}/${repository ?? ''}:${tag}`
}

/** Whether a text that was pasted somewhere is meant as a reference: words of a sentence and paths of files are not. */
export function looksLikeReference(text: string): boolean {
  // The address of a web page is none, but one with a tag is meant as one: then it is said what has to be left out.
  const trimmed = text.trim().replace(/^https?:\/\/(?=[^/]+\/[^?#]*[:@][^/]*$)/i, '')
  if (trimmed.length > 4096 || /\s/.test(trimmed) || trimmed.startsWith('/')) return false
  try {
    const { registry, tag, digest, transport, repository } = parseReference(trimmed)
    return (
      transport !== 'docker' ||
      trimmed.startsWith('docker:') ||
      registry !== null ||
      tag !== null ||
      digest !== null ||
      (repository ?? '').includes('/')
    )
  } catch {
    return false
  }
}
