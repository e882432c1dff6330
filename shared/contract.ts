import { z } from 'zod'
import { bootReportSchema } from './boot/boot-entry.js'
import { bootTestCalls } from './boot-test/boot-test-calls.js'
import { cloudCalls } from './clouds/cloud-calls.js'
import { containerCalls } from './containers/container-calls.js'
import { containerIndexSchema } from './containers/container-report.js'
import { editSchema } from './edits/edit.js'
import { editPreviewSchema } from './edits/edit-preview.js'
import { retargetEditSchema } from './edits/retarget-edit.js'
import { appErrorDataSchema } from './errors/app-error-data.js'
import { healthReportSchema } from './health/finding.js'
import { filesCalls } from './files-calls.js'
import { diskMapSchema, sizeInFormatSchema } from './images/disk-map.js'
import { diskReportSchema } from './images/disk-report.js'
import { diskFormatSchema, imageInfoSchema } from './images/image-info.js'
import { lintExpectationSchema, lintReportSchema } from './lint/finding.js'
import { commandRecordSchema, jobSchema, leftoverSchema } from './jobs/job.js'
import { batchPlanSchema, batchRequestSchema, convertImageInputSchema, sourceReportSchema } from './jobs/convert-request.js'
import { jobRequestSchema, outputPlanSchema, saveImageInputSchema } from './jobs/job-requests.js'
import { expectationSchema } from './recipes/expectation.js'
import { recipeSchema } from './recipes/recipe.js'
import { PLATFORM_IDS } from './platforms/platform.js'
import { retargetPlanSchema } from './platforms/retarget-plan.js'
import { recentImageSchema, settingsChangeSchema, settingsSchema } from './settings/settings.js'
import { doctorReportSchema } from './tools/doctor.js'

/** A call from the window to the core. Channel names are the contract's keys; both ends and the preload derive from it. */
interface Call<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I
  readonly output: O
}
function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Call<I, O> {
  return { input, output }
}

/** A recipe that was read, and the name of its file. */
const loadedRecipeSchema = z.object({ file: z.string(), recipe: recipeSchema })

const nothing = z.undefined()
const path = z.string().min(1).max(4096)

export const contract = {
  'app.info': call(
    nothing,
    z.object({
      version: z.string(),
      runtime: z.string(),
      dataFolder: z.string(),
      /** Folders of Diskwright's own state that cannot be used, and why: what they hold is not kept. */
      folderProblems: z.array(z.string()),
      /** Sample images that exist, absolute paths. */
      samples: z.array(z.string()),
    }),
  ),
  /** Paths the app was started with, or was handed since; each is given out once. */
  'app.takeOpenRequests': call(nothing, z.array(z.string())),
  /** Names of the open images with edits that are staged and not saved: quitting asks before it forgets them. */
  'app.noteStaged': call(z.object({ images: z.array(z.string().max(4096)).max(1000) }), nothing),
  'tools.doctor': call(z.object({ refresh: z.boolean() }), doctorReportSchema),
  'images.inspect': call(z.object({ path }), imageInfoSchema),
  /** What a file holds that may be packed or an archive; nothing is written. */
  'sources.probe': call(z.object({ path }), sourceReportSchema),
  /** Shows the open dialog; an empty list when it was closed. */
  'images.choose': call(nothing, z.array(z.string())),
  'boot.list': call(z.object({ path }), bootReportSchema),
  ...filesCalls,
  ...containerCalls,
  ...cloudCalls,
  ...bootTestCalls,
  /** What edits make of an image; nothing is written. */
  'edits.preview': call(
    z.object({ path, edits: z.array(editSchema).max(2000), expects: z.array(expectationSchema).max(1000).optional() }),
    editPreviewSchema,
  ),
  /** The edits as YAML for other images, with the last boot test of them unless that is `false`; and what that leaves out. */
  'edits.recipe': call(
    z.object({ path, edits: z.array(editSchema).min(1).max(2000), bootTest: z.boolean().optional() }),
    z.object({ text: z.string(), notes: z.array(z.string()) }),
  ),
  'edits.script': call(z.object({ path, edits: z.array(editSchema).min(1).max(2000) }), z.object({ text: z.string() })),
  /** Asks where to, and writes a text there; null when the dialog was closed. */
  'edits.saveText': call(
    z.object({ source: path, suffix: z.string().max(40), extension: z.enum(['yaml', 'sh']), text: z.string() }),
    z.object({ path: z.string() }).nullable(),
  ),
  /** Shows the open dialog for a recipe and reads it; file paths in it become absolute. Null when it was closed. */
  'recipes.choose': call(nothing, loadedRecipeSchema.nullable()),
  /** As `recipes.choose`, of a file that was dropped. */
  'recipes.load': call(z.object({ path }), loadedRecipeSchema),
  /** What a retarget after these edits would do to an image; nothing is written. */
  'retarget.plan': call(
    z.object({
      path,
      ...retargetEditSchema.omit({ kind: true }).shape,
      edits: z.array(editSchema).max(2000),
    }),
    retargetPlanSchema,
  ),
  /** Whether the image with these edits would boot, on a platform or at all; nothing is written. */
  'health.check': call(
    z.object({
      path,
      platform: z.enum(PLATFORM_IDS).nullable(),
      edits: z.array(editSchema).max(2000),
      /** Look into the initial RAM disk too: seconds the first time, kept until the image changes. */
      initramfs: z.boolean(),
    }),
    healthReportSchema,
  ),
  /** Whether a file keeps the rules of its format, of what it should be, and of its platform. */
  'artifacts.lint': call(z.object({ path, expectation: lintExpectationSchema }), lintReportSchema),
  /** What there is to know of the file that a disk is in: backing files, overlays, internal snapshots, what its check says. */
  'disk.report': call(z.object({ path }), diskReportSchema),
  /** Where an image holds data. */
  'disk.map': call(z.object({ path }), diskMapSchema),
  /** What an image would take in each format. */
  'disk.measure': call(z.object({ path }), z.array(sizeInFormatSchema)),
  /** Names of the options that the installed qemu-img has, by target format. */
  'formats.options': call(nothing, z.record(diskFormatSchema, z.array(z.string()))),
  'recents.list': call(nothing, z.array(recentImageSchema)),
  'recents.remove': call(z.object({ path }), nothing),
  /** A name beside the source that does not exist yet; the window may write there without a dialog. */
  'outputs.suggest': call(
    z.object({ source: path, suffix: z.string().max(40), extension: z.string().max(10) }),
    z.object({ path: z.string() }),
  ),
  /** Shows the save dialog. Null when it was closed. `replace` is true when the user agreed to replace a file. */
  'outputs.choose': call(z.object({ suggested: path }), z.object({ path: z.string(), replace: z.boolean() }).nullable()),
  /** Shows the dialog for a folder, where results may be written then. Null when it was closed. */
  'outputs.chooseFolder': call(z.object({ suggested: path }), z.object({ path: z.string() }).nullable()),
  /** Every source for every preset, into a folder that was chosen or that a source lies in. Nothing is written. */
  'batch.plan': call(batchRequestSchema, batchPlanSchema),
  /** Starts what can be made of it. With `replace` the files that would be replaced are asked about. */
  'batch.start': call(batchRequestSchema, z.array(jobSchema)),
  'convert.plan': call(convertImageInputSchema, outputPlanSchema),
  'save.plan': call(saveImageInputSchema, outputPlanSchema),
  'jobs.list': call(nothing, z.array(jobSchema)),
  'jobs.start': call(jobRequestSchema, jobSchema),
  /** Queues a batch, all of it or nothing. */
  'jobs.startAll': call(
    z.object({ requests: z.array(jobRequestSchema).min(1).max(8000), title: z.string().min(1).max(1000) }),
    z.array(jobSchema),
  ),
  'jobs.cancel': call(z.object({ id: z.string() }), nothing),
  'jobs.cancelBatch': call(z.object({ batch: z.string() }), nothing),
  'jobs.pause': call(z.object({ ids: z.array(z.string()).max(8000) }), nothing),
  'jobs.resume': call(z.object({ ids: z.array(z.string()).max(8000) }), nothing),
  /** Puts a queued job before another one; last with null. */
  'jobs.move': call(z.object({ id: z.string(), before: z.string().nullable() }), nothing),
  'jobs.retry': call(z.object({ id: z.string() }), jobSchema),
  'jobs.retryFailed': call(z.object({ batch: z.string() }), z.array(jobSchema)),
  'jobs.remove': call(z.object({ ids: z.array(z.string()) }), nothing),
  'jobs.log': call(z.object({ id: z.string() }), z.object({ lines: z.array(z.string()), commands: z.array(commandRecordSchema) })),
  'recovery.list': call(nothing, z.array(leftoverSchema)),
  'recovery.clean': call(nothing, z.array(leftoverSchema)),
  'settings.get': call(nothing, settingsSchema),
  'settings.set': call(settingsChangeSchema, settingsSchema),
  'host.reveal': call(z.object({ path }), nothing),
  'host.copy': call(z.object({ text: z.string().max(1_000_000) }), nothing),
  'log.report': call(z.object({ message: z.string().max(4000), stack: z.string().max(16_000) }), nothing),
} as const

export type Contract = typeof contract
export type Channel = keyof Contract
export type CallInput<C extends Channel> = z.input<Contract[C]['input']>
export type ParsedInput<C extends Channel> = z.output<Contract[C]['input']>
export type CallOutput<C extends Channel> = z.output<Contract[C]['output']>

/** What main pushes to the window. */
export const events = {
  'jobs.changed': jobSchema,
  'containers.indexed': containerIndexSchema,
  'jobs.removed': z.object({ ids: z.array(z.string()) }),
  'app.openRequested': z.object({ count: z.number() }),
  'settings.changed': settingsSchema,
} as const
export type EventName = keyof typeof events
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]>

/** Electron would keep only an error's message; the envelope keeps all of it. */
export const envelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: appErrorDataSchema }),
])
export type Envelope = z.infer<typeof envelopeSchema>

/** What the preload puts on `window.diskwright`. */
export interface Bridge {
  invoke(channel: string, input: unknown): Promise<Envelope>
  /** Returns the function that unsubscribes. */
  on(event: string, listener: (payload: unknown) => void): () => void
  /** Absolute path of a dropped file; an empty string for a File that no disk holds. */
  pathForFile(file: unknown): string
}
