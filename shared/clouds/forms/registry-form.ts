import type { ProviderForm } from '../provider-form.js'

/** Container registry. */
export const registryForm: ProviderForm = {
  id: 'registry',
  title: 'Container registry',
  summary: 'A container image that holds the disk, or a bootable container',
  platform: null,
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
