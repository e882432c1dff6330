import type { BootEntry } from '../boot/boot-entry.js'
import { describeEdit } from '../edits/describe-edit.js'
import { hideSecrets } from '../edits/secrets.js'
import type { ImageInfo } from '../images/image-info.js'
import type { LintReport } from '../lint/finding.js'
import { artifact } from '../platforms/artifacts.js'
import { platform } from '../platforms/platforms.js'
import type { ArtifactReport } from './artifact-report.js'
import type { ConvertInput } from './convert-request.js'
import type { CommandRecord } from './job.js'

/** What a job knows of the artifact that it made. */
export interface ReportFacts {
  readonly input: ConvertInput
  readonly info: Pick<ImageInfo, 'path' | 'format' | 'variant' | 'virtualBytes' | 'fileBytes' | 'revision' | 'osName'>
  /** For the titles in the words of edits; without them ids stand there. */
  readonly entries?: readonly BootEntry[]
  readonly subformat: string
  /** Virtual size of the result, and the length of all of its files. */
  readonly virtualBytes: number
  readonly fileBytes: number
  readonly digests: Readonly<{ sha256?: string; sha512?: string }>
  readonly sourceSha256?: string | null
  readonly proofs: readonly string[]
  readonly lint: LintReport | null
  readonly notes?: readonly string[]
  readonly commands: readonly CommandRecord[]
  /** Versions by name: `qemu-img`. */
  readonly tools: Readonly<Record<string, string>>
  readonly diskwright: string
  readonly now: Date
}

/** The report of an artifact. Edits stand there in words, without what they hold: no secret gets into it. */
export function makeReport(facts: ReportFacts): ArtifactReport {
  const { input, info } = facts
  const preset = input.artifact === undefined ? null : artifact(input.artifact)
  const place = preset?.platform ?? input.platform
  return {
    report: 1,
    createdAt: facts.now.toISOString(),
    diskwright: facts.diskwright,
    artifact: preset === null ? null : { id: preset.id, name: preset.name },
    platform: place === undefined ? null : { id: place, name: platform(place).name },
    source: {
      path: info.path,
      member: input.member ?? null,
      snapshot: input.snapshot ?? null,
      format: info.format,
      variant: info.variant,
      virtualBytes: info.virtualBytes,
      fileBytes: info.fileBytes,
      revision: info.revision,
      sha256: facts.sourceSha256 ?? null,
      system: info.osName,
    },
    result: {
      name: input.output.slice(input.output.lastIndexOf('/') + 1),
      format: input.format,
      subformat: facts.subformat,
      container: input.container,
      virtualBytes: facts.virtualBytes,
      fileBytes: facts.fileBytes,
      digests: { ...facts.digests },
    },
    edits: input.edits.map((edit) => describeEdit(hideSecrets(edit), facts.entries ?? [])),
    proofs: [...facts.proofs],
    lint: facts.lint,
    notes: [...(facts.notes ?? [])],
    tools: { ...facts.tools },
    commands: facts.commands.map(({ line, seconds, exitCode, signal }) => ({ line, seconds, exitCode, signal })),
  }
}
