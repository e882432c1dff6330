import type { ProviderForm } from '../provider-form.js'

/** Google Cloud. */
export const gcpForm: ProviderForm = {
  id: 'gcp',
  title: 'Google Cloud',
  summary: 'An image of Compute Engine',
  platform: 'gcp',
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
