import type { UploadPhase } from '#shared/clouds/upload-request'
import type { CheckRow, UploadPlan, UploadResult } from '#shared/clouds/upload-plan'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { ProviderForm } from '#shared/clouds/provider-form'
import { withDefaults } from '#shared/clouds/read-values'
import { imageFormat } from '#shared/images/formats'
import { formatBytes } from '#shared/text/bytes'
import { count } from '../../components/format.js'
import { checkTotals } from './ship-steps.js'

/** As the job says them, for the start of a line. */
export const PHASE_WORDS: Readonly<Record<UploadPhase, string>> = {
  converting: 'Converting',
  uploading: 'Uploading',
  importing: 'Importing',
  ready: 'Ready',
  failed: 'Failed',
  'needs sign-in': 'Needs sign-in',
}

const KIND_WORDS: Readonly<Record<SourceFacts['kind'], string>> = {
  disk: 'a disk image',
  container: 'a container image',
  squashfs: 'a SquashFS',
  kernel: 'a kernel',
  initramfs: 'an initial RAM disk',
  ova: 'an appliance (OVA)',
  other: 'a file of no known kind',
}

const KIND_PLURALS: Readonly<Record<SourceFacts['kind'], string>> = {
  disk: 'disk images',
  container: 'container images',
  squashfs: 'SquashFS files',
  kernel: 'kernels',
  initramfs: 'initial RAM disks',
  ova: 'OVAs',
  other: 'other files',
}

export function kindWords(facts: Pick<SourceFacts, 'kind' | 'format'>): string {
  return facts.kind === 'disk' && facts.format !== null
    ? `${imageFormat(facts.format).label} disk`
    : KIND_WORDS[facts.kind].replace(/^an? /, '')
}

/** Why a file cannot go to a provider; null when it can. */
export function whyNot(form: ProviderForm, facts: SourceFacts): string | null {
  if (!form.takes.includes(facts.kind)) {
    return `Takes ${listWords(form.takes.map((kind) => KIND_PLURALS[kind]))}; this is ${KIND_WORDS[facts.kind]}.`
  }
  // What belongs to a field can be changed; the rest is the file's own.
  const values = withDefaults(form.fields({}, facts), {})
  const row = form.validate(values, facts).find(({ state, field, fix }) => state === 'error' && field === undefined && fix === undefined)
  return row === undefined ? null : `${row.title}: ${row.found}`
}

function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

/** `10 checks, nothing stands in the way`, `1 check stands in the way, 2 to think about`. */
export function checksWords(rows: readonly CheckRow[]): string {
  const { errors, warnings } = checkTotals(rows)
  if (errors === 0 && warnings === 0) return `${count(rows.length, 'check')}, nothing stands in the way`
  const parts = [
    errors === 0 ? '' : `${count(errors, 'check')} ${errors === 1 ? 'stands' : 'stand'} in the way`,
    warnings === 0 ? '' : `${warnings} to think about`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** `792 MiB of 15 GiB are sent`. */
export function wireWords({ wireBytes, totalBytes }: Pick<UploadPlan, 'wireBytes' | 'totalBytes'>): string {
  return wireBytes < totalBytes ? `${formatBytes(wireBytes)} of ${formatBytes(totalBytes)}` : formatBytes(wireBytes)
}

const DIGESTS: Readonly<Record<Exclude<UploadResult['verified'], 'none' | 'size'>, string>> = {
  sha256: 'SHA-256',
  sha512: 'SHA-512',
  md5: 'MD5',
  crc32c: 'CRC-32C',
}

/** How it is known that what is stored is what was sent. */
export function verifiedWords(verified: UploadResult['verified']): string {
  if (verified === 'none') return 'The provider tells nothing of what it stored: it could not be compared'
  if (verified === 'size') return 'As long as what was sent; the provider tells no digest of it'
  return `What is stored is what was sent: same ${DIGESTS[verified]}`
}

/** `792 MiB sent, 14.2 GiB left out because they are zeros`. */
export function sentWords({ sentBytes, skippedBytes }: Pick<UploadResult, 'sentBytes' | 'skippedBytes'>): string {
  const sent = `${formatBytes(sentBytes)} sent`
  return skippedBytes === 0 ? sent : `${sent}, ${formatBytes(skippedBytes)} left out because they are zeros`
}
