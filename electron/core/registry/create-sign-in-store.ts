import { AppError } from '#shared/errors/app-error'
import type { Host } from '../process/host.js'
import type { SecretStore, SignInStore } from './sign-in-store.js'

export function createSignInStore(_deps: { readonly host: Host; readonly secrets: SecretStore | null }): SignInStore {
  const missing = () => {
    throw new AppError('internal', { details: { message: 'not there yet' } })
  }
  return { find: async () => null, list: async () => [], keep: missing, forget: missing }
}
