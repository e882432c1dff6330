import { basename } from 'node:path'
import type { Core } from '#core/core-api'
import { AppError } from '#shared/errors/app-error'
import type { BatchRequest } from '#shared/jobs/convert-request'
import type { JobRequest } from '#shared/jobs/job-requests'
import {
  chooseOutput,
  chooseResultFolder,
  confirmReplace,
  confirmSend,
  confirmSignIn,
  confirmWrite,
  type DialogParent,
} from '../../host/dialogs.js'
import type { FileGrants } from './file-handlers.js'
import type { AddressGrants } from '../address-grants.js'
import type { SourceGrants } from '../source-grants.js'
import { latestOnly } from '../latest-call.js'
import { namedFilesOf } from '../named-files.js'
import { assertOwnSecrets, fileOfUpload } from '../upload-values.js'
import type { Handlers } from '../register-contract.js'

export type JobHandlers = Pick<
  Handlers,
  | 'outputs.suggest'
  | 'outputs.choose'
  | 'outputs.chooseFolder'
  | 'batch.plan'
  | 'batch.start'
  | 'convert.plan'
  | 'save.plan'
  | 'jobs.list'
  | 'jobs.start'
  | 'jobs.startAll'
  | 'jobs.cancel'
  | 'jobs.cancelBatch'
  | 'jobs.pause'
  | 'jobs.resume'
  | 'jobs.move'
  | 'jobs.retry'
  | 'jobs.retryFailed'
  | 'jobs.remove'
  | 'jobs.log'
  | 'recovery.list'
  | 'recovery.clean'
>

export interface JobGrants extends FileGrants {
  readonly sources: SourceGrants
}

export function jobHandlers(
  core: Core,
  { inputs, outputs: grants, sources: sendable, addresses }: JobGrants & { readonly addresses: AddressGrants },
  parent: DialogParent,
): JobHandlers {
  function assertMayStart(request: JobRequest): void {
    grants.assertGranted(request)
    if ('edits' in request.input) inputs.assertEdits(request.input.edits)
    inputs.assertGranted(namedFilesOf(request))
    if (request.kind === 'upload-image') assertOwnSecrets(request.input)
  }

  /** A form has no save dialog: the user is asked when it starts to write. Throws `cancelled`. */
  async function agreeToWrite(request: JobRequest): Promise<void> {
    const output = request.kind === 'upload-image' ? fileOfUpload(request.input) : null
    if (output === null || grants.isGranted(request)) return
    if (!(await confirmWrite(parent, output))) throw new AppError('cancelled')
    grants.grantChosen(output.file, output.replace)
  }

  /** Throws `input-not-granted`, `cancelled`. */
  async function requireMaySend(requests: readonly JobRequest[]): Promise<void> {
    for (const { kind, input } of requests)
      if (kind === 'upload-image') await addresses.require(input, (asked) => confirmSignIn(parent, asked))
    for (const request of requests) await sendable.requireMaySend(request, (sending) => confirmSend(parent, sending))
    for (const request of requests) sendable.noteStart(request)
  }

  /** Names of results are made up by the core: they lie directly in this folder. */
  async function assertMayMake({ folder, sources }: BatchRequest): Promise<void> {
    await grants.assertFolder(
      folder,
      sources.map(({ path }) => path),
    )
    for (const { edits } of sources) inputs.assertEdits(edits)
  }

  /** The window alone cannot agree for the user. Throws `cancelled`. */
  async function agreeToReplace(request: BatchRequest): Promise<void> {
    const { cells } = await core.planBatch(request)
    const names = cells.flatMap(({ exists, output }) => (exists ? [basename(output)] : []))
    if (names.length > 0 && !(await confirmReplace(parent, request.folder, names))) throw new AppError('cancelled')
  }

  /** With each box that is ticked the window asks anew. */
  const planLatest = latestOnly((request: BatchRequest, signal) => core.planBatch(request, signal))

  return {
    'outputs.suggest': async (request) => ({ path: await grants.suggest(request) }),
    'outputs.choose': async ({ suggested }) => {
      const chosen = await chooseOutput(parent, suggested)
      if (chosen !== null) grants.grantChosen(chosen.path, chosen.replace)
      return chosen
    },
    'outputs.chooseFolder': async ({ suggested }) => {
      const folder = await chooseResultFolder(parent, suggested)
      if (folder === null) return null
      grants.grantFolder(folder, false)
      return { path: folder }
    },
    'batch.plan': async (request) => {
      await assertMayMake(request)
      return planLatest(request)
    },
    'batch.start': async (request) => {
      await assertMayMake(request)
      if (request.replace) await agreeToReplace(request)
      return core.startBatch(request)
    },
    'convert.plan': async (input) => {
      grants.assertGranted({ kind: 'convert-image', input })
      return core.planConvert(input)
    },
    'save.plan': async (input) => {
      grants.assertGranted({ kind: 'save-image', input })
      inputs.assertEdits(input.edits)
      return core.planSave(input)
    },
    'jobs.list': async () => core.jobs.list(),
    'jobs.start': async (request) => {
      await agreeToWrite(request)
      assertMayStart(request)
      await requireMaySend([request])
      return core.jobs.start(request)
    },
    'jobs.startAll': async ({ requests, title }) => {
      for (const request of requests) await agreeToWrite(request)
      for (const request of requests) assertMayStart(request)
      await requireMaySend(requests)
      return core.jobs.startAll(requests, { title })
    },
    'jobs.cancel': async ({ id }) => core.jobs.cancel(id),
    'jobs.cancelBatch': async ({ batch }) => core.jobs.cancelBatch(batch),
    'jobs.pause': async ({ ids }) => core.jobs.pause(ids),
    'jobs.resume': async ({ ids }) => core.jobs.resume(ids),
    'jobs.move': async ({ id, before }) => core.jobs.move(id, before),
    // the same input was granted when the job was first started
    'jobs.retry': async ({ id }) => core.jobs.retry(id),
    'jobs.retryFailed': async ({ batch }) => core.jobs.retryFailed(batch),
    'jobs.remove': async ({ ids }) => core.jobs.remove(ids),
    'jobs.log': async ({ id }) => core.jobs.log(id),
    'recovery.list': () => core.recovery.list(),
    'recovery.clean': () => core.recovery.clean(),
  }
}
