import { z } from 'zod'
import { engineIdSchema } from '../jobs/job-requests.js'

export const toolReportSchema = z.object({
  id: z.string(),
  /** What Diskwright does with it, one sentence. */
  purpose: z.string(),
  required: z.boolean(),
  /** Absolute path; null when it is missing. */
  path: z.string().nullable(),
  version: z.string().nullable(),
  minimum: z.string().nullable(),
  ok: z.boolean(),
  /** What is wrong, or an empty string. */
  problem: z.string(),
  /** Copyable install command for this distribution; null when it is there. */
  install: z.string().nullable(),
})
export type ToolReport = z.infer<typeof toolReportSchema>

export const engineReportSchema = z.object({
  id: engineIdSchema,
  title: z.string(),
  usable: z.boolean(),
  /** The one that a save will use. */
  chosen: z.boolean(),
  /** Why it is or is not used, one sentence. */
  reason: z.string(),
  /** What has to be said before it is used, one sentence. */
  caution: z.string().optional(),
})
export type EngineReport = z.infer<typeof engineReportSchema>

export const doctorReportSchema = z.object({
  tools: z.array(toolReportSchema),
  engines: z.array(engineReportSchema),
  sandbox: z.object({ usable: z.boolean(), reason: z.string() }),
  kvm: z.object({ usable: z.boolean(), reason: z.string() }),
  /** One command that installs all that is missing; null when nothing is. */
  installAll: z.string().nullable(),
  ok: z.boolean(),
})
export type DoctorReport = z.infer<typeof doctorReportSchema>
