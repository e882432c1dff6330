import type { ProviderForm } from '../provider-form.js'

/** AWS. */
export const awsForm: ProviderForm = {
  id: 'aws',
  title: 'AWS',
  summary: 'A machine image (AMI)',
  platform: 'aws',
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
