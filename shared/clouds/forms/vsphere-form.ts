import type { ProviderForm } from '../provider-form.js'

/** VMware vSphere. */
export const vsphereForm: ProviderForm = {
  id: 'vsphere',
  title: 'VMware vSphere',
  summary: 'A template in a content library, or a virtual machine',
  platform: 'vmware',
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
