import type { DiskFormat } from '../images/formats.js'
import type { PlatformId } from '../platforms/platform.js'
import type { ByteSource, LintHost } from './byte-source.js'
import type { Findings } from './finding.js'

/** What a disk image says of itself. */
export interface DiskFacts {
  readonly format: DiskFormat
  /** Id of the subformat, where the file tells it. */
  readonly subformat: string | null
  readonly virtualBytes: number | null
}

export interface LintWork {
  readonly source: ByteSource
  readonly findings: Findings
  readonly host: LintHost
  /** For whom the file is; some rules are of one platform alone. */
  readonly platform: PlatformId | undefined
}

export type DiskLinter = (work: LintWork) => Promise<DiskFacts>
