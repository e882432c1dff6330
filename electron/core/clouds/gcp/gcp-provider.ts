import { gcpObject } from '#shared/clouds/forms/gcp-choices'
import { gcpForm } from '#shared/clouds/forms/gcp-form'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import type { UploadPhase } from '#shared/clouds/upload-request'
import { toAppError } from '#shared/errors/app-error'
import type { CloudProvider, UploadRun } from '../cloud-provider.js'
import { cleanUpGcp } from './gcp-clean-up.js'
import { createGcpClient } from './gcp-client.js'
import { importImage, refuseTakenName } from './gcp-image.js'
import type { GcpJob, GcpPace } from './gcp-job.js'
import { gcpAccounts, gcpChoices } from './gcp-lists.js'
import { objectCalls } from './gcp-object.js'
import { gcpPreflight } from './gcp-preflight.js'
import { gcpResult } from './gcp-result.js'
import { uploadObject } from './gcp-upload.js'

/** An import takes minutes. */
const PACE: GcpPace = { firstMs: 500, maxMs: 10_000, timeoutMs: 3 * 3600_000 }

/** Google Cloud; `pace` is for tests. */
export function createGcpProvider(pace: GcpPace = PACE): CloudProvider {
  return {
    form: gcpForm,
    accounts: gcpAccounts,
    choices: (ctx, field, values) => gcpChoices(ctx, field, values),
    preflight: gcpPreflight,
    execute: (run) => execute(run, pace),
    cleanUp: cleanUpGcp,
  }
}

export const gcpProvider = createGcpProvider()

async function execute(run: UploadRun, pace: GcpPace): Promise<UploadResult> {
  const { values, facts, journal } = run
  let phase: UploadPhase = 'uploading'
  const enter = (next: UploadPhase): void => run.phase((phase = next))
  const client = createGcpClient(run, values, {
    signInNeeded: async (error) => {
      run.phase('needs sign-in')
      await run.signInNeeded(error)
      run.phase(phase)
    },
  })
  try {
    const place = { bucket: textOf(values, 'bucket'), object: gcpObject(values, facts) }
    const job: GcpJob = { run, client, place, project: textOf(values, 'project'), name: textOf(values, 'name'), pace }
    enter('uploading')
    const sent = await run.step('upload', async (progress) => {
      await refuseTakenName(job)
      return uploadObject(job, progress)
    })
    enter('importing')
    const image = await run.step('import', (progress) => importImage(job, progress))
    if (!flagOf(values, 'keepObject')) await run.step('tidy', () => tidy(job))
    enter('ready')
    return gcpResult({ job, image, sent, left: journal.remotes().filter((one) => !one.keepOnSuccess) })
  } finally {
    await client.close()
  }
}

/** The image does not need it any more. What cannot be deleted is told, and is no failure. */
async function tidy({ run, client, place }: GcpJob): Promise<void> {
  const remote = run.journal.remotes().find(({ kind, id }) => kind === 'object' && id === place.object)
  if (remote === undefined) return
  try {
    await objectCalls(client, place).remove(remote.facts.generation ?? '')
    await run.journal.forget('object', place.object)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    run.log(`${place.object} could not be deleted from the bucket ${place.bucket}: ${error.message}`)
  }
}
