import { create } from 'zustand'
import { parseReference } from '#shared/containers/reference'

export type ContainersTab = 'open' | 'storage' | 'sign-ins'

/** A job that takes something out of the image that shows. */
export interface TakingOut {
  readonly job: string
  /** What was made is opened when it is there. */
  readonly opens: boolean
}

interface ContainersStore {
  readonly tab: ContainersTab
  /** What stands in the field. */
  readonly text: string
  /** The text that was asked for; null before. */
  readonly asked: string | null
  /** The one that was chosen where a short name has several meanings. */
  readonly chosen: string | null
  /** Digest of the image of an index that was chosen; null: the one that fits. */
  readonly platform: string | null
  readonly taking: TakingOut | null
  /** Registries that may be asked without TLS while the window is open. */
  readonly plainHosts: ReadonlySet<string>
  show(tab: ContainersTab): void
  type(text: string): void
  ask(text: string): void
  choose(reference: string): void
  choosePlatform(digest: string): void
  takeOut(taking: TakingOut | null): void
  allowPlainHttp(registry: string): void
}

export const useContainersStore = create<ContainersStore>()((set) => ({
  tab: 'open',
  text: '',
  asked: null,
  chosen: null,
  platform: null,
  taking: null,
  plainHosts: new Set(),
  show: (tab) => set({ tab }),
  type: (text) => set({ text }),
  ask: (text) => set({ tab: 'open', text, asked: text, chosen: null, platform: null, taking: null }),
  choose: (chosen) => set({ chosen, platform: null, taking: null }),
  choosePlatform: (platform) => set({ platform, taking: null }),
  takeOut: (taking) => set({ taking }),
  allowPlainHttp: (registry) => set(({ plainHosts }) => ({ plainHosts: new Set([...plainHosts, registry]) })),
}))

/** Registry of a reference; null for files, short names and what is no reference. */
function registryOf(reference: string): string | null {
  try {
    return parseReference(reference).registry
  } catch {
    return null
  }
}

/** How the registry of this reference is reached: as the machine says, or without TLS where the user agreed. */
export function accessOf(reference: string, plainHosts: ReadonlySet<string>): { plainHttp: true } | undefined {
  const registry = registryOf(reference)
  return registry !== null && plainHosts.has(registry) ? { plainHttp: true } : undefined
}

export function useAccess(reference: string): { plainHttp: true } | undefined {
  const isPlain = useContainersStore(({ plainHosts }) => accessOf(reference, plainHosts) !== undefined)
  return isPlain ? { plainHttp: true } : undefined
}
