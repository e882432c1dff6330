import { z } from 'zod'
import type { PlatformId } from '../platforms/platform.js'
import { type GivenText, givenTextSchema, hideText } from './given-text.js'

/** How a platform tells its guest who it is. */
export interface MetadataService {
  readonly title: string
  /** Where the guest finds it, in words. */
  readonly place: string
  /** What it does not do, in words; null where it does what guests ask for. */
  readonly note: string | null
}

/** Metadata that a test machine can have. A service answers inside of the test's own network, which leads nowhere else. */
export const METADATA_SERVICES = {
  aws: {
    title: 'Amazon EC2: IMDS v1 and v2',
    place: 'http://169.254.169.254',
    note: null,
  },
  azure: {
    title: 'Microsoft Azure: provisioning CD, IMDS and wire server',
    place: 'http://168.63.129.16, http://169.254.169.254 and a CD with ovf-env.xml',
    note: 'The wire server knows the goal state, reports of being ready and no certificates or extensions',
  },
  gcp: {
    title: 'Google Compute Engine: metadata server',
    place: 'http://metadata.google.internal',
    note: 'There are no tokens of service accounts',
  },
  oci: {
    title: 'Oracle Cloud: IMDS v2',
    place: 'http://169.254.169.254/opc/v2/',
    note: null,
  },
  openstack: {
    title: 'OpenStack: metadata service',
    place: 'http://169.254.169.254/openstack/',
    note: 'There is no config drive',
  },
  // QEMU hw/i386/vmport.c answers for the version, the memory and the like; the command for messages (open-vm-tools lib/include/
  // backdoor_def.h, BDOOR_CMD_MESSAGE) is none of them.
  vmware: {
    title: 'VMware: OVF environment on a CD',
    place: 'a CD with ovf-env.xml',
    note: "guestinfo needs VMware's backdoor, of which qemu has no part for messages: cloud-init reads the OVF environment instead, Ignition does not",
  },
} as const satisfies Readonly<Record<string, MetadataService>>

export type MetadataServiceId = keyof typeof METADATA_SERVICES
export const METADATA_SERVICE_IDS = Object.keys(METADATA_SERVICES) as [MetadataServiceId, ...MetadataServiceId[]]

/** Platforms whose guests ask the service of another one. */
const SERVICE_OF: Readonly<Partial<Record<PlatformId, MetadataServiceId>>> = {
  aws: 'aws',
  azure: 'azure',
  azurestack: 'azure',
  gcp: 'gcp',
  oci: 'oci',
  openstack: 'openstack',
  vmware: 'vmware',
  'vmware-workstation': 'vmware',
}

/** The service that a platform's guests look for; undefined where there is none to be had. */
export function metadataServiceOf(platform: PlatformId | undefined): MetadataServiceId | undefined {
  return platform === undefined ? undefined : SERVICE_OF[platform]
}

/** What the metadata of a test machine says. What is left out is made up. */
export const guestMetadataSchema = z.object({
  /** Default: that of the test's platform. */
  service: z.enum(METADATA_SERVICE_IDS).optional(),
  /** RFC 1123 labels. */
  hostname: z
    .string()
    .max(253)
    .regex(/^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i)
    .optional(),
  instanceId: z
    .string()
    .max(128)
    .regex(/^[\w.:-]+$/)
    .optional(),
  /** Public keys, one line each, as in `authorized_keys`. */
  sshKeys: z
    .array(
      z
        .string()
        .min(1)
        .max(16_384)
        .regex(/^[^\r\n]+$/)
        // They stand in records; and no guest has any use for one.
        .refine((line) => !line.includes('PRIVATE KEY'), {
          error: 'a private key is not what a guest is given, but the public one that goes with it',
        }),
    )
    .max(50)
    .default([]),
  /** Whom the keys are for, where the service wants a name. */
  user: z
    .string()
    .max(32)
    .regex(/^[a-z_][a-z\d_-]*$/)
    .default('diskwright'),
  /** For cloud-init or Ignition. */
  userData: givenTextSchema.optional(),
})
export type GuestMetadata = z.infer<typeof guestMetadataSchema>

/** As it may be kept in records: user data can hold passwords. */
export function hideMetadata(metadata: GuestMetadata): GuestMetadata {
  return metadata.userData === undefined ? metadata : { ...metadata, userData: hideText(metadata.userData) }
}

/** Files of this machine that it is read from. */
export function metadataFiles({ userData }: { readonly userData?: GivenText | undefined }): string[] {
  return userData !== undefined && 'file' in userData ? [userData.file] : []
}
