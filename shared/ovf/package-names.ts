/** Endings that say what a package is; the files in it get their own. */
const ENDINGS = /(\.(ova|ovf|oci|tar|vmdk|qcow2))+$/i

/**
 * Stem of the names inside a package: `href` in an OVF is a URI and a manifest has no quoting, so only letters, digits, `.`, `_` and `-`
 * stay. At most 60 characters, so that a ustar header holds it with its folder and ending.
 */
export function packageStem(fileName: string): string {
  const stem = fileName
    .replace(ENDINGS, '')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, 60)
    .replace(/[-.]+$/, '')
  return stem === '' ? 'image' : stem
}

/** Name for people: the file's name without its ending. */
export function displayName(fileName: string): string {
  return fileName.replace(ENDINGS, '') || fileName
}
