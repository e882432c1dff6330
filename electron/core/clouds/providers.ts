import type { ProviderId } from '#shared/clouds/provider-ids'
import type { CloudProvider } from './cloud-provider.js'

/** Each with its SDK is a chunk of its own, loaded when it is first used. */
const PROVIDERS: Readonly<Record<ProviderId, () => Promise<CloudProvider>>> = {
  oci: async () => (await import('./oci/oci-provider.js')).ociProvider,
  registry: async () => (await import('./registry/registry-provider.js')).registryProvider,
  s3: async () => (await quietly(() => import('./s3/s3-provider.js'))).s3Provider,
  openstack: async () => (await import('./openstack/openstack-provider.js')).openstackProvider,
  aws: async () => (await quietly(() => import('./aws/aws-provider.js'))).awsProvider,
  azure: async () => (await import('./azure/azure-provider.js')).azureProvider,
  gcp: async () => (await import('./gcp/gcp-provider.js')).gcpProvider,
  vsphere: async () => (await import('./vsphere/vsphere-provider.js')).vsphereProvider,
}

/** The SDK of Amazon warns on stderr of versions to come, which need a newer Node than the one that Diskwright is built for. */
function quietly<T>(load: () => Promise<T>): Promise<T> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  return load()
}

export function cloudProvider(id: ProviderId): Promise<CloudProvider> {
  return PROVIDERS[id]()
}
