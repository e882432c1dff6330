import { basename } from 'node:path'
import type { Core } from '#core/core-api'
import { AppError } from '#shared/errors/app-error'
import type { BatchRequest } from '#shared/jobs/convert-request'
import { chooseOutput, chooseResultFolder, confirmReplace, type DialogParent } from '../../host/dialogs.js'
import type { FileGrants } from './file-handlers.js'
import { latestOnly } from '../latest-call.js'
import type { Handlers } from '../register-contract.js'
import type { StartGrants } from '../start-grants.js'

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
  readonly start: StartGrants
}

export function jobHandlers(core: Core, { inputs, outputs: grants, start }: JobGrants, parent: DialogParent): JobHandlers {
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
      await start.requireMayStart([request])
      return core.jobs.start(request)
    },
    'jobs.startAll': async ({ requests, title }) => {
      await start.requireMayStart(requests)
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
