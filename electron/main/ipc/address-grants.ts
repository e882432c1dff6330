import { providerForm } from '#shared/clouds/forms'
import { completeValues } from '#shared/clouds/preparation'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { FilledForm } from './upload-values.js'

/** Asks the user outside of the window. True: what this machine is signed in with may be shown there. */
export type AskToSignIn = (addresses: readonly string[]) => Promise<boolean>

/** Fields with an address that tokens or secrets of this machine itself would be sent to; of all others they go to the provider alone. */
const ADDRESS_FIELDS: Partial<Record<ProviderId, readonly string[]>> = {
  azure: ['authority', 'manager', 'storage'],
  gcp: ['endpoint'],
}

/**
 * Addresses in place of a provider's own: the user is asked once for each, in a dialog of the main process, until Diskwright is closed. A window that was
 * taken over would otherwise name one of its own, and be sent a token.
 */
export class AddressGrants {
  private readonly asked = new Map<string, Promise<boolean>>()

  /** Throws `cancelled` where the user does not agree. */
  async require(form: FilledForm, ask: AskToSignIn): Promise<void> {
    const addresses = addressesOf(form)
    if (addresses.length === 0) return
    const key = JSON.stringify([form.provider, addresses])
    const answer = this.asked.get(key) ?? ask(addresses)
    this.asked.set(key, answer)
    if (await answer.catch(() => false)) return
    this.asked.delete(key)
    throw new AppError('cancelled')
  }
}

function addressesOf({ provider, values, facts }: FilledForm): string[] {
  const complete = completeValues(providerForm(provider), values, facts)
  return (ADDRESS_FIELDS[provider] ?? []).map((id) => textOf(complete, id)).filter((address) => address !== '')
}
