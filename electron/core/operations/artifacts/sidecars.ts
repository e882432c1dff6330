import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DIGESTS, type DigestName } from '#shared/jobs/convert-request'
import { discardPart, openPartFile, partPath, publish } from '../../files/atomic-output.js'
import type { JobContext } from '../job-context.js'
import type { Digests } from './digest-file.js'

/** Who writes a file beside a result, so that a crash can be cleaned up after. */
export type SidecarOwner = Pick<JobContext, 'jobId' | 'claim'>

export interface SidecarOptions {
  /** Final path of the result; sidecars stand beside it and carry its name. */
  readonly target: string
  readonly replace: boolean
  readonly owner?: SidecarOwner | undefined
}

/** Paths of all files that will stand beside a result: to be asked about before work begins. */
export function sidecarPaths(target: string, wanted: { readonly digests: readonly DigestName[]; readonly report: boolean }): string[] {
  const digests = DIGESTS.filter((name) => wanted.digests.includes(name)).map((name) => `${target}.${name}`)
  return [...digests, ...(wanted.report ? reportPaths(target) : [])]
}

/** Path of the report for programs, and of the one for people. */
export function reportPaths(target: string): [string, string] {
  return [`${target}.report.json`, `${target}.report.txt`]
}

/**
 * One line as `sha256sum --check` reads it (coreutils, "cksum output modes"): a name with a backslash or a line end is written with
 * escapes, and the line begins with a backslash then.
 */
export function sidecarText(hex: string, name: string): string {
  const escaped = name.replace(/[\\\n\r]/g, (char) => ({ '\n': '\\n', '\r': '\\r' })[char] ?? '\\\\')
  return `${escaped === name ? '' : '\\'}${hex}  ${escaped}\n`
}

/**
 * Writes `NAME.sha256` and `NAME.sha512` for the digests that are given. Returns their paths.
 *
 * @throws AppError `output-exists` without `replace`, `no-space`, `folder-not-writable`
 */
export async function writeSidecars(digests: Digests, options: SidecarOptions): Promise<string[]> {
  const made: string[] = []
  for (const name of DIGESTS) {
    const hex = digests[name]
    if (hex === undefined) continue
    const file = `${options.target}.${name}`
    await writeBeside(file, sidecarText(hex, path.basename(options.target)), options)
    made.push(file)
  }
  return made
}

/** A small text file by part file and rename. Throws as `writeSidecars`. */
export async function writeBeside(file: string, text: string, { replace, owner }: SidecarOptions): Promise<void> {
  const jobId = owner?.jobId ?? randomBytes(6).toString('hex')
  const part = partPath(file, jobId)
  const release = owner?.claim('part-file', part)
  try {
    await openPartFile(file, jobId)
    await writeFile(part, text)
    await publish({ part, target: file, replace })
  } catch (thrown) {
    await discardPart(part)
    throw thrown
  } finally {
    release?.()
  }
}
