import { s3Form } from '#shared/clouds/forms/s3-form'
import { AppError } from '#shared/errors/app-error'
import type { CloudProvider } from '../cloud-provider.js'

function missing(): never {
  throw new AppError('internal', { details: { message: 'not there yet' } })
}

/** S3 and compatible. */
export const s3Provider: CloudProvider = {
  form: s3Form,
  accounts: async () => [],
  choices: async () => missing(),
  preflight: async () => missing(),
  execute: async () => missing(),
  cleanUp: async () => missing(),
}
