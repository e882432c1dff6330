import { awsForm } from './forms/aws-form.js'
import { azureForm } from './forms/azure-form.js'
import { gcpForm } from './forms/gcp-form.js'
import { ociForm } from './forms/oci-form.js'
import { openstackForm } from './forms/openstack-form.js'
import { registryForm } from './forms/registry-form.js'
import { s3Form } from './forms/s3-form.js'
import { vsphereForm } from './forms/vsphere-form.js'
import type { ProviderForm } from './provider-form.js'
import type { ProviderId } from './provider-ids.js'

/** The compiler asks for a form per provider. */
const FORMS: Readonly<Record<ProviderId, ProviderForm>> = {
  oci: ociForm,
  registry: registryForm,
  s3: s3Form,
  openstack: openstackForm,
  aws: awsForm,
  azure: azureForm,
  gcp: gcpForm,
  vsphere: vsphereForm,
}

export function providerForm(id: ProviderId): ProviderForm {
  return FORMS[id]
}
