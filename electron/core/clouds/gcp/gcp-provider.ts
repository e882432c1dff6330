import { gcpForm } from '#shared/clouds/forms/gcp-form'
import { AppError } from '#shared/errors/app-error'
import type { CloudProvider } from '../cloud-provider.js'

function missing(): never {
  throw new AppError('internal', { details: { message: 'not there yet' } })
}

/** Google Cloud. */
export const gcpProvider: CloudProvider = {
  form: gcpForm,
  accounts: async () => [],
  choices: async () => missing(),
  preflight: async () => missing(),
  execute: async () => missing(),
  cleanUp: async () => missing(),
}
