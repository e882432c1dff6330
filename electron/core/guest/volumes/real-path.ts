import type { GuestStat } from '#shared/images/guest-stat'

/** As many links in a row as Linux follows (path_resolution(7)). */
export const MAX_LINKS = 40

/**
 * The path with every link in it followed, those with absolute targets from the file system's own root. Undefined for what is not
 * there, more than 40 links, or a link whose target is not told.
 */
export async function realPathIn(
  stats: (paths: readonly string[]) => Promise<readonly (GuestStat | undefined)[]>,
  file: string,
): Promise<string | undefined> {
  let names = namesOf(file)
  for (let links = 0; links <= MAX_LINKS; ) {
    const up = names.indexOf('..')
    const head = up < 0 ? names : names.slice(0, up)
    const found = head.length === 0 ? [] : await stats(head.map((_, index) => `/${head.slice(0, index + 1).join('/')}`))
    const at = found.findIndex((stat) => stat?.kind !== 'folder')
    const odd = found[at]
    if (odd?.kind === 'link') {
      if (odd.linkTarget === null || odd.linkTarget === '') return undefined
      links += 1
      names = [...(odd.linkTarget.startsWith('/') ? [] : names.slice(0, at)), ...namesOf(odd.linkTarget), ...names.slice(at + 1)]
    } else if (up < 0) {
      const isThere = at < 0 || (odd !== undefined && at === head.length - 1)
      return isThere ? `/${head.join('/')}` : undefined
    } else if (at >= 0) return undefined
    else names = [...head.slice(0, -1), ...names.slice(up + 1)]
  }
  return undefined
}

function namesOf(file: string): string[] {
  return file.split('/').filter((name) => name !== '' && name !== '.')
}
