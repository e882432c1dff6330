import { z } from 'zod'
import { diskFormatSchema, imageFormatSchema } from '../images/image-info.js'
import { lintReportSchema } from '../lint/finding.js'
import { ARTIFACT_IDS } from '../platforms/artifact-ids.js'
import { PLATFORM_IDS } from '../platforms/platform.js'
import { DISK_CONTAINERS } from './convert-request.js'

const digestsSchema = z.object({ sha256: z.string().optional(), sha512: z.string().optional() })

/** How an artifact came to be, and what is known of it: kept beside it, as JSON and as text. */
export const artifactReportSchema = z.object({
  /** Number of this layout. */
  report: z.literal(1),
  createdAt: z.string(),
  /** Diskwright's version. */
  diskwright: z.string(),
  artifact: z.object({ id: z.enum(ARTIFACT_IDS), name: z.string() }).nullable(),
  platform: z.object({ id: z.enum(PLATFORM_IDS), name: z.string() }).nullable(),
  source: z.object({
    path: z.string(),
    /** Disk of an archive. */
    member: z.string().nullable(),
    /** Internal snapshot that was read. */
    snapshot: z.string().nullable(),
    format: imageFormatSchema,
    variant: z.string(),
    virtualBytes: z.number(),
    fileBytes: z.number(),
    /** Identity of the file when it was read. */
    revision: z.string(),
    sha256: z.string().nullable(),
    system: z.string().nullable(),
  }),
  result: z.object({
    name: z.string(),
    format: diskFormatSchema,
    subformat: z.string(),
    container: z.enum(DISK_CONTAINERS).nullable(),
    virtualBytes: z.number(),
    /** Length of all its files. */
    fileBytes: z.number(),
    digests: digestsSchema,
  }),
  /** Edits that were applied, in words, in order. */
  edits: z.array(z.string()),
  proofs: z.array(z.string()),
  lint: lintReportSchema.nullable(),
  notes: z.array(z.string()),
  tools: z.record(z.string(), z.string()),
  commands: z.array(
    z.object({ line: z.string(), seconds: z.number().nullable(), exitCode: z.number().nullable(), signal: z.string().nullable() }),
  ),
})
export type ArtifactReport = z.infer<typeof artifactReportSchema>

/** JSON Schema of reports, published as `resources/artifact-report.schema.json`. */
export function artifactReportJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(artifactReportSchema), title: 'Diskwright artifact report' }
}
