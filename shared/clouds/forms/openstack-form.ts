import type { ProviderForm } from '../provider-form.js'

/** OpenStack. */
export const openstackForm: ProviderForm = {
  id: 'openstack',
  title: 'OpenStack',
  summary: 'An image in Glance',
  platform: 'openstack',
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
