import path from 'node:path'
import { providerForm } from '#shared/clouds/forms'
import { completeValues, preparationOf, uploadSteps, type WantedUpload } from '#shared/clouds/preparation'
import type { ProviderForm } from '#shared/clouds/provider-form'
import { checkFields } from '#shared/clouds/read-values'
import { sourceRows } from '#shared/clouds/source-rows'
import type { CheckRow, UploadPlan } from '#shared/clouds/upload-plan'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { formatBytes } from '#shared/text/bytes'
import type { CloudContext, CloudProvider } from '../../clouds/cloud-provider.js'
import { cloudProvider } from '../../clouds/providers.js'
import type { UploadRequest } from '../../clouds-api.js'
import { findMissingEnd } from '../../guest/missing-end.js'
import { openSource } from '../../guest/source.js'
import type { Host } from '../../process/host.js'
import type { ImageSessions } from '../image-sessions.js'
import { planConvert } from '../plan-convert.js'
import { conversionOf } from './made-file.js'
import { readSourceFacts } from './source-facts.js'

/** What has to be made on this machine first. */
interface LocalWork {
  /** Of the file that is sent; null where that is the source itself. */
  readonly payloadBytes: number | null
  readonly tempBytes: number
  readonly commands: readonly string[]
  readonly rows: readonly CheckRow[]
}

const NO_WORK: LocalWork = { payloadBytes: null, tempBytes: 0, commands: [], rows: [] }
/** An overlay holds what edits change. */
const OVERLAY_BYTES = 64 * 1024 ** 2

/**
 * All that can be checked and told before anything is sent; what fails is a row. The provider is asked only when everything that it takes is filled in.
 * Throws `cancelled`.
 */
export async function planUpload(ctx: CloudContext, sessions: ImageSessions, request: UploadRequest): Promise<UploadPlan> {
  const { facts } = request
  const form = providerForm(request.provider)
  const provider = await cloudProvider(request.provider)
  const wanted: WantedUpload = { values: completeValues(form, request.values, facts), facts, edits: request.edits ?? [] }
  const { values } = wanted
  const own = [...checkFields(form.fields(values, facts), values), ...sourceRows(form, wanted), ...form.validate(values, facts)]
  const isReady = !own.some(({ state }) => state === 'error')
  const [same, local, asked] = await Promise.all([
    sameRows(ctx.host, sessions, wanted),
    localWork(ctx.host, sessions, form, wanted),
    isReady ? ask(provider, ctx, wanted) : [notAsked()],
  ])
  const steps = uploadSteps(form, wanted)
  const totalBytes = totalOf(form, wanted, local)
  return {
    checks: [...own, ...same, ...local.rows, ...asked],
    steps,
    totalBytes,
    wireBytes: provider.wireBytes?.(values, facts) ?? totalBytes,
    tempBytes: local.tempBytes,
    tempFolder: local.tempBytes > 0 ? path.join(ctx.host.dirs.cache, 'uploads') : null,
    commands: [...local.commands, ...form.commands(values, facts)],
    creates: [...new Set(steps.flatMap(({ creates }) => creates))],
  }
}

function notAsked(): CheckRow {
  return { code: 'not-asked', title: 'At the provider', state: 'info', found: 'Nothing was asked there yet: the rows above come first' }
}

async function ask(provider: CloudProvider, ctx: CloudContext, { values, facts }: WantedUpload): Promise<readonly CheckRow[]> {
  try {
    return await provider.preflight(ctx, values, facts)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw thrown
    return [errorRow('preflight', 'At the provider', error)]
  }
}

function errorRow(code: string, title: string, error: ReturnType<typeof toAppError>): CheckRow {
  const { title: what, detail, next } = describeError(error.data)
  return {
    code,
    title,
    state: 'error',
    found: [what, detail, next]
      .filter((words) => words !== '')
      .join('. ')
      .replaceAll('..', '.'),
  }
}

/** Whether the source is what it was when the form was filled in. */
async function sameRows(host: Host, sessions: ImageSessions, { facts, edits }: WantedUpload): Promise<readonly CheckRow[]> {
  try {
    const now = await readSourceFacts(host, sessions, facts.path, edits)
    if (now.revision === facts.revision) return now.kind === 'disk' ? await endRows(host, now.path) : []
    const found = 'The file was changed since it was looked at; open it again'
    return [{ code: 'image-changed', title: 'Source', state: 'error', found }]
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw thrown
    return [errorRow('source', 'Source', error)]
  }
}

/** What is sent as it is would be as short there. */
async function endRows(host: Host, file: string): Promise<readonly CheckRow[]> {
  const missing = await findMissingEnd(await openSource(file), 'whole', host.signal)
  if (missing === null) return []
  return [{ code: 'cut-short', title: 'Source', state: 'error', found: `The file was cut short: ${missing.reason}. Fetch it again` }]
}

async function localWork(host: Host, sessions: ImageSessions, form: ProviderForm, wanted: WantedUpload): Promise<LocalWork> {
  const preparation = preparationOf(form.payload(wanted.values, wanted.facts), wanted)
  if (preparation.kind === 'none') return NO_WORK
  if (preparation.kind === 'overlay') return { ...NO_WORK, tempBytes: OVERLAY_BYTES }
  if (preparation.kind === 'unpack') return { ...NO_WORK, tempBytes: wanted.facts.virtualBytes }
  try {
    const plan = await planConvert(host, sessions, conversionOf({ ...wanted, edits: [...wanted.edits] }, preparation, host.dirs.cache))
    return {
      payloadBytes: plan.estimateBytes,
      tempBytes: plan.neededBytes,
      commands: plan.commands,
      rows: [
        spaceRow(plan),
        ...plan.warnings.map((found): CheckRow => ({ code: 'conversion', title: 'Conversion', state: 'warning', found })),
      ],
    }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw thrown
    return { ...NO_WORK, rows: [errorRow('conversion', 'Conversion', error)] }
  }
}

function spaceRow({ fits, neededBytes, freeBytes }: { fits: boolean; neededBytes: number; freeBytes: number }): CheckRow {
  const found = `${formatBytes(neededBytes)} are needed for the time of the upload, ${formatBytes(freeBytes)} are free`
  return { code: 'space', title: 'Space on this machine', state: fits ? 'ok' : 'error', found }
}

function totalOf(form: ProviderForm, { values, facts }: WantedUpload, { payloadBytes }: LocalWork): number {
  if (payloadBytes !== null) return payloadBytes
  return form.payload(values, facts).kind === 'disk' ? facts.virtualBytes : facts.fileBytes
}
