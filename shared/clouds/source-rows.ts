import type { PlatformRow } from '../platforms/platform.js'
import { platform } from '../platforms/platforms.js'
import type { WantedUpload } from './preparation.js'
import type { ProviderForm } from './provider-form.js'
import type { SourceFacts } from './source-facts.js'
import type { CheckRow } from './upload-plan.js'

const KIND_WORDS: Readonly<Record<SourceFacts['kind'], string>> = {
  disk: 'a disk image',
  container: 'a container image',
  squashfs: 'a SquashFS',
  kernel: 'a kernel',
  initramfs: 'an initial RAM disk',
  ova: 'an OVA',
  other: 'a file of another kind',
}

/** What the source alone says about an upload, whoever the provider is. */
export function sourceRows(form: ProviderForm, { facts, edits }: Pick<WantedUpload, 'facts' | 'edits'>): CheckRow[] {
  return [...kindRows(form, facts), ...editRows(facts, edits.length), ...ignitionRows(form, facts)]
}

function kindRows({ takes, title }: ProviderForm, { kind }: SourceFacts): CheckRow[] {
  if (takes.includes(kind)) return []
  const taken = takes.map((each) => KIND_WORDS[each]).join(', ')
  return [{ code: 'source-kind', title: 'Source', state: 'error', found: `It is ${KIND_WORDS[kind]}; ${title} is for ${taken}` }]
}

function editRows({ kind }: SourceFacts, edits: number): CheckRow[] {
  if (edits === 0 || kind === 'disk') return []
  return [{ code: 'edits-not-possible', title: 'Edits', state: 'error', found: `Edits are written to disks; this is ${KIND_WORDS[kind]}` }]
}

/** Ignition takes its configuration from where its platform says: with another id the machine comes up without a user. */
function ignitionRows({ platform: id, title }: ProviderForm, { ignitionPlatform: found }: SourceFacts): CheckRow[] {
  if (id === null || found === null) return []
  const known = ignitionIds(platform(id))
  const row = { code: 'ignition-platform', title: 'Ignition platform' } as const
  if (known.includes(found)) return [{ ...row, state: 'ok', found: `ignition.platform.id=${found}` }]
  const words = `The image says ignition.platform.id=${found}; on ${title} Ignition finds its configuration with ${known.join(' or ')}`
  return [{ ...row, state: 'warning', found: words, fix: { kind: 'retarget', platform: id } }]
}

function ignitionIds({ ignitionId }: PlatformRow): string[] {
  return [...new Set([ignitionId.default, ...Object.values(ignitionId.byOs ?? {})])]
}
