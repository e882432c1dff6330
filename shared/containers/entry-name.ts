const MAX_PATH = 4096
/** Of one name on file systems of Linux, in bytes. */
const MAX_NAME_BYTES = 255

/**
 * Where an entry of a layer stands in the image: absolute and tidy, `/` for the root. Unpackers take absolute names for names below the
 * root, and so does this. Null for a name that leads out: nobody who means well writes it.
 */
export function entryPath(name: string): string | null {
  if (name.length > MAX_PATH) return null
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? null : `/${parts.join('/')}`
}

/** The folder that a tidy, absolute path lies in; `/` for what lies at the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}

/** The last name of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

/** Why a file or folder of an image cannot have its name on this machine too, in words; null when it can. */
export function hostNameProblem(name: string): string | null {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) return 'it has no name of its own'
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'its name holds control characters'
  if (name.includes('\ufffd')) return 'its name is no UTF-8'
  if (utf8Bytes(name) > MAX_NAME_BYTES) return `its name is longer than ${MAX_NAME_BYTES} bytes`
  return null
}

function utf8Bytes(text: string): number {
  return Array.from(text).reduce((sum, char) => {
    const code = char.codePointAt(0) ?? 0
    return sum + (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4)
  }, 0)
}
