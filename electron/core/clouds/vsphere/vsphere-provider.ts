import { vsphereForm } from '#shared/clouds/forms/vsphere-form'
import { AppError } from '#shared/errors/app-error'
import type { CloudProvider } from '../cloud-provider.js'

function missing(): never {
  throw new AppError('internal', { details: { message: 'not there yet' } })
}

/** VMware vSphere. */
export const vsphereProvider: CloudProvider = {
  form: vsphereForm,
  accounts: async () => [],
  choices: async () => missing(),
  preflight: async () => missing(),
  execute: async () => missing(),
  cleanUp: async () => missing(),
}
