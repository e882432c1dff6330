import { awsForm } from '#shared/clouds/forms/aws-form'
import { AppError } from '#shared/errors/app-error'
import type { CloudProvider } from '../cloud-provider.js'

function missing(): never {
  throw new AppError('internal', { details: { message: 'not there yet' } })
}

/** AWS. */
export const awsProvider: CloudProvider = {
  form: awsForm,
  accounts: async () => [],
  choices: async () => missing(),
  preflight: async () => missing(),
  execute: async () => missing(),
  cleanUp: async () => missing(),
}
