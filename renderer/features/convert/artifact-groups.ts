import { type Artifact, ARTIFACTS, artifactPlatform } from '#shared/platforms/artifacts'
import type { ArtifactId } from '#shared/platforms/artifact-ids'

const GROUPS = [
  { group: 'Hypervisor', name: 'Hypervisors' },
  { group: 'Cloud', name: 'Clouds' },
  { group: 'Other', name: 'Other' },
] as const

export interface ArtifactGroup {
  readonly name: string
  readonly artifacts: readonly Artifact[]
}

/** The most that `Last used` holds: it saves a search, it is no second list. */
const MAX_LAST = 6

function matches(one: Artifact, words: readonly string[]): boolean {
  const text = `${one.name} ${one.hint} ${artifactPlatform(one.id).name} ${one.format} ${one.subformat}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** Presets by the kind of their platform, those that were used last before them; every word of `search` has to be found. */
export function groupedArtifacts(search: string, last: readonly ArtifactId[]): ArtifactGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const recent = last.slice(0, MAX_LAST)
  const found = ARTIFACTS.filter((one) => matches(one, words))
  const groups = GROUPS.map(({ group, name }) => ({
    name,
    artifacts: found.filter(({ id }) => artifactPlatform(id).group === group && !recent.includes(id)),
  }))
  const used = { name: 'Last used', artifacts: recent.flatMap((id) => found.filter((one) => one.id === id)) }
  return [used, ...groups].filter(({ artifacts }) => artifacts.length > 0)
}

/** What is remembered as last used: the chosen ones first, then those of before. */
export function lastUsed(chosen: readonly ArtifactId[], before: readonly ArtifactId[]): ArtifactId[] {
  return [...new Set([...chosen, ...before])].slice(0, MAX_LAST)
}
