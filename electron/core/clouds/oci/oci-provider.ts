import { randomUUID } from 'node:crypto'
import { ociForm } from '#shared/clouds/forms/oci-form'
import { ociFormat, usualObject } from '#shared/clouds/forms/oci-choices'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import type { UploadPhase } from '#shared/clouds/upload-request'
import { toAppError } from '#shared/errors/app-error'
import type { CloudProvider, UploadRun } from '../cloud-provider.js'
import { pathOf } from '../transfer/service-call.js'
import { cleanUpOci } from './oci-clean-up.js'
import { createOciClient, type OciClient } from './oci-client.js'
import { importImage, UPLOAD_TAG } from './oci-image.js'
import type { OciJob, OciPace } from './oci-job.js'
import { ociAccounts, ociChoices } from './oci-lists.js'
import { objectCalls, orNull } from './oci-object.js'
import { bucketPath, type ObjectPlace, readNamespace, resolveCompartment } from './oci-place.js'
import { ociPreflight } from './oci-preflight.js'
import { ociResult } from './oci-result.js'
import { applySettings } from './oci-settings.js'
import { uploadObject } from './oci-upload.js'

/** An import takes from minutes to hours. */
const PACE: OciPace = { firstMs: 500, maxMs: 10_000, timeoutMs: 6 * 3600_000 }

/** Oracle Cloud; `pace` is for tests. */
export function createOciProvider(pace: OciPace = PACE): CloudProvider {
  return {
    form: ociForm,
    accounts: ociAccounts,
    choices: (ctx, field, values) => ociChoices(ctx, field, values),
    preflight: ociPreflight,
    execute: (run) => execute(run, pace),
    cleanUp: cleanUpOci,
  }
}

export const ociProvider = createOciProvider()

async function execute(run: UploadRun, pace: OciPace): Promise<UploadResult> {
  const { values, journal } = run
  let phase: UploadPhase = 'uploading'
  const enter = (next: UploadPhase): void => run.phase((phase = next))
  const client = createOciClient(run, values, {
    signInNeeded: async (error) => {
      run.phase('needs sign-in')
      await run.signInNeeded(error)
      run.phase(phase)
    },
  })
  try {
    const { namespace } = await readNamespace(client)
    const compartment = await resolveCompartment(client, values)
    const place = { namespace, bucket: textOf(values, 'bucket'), object: textOf(values, 'object') || usualObject(values, run.facts) }
    const job: OciJob = { run, client, place, compartment, pace }
    if (flagOf(values, 'createBucket')) await run.step('bucket', () => createBucket(job))
    enter('uploading')
    const sent = await run.step('upload', (progress) => uploadObject(job, progress))
    enter('importing')
    const image = await run.step('import', (progress) => importImage(job, progress))
    if (ociFormat(values, run.facts) !== 'archive') await run.step('settings', () => applySettings(job, image))
    if (!flagOf(values, 'keepObject')) await run.step('tidy', () => tidy(run, client, place))
    const { region } = await client.credentials()
    enter('ready')
    return ociResult({
      values,
      facts: run.facts,
      place,
      compartment,
      image,
      region,
      sent,
      left: journal.remotes().filter((one) => !one.keepOnSuccess),
    })
  } finally {
    await client.close()
  }
}

async function createBucket({ run, client, place, compartment }: OciJob): Promise<void> {
  const { bucket, namespace } = place
  const about = { service: 'objectstorage' as const, what: 'create buckets in that compartment', subject: `The bucket ${bucket}` }
  if ((await orNull(client.call({ ...about, method: 'GET', path: bucketPath(place) }))) !== null) return
  const token = randomUUID()
  // It is the user's from now on: other things may come to lie in it.
  await run.journal.created({
    kind: 'bucket',
    id: bucket,
    label: `bucket ${bucket}`,
    keepOnSuccess: true,
    facts: { namespace, bucket, token },
  })
  const json = { name: bucket, compartmentId: compartment, publicAccessType: 'NoPublicAccess', freeformTags: { [UPLOAD_TAG]: token } }
  await client.call({ ...about, method: 'POST', path: pathOf('n', namespace, 'b'), json })
}

/** The image does not need it any more. What cannot be deleted is told, and is no failure. */
async function tidy(run: UploadRun, client: OciClient, place: ObjectPlace): Promise<void> {
  try {
    await objectCalls(client, place).remove()
    await run.journal.forget('object', place.object)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    run.log(`${place.object} could not be deleted from the bucket ${place.bucket}: ${error.message}`)
  }
}
