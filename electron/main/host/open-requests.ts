import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Paths to open that the window has not fetched yet; each is given out once. */
export class OpenRequests {
  readonly #waiting: string[] = []
  #notify: (count: number) => void = () => {}

  onAdded(listener: (count: number) => void): void {
    this.#notify = listener
  }

  add(paths: readonly string[]): void {
    if (paths.length === 0) return
    this.#waiting.push(...paths)
    this.#notify(this.#waiting.length)
  }

  take(): string[] {
    return this.#waiting.splice(0)
  }
}

/**
 * Absolute paths of the files named on the command line. Switches are Chromium's or ours; file managers pass absolute
 * paths or file: addresses (Desktop Entry Specification, %U). Unpackaged, the first name is the app itself.
 */
export function pathsFromArguments(argv: readonly string[], options: { packaged: boolean; folder: string }): string[] {
  const names = argv.slice(1).filter((argument) => argument !== '' && !argument.startsWith('-'))
  return (options.packaged ? names : names.slice(1)).flatMap((name) => toPath(name, options.folder))
}

function toPath(name: string, folder: string): string[] {
  if (!name.startsWith('file:')) return /^[a-z][a-z0-9+.-]+:\/\//i.test(name) ? [] : [path.resolve(folder, name)]
  try {
    return [fileURLToPath(name)]
  } catch {
    return []
  }
}
