import { providerForm } from '#shared/clouds/forms'
import { completeValues } from '#shared/clouds/preparation'
import { uploadImageInputSchema } from '#shared/clouds/upload-request'
import { isFilled, textOf } from '#shared/clouds/read-values'
import { ENDED_STATES } from '#shared/jobs/job'
import { AppError } from '#shared/errors/app-error'
import type { JobInput } from '#shared/jobs/job-requests'
import type { CloudContext } from './clouds/cloud-provider.js'
import { cloudProvider } from './clouds/providers.js'
import type { CloudsApi } from './clouds-api.js'
import type { JobsApi } from './core-api.js'
import { cleanUpUpload, listOpenUploads } from './operations/upload/clean-up.js'
import type { ImageSessions } from './operations/image-sessions.js'
import { planUpload } from './operations/upload/plan-upload.js'
import type { SecretKeeper } from './operations/upload/secret-keeper.js'
import { readSourceFacts } from './operations/upload/source-facts.js'
import { requireUploadRecord } from './operations/upload/upload-records.js'
import type { Host } from './process/host.js'
import type { SignInStore } from './registry/sign-in-store.js'

export interface CloudsDeps {
  readonly host: Host
  readonly sessions: ImageSessions
  readonly secrets: SecretKeeper
  readonly signIns: SignInStore
  readonly jobs: Pick<JobsApi, 'list'>
}

/** Wires what Diskwright knows of clouds. */
export function createCloudsApi({ host, sessions, secrets, signIns, jobs }: CloudsDeps): CloudsApi {
  const bind = (signal: AbortSignal | undefined): Host => (signal ? host.bind({ signal }) : host)
  const context = (signal?: AbortSignal): CloudContext => ({
    host: bind(signal),
    signal,
    secret: (reference) => secrets.find(reference),
    signIns,
  })
  const isRunning = (upload: string): boolean =>
    jobs.list().some(({ kind, state, input }) => kind === 'upload-image' && !ENDED_STATES.has(state) && uploadOf(input) === upload)

  function requireStill(upload: string): void {
    if (isRunning(upload)) throw new AppError('bad-input', { details: { reason: 'This upload is on its way; cancel it first' } })
  }

  return {
    facts: (path, { edits = [], signal } = {}) => readSourceFacts(bind(signal), sessions, path, edits),
    accounts: async (provider) => [...(await (await cloudProvider(provider)).accounts(context()))],
    async choices(provider, field, values, { facts = null, signal } = {}) {
      const complete = completeValues(providerForm(provider), values, facts)
      return [...(await (await cloudProvider(provider)).choices(context(signal), field, complete, facts))]
    },
    plan: (request, signal) => planUpload(context(signal), sessions, request),
    keepSecret: (name, secret, keep) => secrets.keep(name, secret, keep),
    openUploads: async () => listOpenUploads(host.dirs, isRunning),
    async openUpload(upload) {
      requireStill(upload)
      const { input, keptEdits } = requireUploadRecord(host.dirs, upload)
      if (input.edits.length < keptEdits.length) {
        throw new AppError('bad-input', { details: { reason: 'Edits of this upload held secrets, which are not kept: begin it anew' } })
      }
      return input
    },
    async reviewUpload(upload) {
      requireStill(upload)
      const { input, keptEdits } = requireUploadRecord(host.dirs, upload)
      return { input, lostEdits: keptEdits.length - input.edits.length, lostSecrets: await lostSecrets(input, secrets) }
    },
    async shareLink(upload) {
      const made = jobs.list().find(({ state, input }) => state === 'succeeded' && uploadOf(input) === upload)
      const share = made?.output?.upload?.share
      const input = uploadImageInputSchema.safeParse(made?.input).data
      const provider = input === undefined ? undefined : await cloudProvider(input.provider)
      if (share === undefined || input === undefined || provider?.shareLink === undefined) {
        throw new AppError('job-not-found', { details: { id: upload } })
      }
      return provider.shareLink(context(), completeValues(provider.form, input.values, input.facts), share)
    },
    async cleanUp(upload, remote) {
      requireStill(upload)
      return cleanUpUpload(context(), upload, remote)
    },
  }
}

/** Fields of secrets that nothing stands behind any more. */
async function lostSecrets({ provider, values, facts }: JobInput<'upload-image'>, secrets: SecretKeeper): Promise<string[]> {
  const form = providerForm(provider)
  const complete = completeValues(form, values, facts)
  const filled = form.fields(complete, facts).filter(({ id, kind }) => kind === 'secret' && isFilled(complete[id]))
  const found = await Promise.all(
    filled.map(({ id }) =>
      secrets.find(textOf(complete, id)).then(
        () => [],
        () => [id],
      ),
    ),
  )
  return found.flat()
}

function uploadOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'upload' in input ? input.upload : undefined
}
