import { z } from 'zod'
import { ENGINES } from '../jobs/job-requests.js'
import { ARTIFACT_IDS } from '../platforms/artifact-ids.js'

const fields = {
  theme: z.enum(['system', 'light', 'dark']),
  /** `auto` picks the best engine that works. */
  engine: z.enum(['auto', ...ENGINES]),
  /** Compare every conversion with its source. */
  verify: z.boolean(),
  /** Jobs that run at one time; `auto` goes by the cores and by the disks that they write to. */
  maxJobs: z.union([z.literal('auto'), z.number().int().min(1).max(8)]),
  /** Tell of the end of long work while the window is not looked at. */
  notify: z.boolean(),
  /** Jobs kept in the history. */
  keepJobs: z.number().int().min(10).max(10_000),
  /** The three-step introduction on Home was put away. */
  introDismissed: z.boolean(),
  /** Targets that images were converted for last, the latest first. */
  convertTargets: z.array(z.enum(ARTIFACT_IDS)).max(40),
}

/** User settings. Every field has a default, so an older or damaged file still opens. */
export const settingsSchema = z.object({
  theme: fields.theme.default('system'),
  engine: fields.engine.default('auto'),
  verify: fields.verify.default(true),
  maxJobs: fields.maxJobs.default('auto'),
  notify: fields.notify.default(true),
  keepJobs: fields.keepJobs.default(200),
  introDismissed: fields.introDismissed.default(false),
  convertTargets: fields.convertTargets.default([]),
})

/** Some of the settings. It knows no defaults: with those, a change of one field would set all the others back. */
export const settingsChangeSchema = z.object(fields).partial()
export type Settings = z.infer<typeof settingsSchema>

export const recentImageSchema = z.object({
  path: z.string(),
  openedAt: z.string(),
  format: z.string(),
  virtualBytes: z.number(),
  onDiskBytes: z.number(),
  osName: z.string().nullable(),
  ignitionPlatform: z.string().nullable(),
  /** False when the file is gone. Filled when listed. */
  exists: z.boolean().default(true),
})
export type RecentImage = z.infer<typeof recentImageSchema>
