import type { models } from 'oci-core'
import { usualFirmware } from '#shared/clouds/forms/oci-choices'
import { listOf, textOf } from '#shared/clouds/read-values'
import { AppError, toAppError } from '#shared/errors/app-error'
import { pathOf } from '../transfer/service-call.js'
import { SERVICE } from './oci-config.js'
import { imageCall } from './oci-image.js'
import type { OciJob } from './oci-job.js'

const API = '20160918'

/** What an archive would have said: firmware and launch mode by a capability schema, and the shapes of an Arm image. */
export async function applySettings(job: OciJob, image: string): Promise<void> {
  const { run } = job
  if (run.journal.get<boolean>('oci.schema') !== true) {
    await setCapabilities(job, image)
    await run.journal.put('oci.schema', true)
  }
  if (run.facts.architecture === 'aarch64') await setShapes(job, image)
}

async function setCapabilities({ run, client, compartment }: OciJob, image: string): Promise<void> {
  const about = { service: 'iaas' as const, what: 'set what an image can do', subject: 'The capability schema' }
  const globals = await client.list<models.ComputeGlobalImageCapabilitySchemaSummary>({
    ...about,
    path: pathOf(API, 'computeGlobalImageCapabilitySchemas'),
  })
  const version = globals.find(
    ({ currentVersionName }) => currentVersionName !== undefined && currentVersionName !== '',
  )?.currentVersionName
  if (version === undefined) {
    throw new AppError('cloud-failed', { details: { service: SERVICE, reason: 'It names no version of its capability schema' } })
  }
  const firmware = textOf(run.values, 'firmware') || usualFirmware(run.facts)
  const launchMode = textOf(run.values, 'launchMode') || 'PARAVIRTUALIZED'
  const details = {
    compartmentId: compartment,
    imageId: image,
    computeGlobalImageCapabilitySchemaVersionName: version,
    schemaData: {
      'Compute.Firmware': only(firmware),
      ...(launchMode === 'CUSTOM' ? {} : { 'Compute.LaunchMode': only(launchMode) }),
    },
  }
  const path = pathOf(API, 'computeImageCapabilitySchemas')
  const there = await client.list<{ id: string }>({ ...about, path, query: { compartmentId: compartment, imageId: image } })
  // An image has one at most: what a break left is replaced.
  for (const { id } of there) await client.call({ ...about, method: 'DELETE', path: `${path}${pathOf(id)}` })
  await client.call({ ...about, method: 'POST', path, json: details, headers: { 'opc-retry-token': `schema-${image.slice(-40)}` } })
  run.log(`The image starts with ${firmware}, by a capability schema`)
}

/** Source of the form: Compute API, EnumStringImageCapabilitySchemaDescriptor. */
function only(value: string) {
  return { descriptorType: 'enumstring', source: 'IMAGE', values: [value], defaultValue: value }
}

/** Adds those that were chosen, and takes away those that cannot start an Arm image. */
async function setShapes({ run, client }: OciJob, image: string): Promise<void> {
  const wanted = listOf(run.values, 'shapes')
  for (const shape of wanted) {
    await client.call({ ...imageCall(image, 'shapes', shape), method: 'PUT', json: {} })
    run.log(`It can be started on ${shape}`)
  }
  const shapes = await client.list<models.ImageShapeCompatibilitySummary>({ ...imageCall(image, 'shapes'), query: { limit: 50 } })
  for (const { shape } of shapes.filter((one) => !isForArm(one.shape) && !wanted.includes(one.shape))) {
    try {
      await client.call({ ...imageCall(image, 'shapes', shape), method: 'DELETE' })
    } catch (thrown) {
      // The image boots where it can boot all the same.
      run.log(`The shape ${shape} could not be taken away: ${toAppError(thrown).message}`)
    }
  }
}

function isForArm(shape: string): boolean {
  return /\.A\d+\.|Generic/.test(shape)
}
