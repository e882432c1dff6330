import fs from 'node:fs'
import path from 'node:path'

/** All that stands in the files of a folder and below it, as one text. A program may still write there: what it removes meanwhile is left out. */
export function writtenBelow(folder: string): string {
  return unlessGone(() => fs.readdirSync(folder, { withFileTypes: true }), [])
    .map((entry) => {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) return writtenBelow(file)
      return entry.isFile() ? unlessGone(() => fs.readFileSync(file, 'latin1'), '') : ''
    })
    .join('\n')
}

function unlessGone<T>(read: () => T, gone: T): T {
  try {
    return read()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return gone
    throw thrown
  }
}
