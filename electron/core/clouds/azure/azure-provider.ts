import { azureForm } from '#shared/clouds/forms/azure-form'
import { AppError } from '#shared/errors/app-error'
import type { CloudProvider } from '../cloud-provider.js'

function missing(): never {
  throw new AppError('internal', { details: { message: 'not there yet' } })
}

/** Azure. */
export const azureProvider: CloudProvider = {
  form: azureForm,
  accounts: async () => [],
  choices: async () => missing(),
  preflight: async () => missing(),
  execute: async () => missing(),
  cleanUp: async () => missing(),
}
