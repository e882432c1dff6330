import type { Field } from '#shared/clouds/field'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { nameKey } from './draft.js'
import { useShipStore } from './ship-store.js'

/** What the provider's list called a value when it was seen last; undefined where it is called as it is. */
export function useChoiceName(provider: ProviderId | null, field: Field, value: string): string | undefined {
  return useShipStore(({ names }) =>
    provider === null || field.kind !== 'remote-select' ? undefined : names[nameKey(provider, field.id, value)],
  )
}
