import type { ProviderForm } from '../provider-form.js'
import { azureCommands } from './azure-commands.js'
import { azureFields } from './azure-fields.js'
import { checkAzure } from './azure-rules.js'
import { azureSteps } from './azure-steps.js'

/** Microsoft Azure: a managed disk or page blob that is written without a copy here, and an image made of it. */
export const azureForm: ProviderForm = {
  id: 'azure',
  title: 'Azure',
  summary: 'An image version in a gallery, or a managed disk',
  platform: 'azure',
  takes: ['disk'],
  fields: azureFields,
  validate: checkAzure,
  payload: () => ({ kind: 'disk' }),
  steps: azureSteps,
  commands: azureCommands,
}
