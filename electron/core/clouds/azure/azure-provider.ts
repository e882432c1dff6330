import { randomUUID } from 'node:crypto'
import { azureForm } from '#shared/clouds/forms/azure-form'
import { azureDiskBytes, azureTarget, azureWay, VHD_FOOTER_BYTES } from '#shared/clouds/forms/azure-fields'
import { bytesInUnits } from '#shared/clouds/source-facts'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { CloudProvider, UploadRun } from '../cloud-provider.js'
import { azureAccounts, azureChoices } from './accounts.js'
import { openAzure } from './arm-session.js'
import { cleanUpAzure, deleteRemote } from './clean-up.js'
import { makeDefinition, makeDiskOfBlob, makeManagedImage, makesDefinition, makeVersion, type MadeResource } from './make-image.js'
import { COMPARED_BYTES } from './page-blob.js'
import { preflightAzure } from './preflight.js'
import type { AzureWork } from './resources.js'
import { azureResult } from './result.js'
import { blobPlace, diskPlace, type UploadPlace, WHOLE_KEY } from './upload-place.js'
import { type WrittenPages, writeDisk } from './write-disk.js'

/** Microsoft Azure: pages straight into a managed disk or a page blob, and an image of it. */
export const azureProvider: CloudProvider = {
  form: azureForm,
  accounts: azureAccounts,
  choices: azureChoices,
  preflight: preflightAzure,
  wireBytes: (_values, facts) => Math.min(bytesInUnits(facts, COMPARED_BYTES), azureDiskBytes(facts)) + VHD_FOOTER_BYTES,
  execute,
  cleanUp: cleanUpAzure,
}

async function execute(run: UploadRun): Promise<UploadResult> {
  const session = openAzure(run, run.values, run)
  try {
    const token = run.journal.get<string>('token') ?? randomUUID()
    await run.journal.put('token', token)
    const work: AzureWork = { run, session, token }
    const place = azureWay(run.values) === 'blob' ? blobPlace(work) : diskPlace(work)
    run.phase('uploading')
    const written = await write(work, place)
    run.phase('importing')
    const made = await make(work, place)
    await tidy(work, place)
    run.phase('ready')
    const temporary = run.journal.remotes().filter(({ keepOnSuccess }) => !keepOnSuccess)
    return azureResult(run.values, session.cloud, made, { ...written, temporary })
  } finally {
    await session.close()
  }
}

async function write(work: AzureWork, place: UploadPlace): Promise<WrittenPages> {
  const { run } = work
  const known = run.journal.get<WrittenPages>('written')
  if (known !== undefined) {
    // Looks only whether the disk is still the one that it was.
    await run.source.disk(() => Promise.resolve())
    return known
  }
  const isOpen = await run.step('prepare', () => place.prepare())
  if (!isOpen) requireWhole(run, place)
  const written = await run.step('pages', (progress) =>
    isOpen ? writeDisk(work, place.door, progress) : Promise.resolve({ sentBytes: 0, skippedBytes: 0 }),
  )
  await run.step('finish', () => (isOpen ? place.finish() : Promise.resolve()))
  await run.journal.put('written', written)
  return written
}

/** A disk takes no more pages once it is closed, also where that was done to delete it. Throws `upload-incomplete`. */
function requireWhole(run: UploadRun, { remote: { id } }: UploadPlace): void {
  if (run.journal.get<string>(WHOLE_KEY) !== id)
    throw new AppError('upload-incomplete', { details: { service: 'Azure', reason: 'The disk was closed before all of it was written' } })
  run.log('The disk is closed already')
}

async function make(work: AzureWork, place: UploadPlace): Promise<MadeResource[]> {
  const { run } = work
  const target = azureTarget(run.values)
  if (target === 'image') return [await run.step('image', () => makeManagedImage(work, place))]
  if (target === 'disk') {
    if ('diskId' in place.source) return [{ kind: 'disk', id: place.source.diskId, name: place.source.diskId.split('/').at(-1) ?? '' }]
    return [await run.step('disk', () => makeDiskOfBlob(work, place))]
  }
  if (makesDefinition(work)) await run.step('definition', () => makeDefinition(work))
  return [await run.step('version', (progress) => makeVersion(work, place, progress))]
}

async function tidy({ run, session }: AzureWork, { remote: { kind, id } }: UploadPlace): Promise<void> {
  const remote = run.journal.remotes().find((one) => one.kind === kind && one.id === id)
  if (remote === undefined || remote.keepOnSuccess) return
  await run.step('tidy', async () => {
    await deleteRemote(session, run.values, remote)
    await run.journal.forget(kind, id)
  })
}
