import { z } from 'zod'

/** Places that boot images are uploaded to; a form in `forms/` and a folder in the core's `clouds/` belong to each. */
export const PROVIDER_IDS = ['oci', 'registry', 's3', 'openstack', 'aws', 'azure', 'gcp', 'vsphere'] as const
export type ProviderId = (typeof PROVIDER_IDS)[number]
export const providerIdSchema = z.enum(PROVIDER_IDS)
