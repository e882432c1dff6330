import { randomUUID } from 'node:crypto'
import { awsForm } from '#shared/clouds/forms/aws-form'
import { awsMethod } from '#shared/clouds/forms/aws-fields'
import { listOf } from '#shared/clouds/read-values'
import { bytesInUnits } from '#shared/clouds/source-facts'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { CloudProvider, UploadRun } from '../cloud-provider.js'
import { pollUntil } from '../transfer/poll-until.js'
import { awsAccounts, awsChoices } from './accounts.js'
import { askAws } from './ask-aws.js'
import { openAws } from './aws-session.js'
import { cleanUpAws } from './clean-up.js'
import { importSnapshot } from './import-snapshot.js'
import { preflightAws } from './preflight.js'
import { copyImages, registerImage, shareImages } from './register-image.js'
import { awsResult } from './result.js'
import { BLOCK_BYTES, type FinishedSnapshot, type SnapshotWork, snapshotState, writeSnapshot } from './snapshot-blocks.js'

const HOUR_MS = 60 * 60_000

/** Amazon EC2: a snapshot by the EBS direct APIs or by VM Import, and an image of it. */
export const awsProvider: CloudProvider = {
  form: awsForm,
  accounts: awsAccounts,
  choices: awsChoices,
  preflight: preflightAws,
  wireBytes: (values, facts) => (awsMethod(values) === 's3' ? null : bytesInUnits(facts, BLOCK_BYTES)),
  execute,
  cleanUp: cleanUpAws,
}

async function execute(run: UploadRun): Promise<UploadResult> {
  const session = await openAws(run, run.values)
  try {
    const token = run.journal.get<string>('token') ?? randomUUID()
    await run.journal.put('token', token)
    const work: SnapshotWork = { run, session, ask: askAws(run, session), token }
    run.phase('uploading')
    const snapshot = awsMethod(run.values) === 's3' ? await importSnapshot(work) : await viaBlocks(work)
    run.phase('importing')
    const image = await run.step('register', () => registerImage(work, snapshot.id))
    const copies = listOf(run.values, 'copyTo').length === 0 ? [] : await run.step('copy', (progress) => copyImages(work, image, progress))
    const images = [image, ...copies]
    if (listOf(run.values, 'shareWith').length > 0) await run.step('share', () => shareImages(work, images))
    if (snapshot.tidy !== undefined) await run.step('tidy', snapshot.tidy)
    run.phase('ready')
    const temporary = run.journal.remotes().filter(({ keepOnSuccess }) => !keepOnSuccess)
    const { sentBytes, skippedBytes } = snapshot
    return awsResult(run.values, images, snapshot.id, { sentBytes, skippedBytes, temporary, verified: 'sha256' })
  } finally {
    session.destroy()
  }
}

async function viaBlocks(work: SnapshotWork): Promise<FinishedSnapshot> {
  const { run } = work
  const snapshot = await run.step('blocks', (progress) => writeSnapshot(work, progress))
  await run.step('complete', () =>
    pollUntil(
      async () => {
        const state = await snapshotState(work, snapshot.id)
        if (state === 'completed') return true
        if (state === 'pending') return null
        const reason = `Snapshot ${snapshot.id} is ${state ?? 'gone'}`
        throw new AppError('upload-incomplete', { details: { service: 'Amazon EBS', reason } })
      },
      {
        signal: run.signal,
        pausePoint: () => run.pausePoint(),
        firstMs: 200,
        maxMs: 15_000,
        timeoutMs: 6 * HOUR_MS,
        what: `Snapshot ${snapshot.id}`,
        service: 'Amazon EBS',
      },
    ),
  )
  return snapshot
}
