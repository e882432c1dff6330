import type { ProviderForm } from '../provider-form.js'

/** Oracle Cloud. */
export const ociForm: ProviderForm = {
  id: 'oci',
  title: 'Oracle Cloud',
  summary: 'A custom image in a compartment',
  platform: 'oci',
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
