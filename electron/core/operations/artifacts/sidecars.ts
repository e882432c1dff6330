import { DIGESTS, type DigestName } from '#shared/jobs/convert-request'

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
