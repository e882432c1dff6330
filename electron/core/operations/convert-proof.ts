import { AppError } from '#shared/errors/app-error'
import type { ImageInfo } from '#shared/images/image-info'
import { makeReport } from '#shared/jobs/make-report'
import { printReportJson, printReportText } from '#shared/jobs/print-report'
import type { LintExpectation, LintReport } from '#shared/lint/finding'
import { stat } from 'node:fs/promises'
import { reportPaths } from './artifacts/sidecars.js'
import type { ConvertTarget } from './convert-target.js'
import type { JobContext } from './job-context.js'
import { lintFile } from './lint-file.js'
import type { ReadySource } from './prepare-convert.js'
import type { WriteRequest } from './write-request.js'

/** What a report tells of the program that made an artifact. */
export interface MadeWith {
  readonly version: string
  /** Versions of the tools that are used, by their names. */
  tools(): Promise<Readonly<Record<string, string>>>
}

/** The rules that a result is checked against, and the report on it where one is asked for. */
export function convertProof(
  ctx: JobContext,
  target: ConvertTarget,
  ready: ReadySource,
  original: ImageInfo | null,
  madeWith: MadeWith,
): Pick<WriteRequest, 'lint' | 'report'> {
  const { input, subformat } = target
  let found: LintReport | null = null
  const lint = async (part: string): Promise<readonly string[]> => {
    found = await lintFile(part, expectationOf(target), { signal: ctx.signal })
    return lintProofs(found, input.output)
  }
  if (!input.report || original === null) return { lint }
  return {
    lint,
    report: {
      endings: reportPaths(''),
      write: async ({ proofs, digests }, part) => {
        const report = makeReport({
          input,
          info: original,
          subformat: subformat.id,
          virtualBytes: ready.virtualBytes,
          fileBytes: (await stat(part)).size,
          digests,
          proofs: [...ready.proofs, ...proofs],
          lint: found,
          commands: ctx.commands(),
          tools: await madeWith.tools(),
          diskwright: madeWith.version,
          now: new Date(),
        })
        return [printReportJson(report), printReportText(report)]
      },
    },
  }
}

function expectationOf({ input, subformat, platform }: ConvertTarget): LintExpectation {
  return {
    format: input.format,
    subformat: subformat.id,
    container: input.container,
    ...(platform === null ? {} : { platform: platform.id }),
  }
}

/** What the rules found out, in words. Throws `lint-failed` when one is broken. */
export function lintProofs({ kind, findings, counts }: LintReport, path: string): string[] {
  const broken = findings.filter(({ severity }) => severity === 'error')
  if (broken.length > 0) {
    throw new AppError('lint-failed', { details: { path, reason: broken.map(({ text }) => text).join('; ') } })
  }
  const told = findings.filter(({ severity }) => severity === 'warning')
  return [`Rules of ${kind}: ${counts.pass} hold, none is broken`, ...told.map(({ text }) => `Note: ${text}`)]
}
