import type { ProviderForm } from '../provider-form.js'

/** Azure. */
export const azureForm: ProviderForm = {
  id: 'azure',
  title: 'Azure',
  summary: 'An image version in a gallery, or a managed disk',
  platform: 'azure',
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
