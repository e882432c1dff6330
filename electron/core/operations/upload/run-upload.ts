import path from 'node:path'
import { providerForm } from '#shared/clouds/forms'
import { completeValues, PREPARE_STEP, preparationOf } from '#shared/clouds/preparation'
import { checkFields, isFilled } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError, type AppErrorData, type ErrorCode, toAppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import type { CleanUpReport, CloudProvider, UploadRun } from '../../clouds/cloud-provider.js'
import { type FileJournal, openFileJournal } from '../../clouds/file-journal.js'
import { cloudProvider } from '../../clouds/providers.js'
import { uploadFolder } from '../../clouds/upload-folders.js'
import type { Dirs } from '../../files/dirs.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import type { ConvertSurroundings } from '../convert-image.js'
import { CLOSING, type JobContext } from '../job-context.js'
import { cleanUpUpload, FINISHED_KEY, labelsOf } from './clean-up.js'
import { containerWork } from './container-work.js'
import { prepareSource } from './prepare-source.js'
import type { SecretKeeper } from './secret-keeper.js'
import { findUploadRecord, isSameWork, removeMade, removeUpload, writeUploadRecord } from './upload-records.js'

export interface UploadSurroundings {
  readonly dirs: Dirs
  readonly convert: () => ConvertSurroundings
  readonly secrets: SecretKeeper
  readonly signIns: SignInStore
}

export function uploadTitle({ provider, facts }: Pick<JobInput<'upload-image'>, 'provider' | 'facts'>): string {
  return `Upload ${path.basename(facts.path)} to ${providerForm(provider).title}`
}

/** After these an upload can go on from where it was: what was sent is kept. After all others it is cleaned up. */
const RESUMABLE: ReadonlySet<ErrorCode> = new Set([
  'cloud-unreachable',
  'cloud-untrusted',
  'cloud-busy',
  'cloud-failed',
  'clock-skewed',
  'sign-in-expired',
  'sign-in-needed',
  'image-in-use',
  'no-space',
  'tool-missing',
  'registry-unreachable',
  'registry-stalled',
  'registry-busy',
  'registry-failed',
])
/** Cleaning up after a cancel is not waited for longer than this: what is left is offered to be deleted later. */
const CLEAN_UP_MS = 120_000

/**
 * Sends an image to a provider, or goes on with it: the journal in the upload's own folder says what is there. Throws what the provider
 * throws: with the detail `upload` where it can go on later, with `left` where it has failed for good and something could not be deleted.
 */
export async function runUpload(ctx: JobContext, input: JobInput<'upload-image'>, around: UploadSurroundings): Promise<JobOutput> {
  requireFitting(input)
  await giveUpOther(ctx, input, around)
  const provider = await cloudProvider(input.provider)
  writeUploadRecord(around.dirs, { title: uploadTitle(input), input })
  const journal = await openFileJournal(uploadFolder(around.dirs, input.upload))
  let result: UploadResult
  try {
    result = await send(ctx, { provider, input, journal, around })
  } catch (thrown) {
    const error = toAppError(thrown)
    ctx.phase('failed')
    if (isKept(ctx, error)) {
      await journal.close()
      throw AppError.fromData(resumable(error.data, input))
    }
    const { left } = await cleanUpNow(ctx, { provider, input, journal, around })
    await end(journal, { dirs: around.dirs, upload: input.upload, isOver: left.length === 0 })
    if (left.length === 0) throw error
    throw AppError.fromData({ ...error.data, details: { ...error.data.details, left: labelsOf(left) } })
  }
  // From here on nothing is deleted there any more, whatever becomes of what is kept here.
  ctx.phase('ready')
  const isOver = result.temporary.length === 0
  try {
    await journal.put(FINISHED_KEY, true)
    await end(journal, { dirs: around.dirs, upload: input.upload, isOver })
  } catch (thrown) {
    ctx.log(`The journal of the upload could not be ended: ${toAppError(thrown).message}`)
    await journal.close().catch(() => {})
    // One that lies there unfinished would offer the results to be deleted.
    if (isOver) removeUpload(around.dirs, input.upload)
  }
  return outputOf(input, result)
}

/** Named in the error, so that whoever reads it can go on with it. */
function resumable(error: AppErrorData, { upload }: JobInput<'upload-image'>): AppErrorData {
  return { ...error, details: { ...error.details, upload } }
}

/** Values become parts of addresses that credentials are sent to: what their fields do not take gets no further. Throws `bad-input`. */
export function requireFitting({ provider, values, facts }: Pick<JobInput<'upload-image'>, 'provider' | 'values' | 'facts'>): void {
  const form = providerForm(provider)
  const complete = completeValues(form, values, facts)
  const filled = form.fields(complete, facts).filter(({ id }) => isFilled(complete[id]))
  const [wrong] = checkFields(filled, complete)
  if (wrong !== undefined) {
    const reason = `${wrong.title}: ${wrong.found}`
    throw new AppError('bad-input', { details: { reason, ...(wrong.field === undefined ? {} : { field: wrong.field }) } })
  }
}

/**
 * What was sent for other values is no beginning of this: it is deleted with the values that it was made with. Throws `bad-input` where that cannot be
 * done, so that nothing is left there that nobody knows of.
 */
async function giveUpOther(ctx: JobContext, input: JobInput<'upload-image'>, around: UploadSurroundings): Promise<void> {
  const before = findUploadRecord(around.dirs, input.upload)
  if (before === null || isSameWork(before, input)) return
  ctx.message('Deleting what was made with other values')
  const secret = (reference: string): Promise<string> => around.secrets.find(reference)
  const { left } = await cleanUpUpload({ host: ctx.host, signal: ctx.signal, secret, signIns: around.signIns }, input.upload)
  if (left.length === 0) return
  const reason = `It was begun with other values, and what that left could not be deleted: ${labelsOf(left)}. Clean it up first`
  throw new AppError('bad-input', { details: { reason } })
}

/** A journal that was finished tells on its own that only temporary things are left. */
async function end(
  journal: FileJournal,
  { dirs, upload, isOver }: { readonly dirs: Dirs; readonly upload: string; readonly isOver: boolean },
): Promise<void> {
  await journal.close()
  if (isOver) removeUpload(dirs, upload)
  else removeMade(dirs, upload)
}

interface Sending {
  readonly provider: CloudProvider
  readonly input: JobInput<'upload-image'>
  readonly journal: FileJournal
  readonly around: UploadSurroundings
}

async function send(ctx: JobContext, { provider, input, journal, around }: Sending): Promise<UploadResult> {
  const { facts } = input
  const form = providerForm(input.provider)
  const values = completeValues(form, input.values, facts)
  const preparation = preparationOf(form.payload(values, facts), input)
  const source = await prepareSource(ctx, input, preparation, { ...around.convert(), journal })
  if (ctx.declares(PREPARE_STEP)) {
    if (source.isReady) ctx.skip(PREPARE_STEP)
    else {
      ctx.phase('converting')
      await ctx.step(PREPARE_STEP, (progress) => source.make(progress))
    }
  }
  const transfers = new Set(form.steps(values, facts).flatMap(({ id, kind }) => (kind === 'transfer' ? [id] : [])))
  const run: UploadRun = {
    host: ctx.host,
    signal: ctx.signal,
    secret: (reference) => around.secrets.find(reference),
    signIns: around.signIns,
    values,
    facts,
    source,
    journal,
    async step(id, work) {
      const done = await ctx.step(id, work)
      // What happens to the source while the provider works on what it has is nobody's concern.
      if (transfers.has(id)) await source.requireUnchanged()
      return done
    },
    skip: (id) => ctx.skip(id),
    phase: (phase) => ctx.phase(phase),
    message: (text) => ctx.message(text),
    log: (line) => ctx.log(line),
    pausePoint: () => ctx.pausePoint(),
    signInNeeded: (error) => ctx.waitForUser(resumable(error, input)),
    containers: containerWork(ctx, journal),
  }
  return provider.execute(run)
}

/** The network may be back tomorrow, and the program may be opened again; what the user cancels is over. */
function isKept({ signal }: JobContext, { code }: AppError): boolean {
  if (signal.aborted) return signal.reason === CLOSING
  return RESUMABLE.has(code)
}

async function cleanUpNow(ctx: JobContext, { provider, input, journal, around }: Sending): Promise<CleanUpReport> {
  const signal = AbortSignal.timeout(CLEAN_UP_MS)
  const context = {
    host: ctx.host.bind({ signal }),
    signal,
    secret: (reference: string) => around.secrets.find(reference),
    signIns: around.signIns,
  }
  const remotes = journal.remotes()
  if (remotes.length === 0) return { left: [] }
  ctx.message('Deleting what was made there')
  const values = completeValues(providerForm(input.provider), input.values, input.facts)
  try {
    const report = await provider.cleanUp(context, values, journal, () => true)
    for (const { label, reason } of report.left) ctx.log(`left at the provider: ${label}: ${reason}`)
    return report
  } catch (thrown) {
    const reason = toAppError(thrown).message
    ctx.log(`left at the provider: ${reason}`)
    return { left: remotes.map(({ label }) => ({ label, reason })) }
  }
}

const VERIFIED: Readonly<Record<UploadResult['verified'], string | null>> = {
  sha256: 'What is stored has the SHA-256 of what was sent',
  sha512: 'What is stored has the SHA-512 of what was sent',
  md5: 'What is stored has the MD5 of what was sent',
  crc32c: 'What is stored has the CRC-32C of what was sent',
  size: 'What is stored has the size of what was sent',
  none: null,
}

function outputOf({ facts }: JobInput<'upload-image'>, upload: UploadResult): JobOutput {
  const skipped = upload.skippedBytes > 0 ? `; ${formatBytes(upload.skippedBytes)} of zeros were left out` : ''
  const verified = VERIFIED[upload.verified]
  return {
    path: facts.path,
    bytes: facts.fileBytes,
    proofs: [`Sent ${formatBytes(upload.sentBytes)}${skipped}`, ...(verified === null ? [] : [verified])],
    upload,
  }
}
