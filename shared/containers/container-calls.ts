import { z } from 'zod'
import { outputPlanSchema } from '../jobs/output-plan.js'
import {
  containerEntrySchema,
  containerIndexSchema,
  containerOriginSchema,
  containerPlatformSchema,
  containerReportSchema,
  newerReportSchema,
} from './container-report.js'
import {
  accessSchema,
  buildDiskAbilitySchema,
  containerStorageSchema,
  packageContainerInputSchema,
  signInRequestSchema,
  signInSchema,
} from './container-requests.js'

const reference = z.string().min(1).max(4096)
const path = z.string().min(1).max(4096)
/** The window says no file of this machine: only whether TLS may be left out. */
const access = accessSchema.pick({ plainHttp: true }).optional()

/** Calls about container images, as `contract` has them. */
export const containerCalls = {
  'containers.resolve': {
    input: z.object({ text: z.string().max(4096) }),
    output: z.object({ references: z.array(z.string()), notes: z.array(z.string()) }),
  },
  'containers.inspect': { input: z.object({ reference, access }), output: containerReportSchema },
  'containers.tags': { input: z.object({ reference, access }), output: z.array(z.string()) },
  /** Begins to look into an image; `containers.indexed` tells what is found. */
  'containers.openIndex': {
    input: z.object({
      reference,
      digest: z.string().optional(),
      platform: containerPlatformSchema.partial().optional(),
      access,
    }),
    output: containerIndexSchema,
  },
  'containers.closeIndex': { input: z.object({ id: z.string() }), output: z.undefined() },
  'containers.list': { input: z.object({ id: z.string(), folder: path }), output: z.array(containerEntrySchema) },
  'containers.origin': { input: z.object({ file: path }), output: containerOriginSchema.nullable() },
  'containers.checkNewer': { input: z.object({ file: path, access }), output: newerReportSchema },
  'containers.signIns': { input: z.undefined(), output: z.object({ signIns: z.array(signInSchema), keyring: z.string().nullable() }) },
  'containers.signIn': { input: signInRequestSchema.omit({ access: true }).extend({ access }), output: signInSchema },
  'containers.signOut': { input: z.object({ registry: z.string().max(300) }), output: z.undefined() },
  'containers.storage': { input: z.undefined(), output: containerStorageSchema },
  /** Removes what is named, after the user agreed in a dialog of the main process. Null when they did not. */
  'containers.removeStored': {
    input: z.object({ images: z.array(z.string()).max(1000), containers: z.array(z.string()).max(1000) }),
    output: z.object({ left: z.array(z.object({ id: z.string(), reason: z.string() })) }).nullable(),
  },
  'containers.pruneList': {
    input: z.undefined(),
    output: z.object({ images: z.array(z.string()), containers: z.array(z.string()), bytes: z.number() }),
  },
  'containers.planPackage': { input: packageContainerInputSchema, output: outputPlanSchema },
  'containers.buildDiskAbility': { input: z.object({ reference: reference.nullable(), access }), output: buildDiskAbilitySchema },
  /** Asks for an archive or folder of a container image; its reference, or null when the dialog was closed. */
  'containers.chooseArchive': {
    input: z.object({ of: z.enum(['archive', 'folder']) }),
    output: z.object({ reference: z.string() }).nullable(),
  },
  /** Asks for a private key to sign with; only such a file can be named in a request. Null when the dialog was closed. */
  'containers.chooseKey': { input: z.undefined(), output: z.object({ path: z.string(), isEncrypted: z.boolean() }).nullable() },
  /** Tries the passphrase of a key that was chosen; it is kept in memory, and in no request. */
  'containers.unlockKey': { input: z.object({ path: z.string().max(4096), passphrase: z.string().max(10_000) }), output: z.undefined() },
  /** Asks where to write an archive; its reference without a name inside, or null when the dialog was closed. */
  'containers.chooseDestination': {
    input: z.object({ suggested: z.string().max(255), transport: z.enum(['oci-archive', 'docker-archive', 'oci', 'dir']) }),
    output: z.object({ reference: z.string(), replace: z.boolean() }).nullable(),
  },
  /** Asks where a file or folder of an image goes; it may be written there then. */
  'containers.chooseOutput': {
    input: z.object({ suggested: z.string().min(1).max(255) }),
    output: z.object({ path: z.string(), replace: z.boolean() }).nullable(),
  },
} as const
