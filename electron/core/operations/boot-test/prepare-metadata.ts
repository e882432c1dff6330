import fs from 'node:fs/promises'
import path from 'node:path'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import { METADATA_SERVICES, type MetadataServiceId, metadataServiceOf } from '#shared/boot-test/guest-metadata'
import { ARCH_TRAITS, type MachineArch } from '#shared/boot-test/machine-arch'
import { AppError } from '#shared/errors/app-error'
import { requireStreams } from '../../tools/qemu-system/require-streams.js'
import type { JobContext } from '../job-context.js'
import { readGiven } from './given.js'
import { guestFacts } from './metadata/guest-facts.js'
import { makeIso } from './metadata/iso-9660.js'
import { type MetadataPlan, metadataPlan } from './metadata/metadata-server.js'
import type { MetadataDisc } from './metadata/ovf-environment.js'

export interface PreparedMetadata extends Pick<MetadataPlan, 'addresses' | 'names' | 'respond'> {
  readonly service: MetadataServiceId
  /** Absolute path of the disc that belongs to it. */
  readonly disc: string | null
  readonly notes: readonly string[]
}

/** What is needed to tell the guest who it is; null where nobody asked for it. Throws `bad-input` where no service is named, `tool-failed` … */
export async function prepareMetadata(
  { host, jobId }: JobContext,
  { metadata, platform }: BootTestInput,
  folder: string,
  arch: MachineArch,
): Promise<PreparedMetadata | null> {
  if (metadata === undefined) return null
  const service = metadata.service ?? metadataServiceOf(platform)
  if (service === undefined) {
    const reason = `metadata wants the name of a service (${Object.keys(METADATA_SERVICES).join(', ')}), or a platform that has one`
    throw new AppError('bad-input', { details: { reason } })
  }
  const userData = metadata.userData === undefined ? null : await readGiven(metadata.userData)
  const { disc, ...plan } = metadataPlan(service, guestFacts(service, metadata, userData, jobId, arch))
  if (plan.respond) await requireStreams(host, ARCH_TRAITS[arch].tool)
  const { note } = METADATA_SERVICES[service]
  return { ...plan, service, disc: disc && (await writeDisc(disc, folder)), notes: note === null ? [] : [note] }
}

async function writeDisc(disc: MetadataDisc, folder: string): Promise<string> {
  const file = path.join(folder, 'metadata.iso')
  await fs.writeFile(file, makeIso(disc), { mode: 0o600 })
  return file
}
