import fs from 'node:fs/promises'
import path from 'node:path'
import { parseReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { fileOfUpload } from './upload-values.js'
import type { JobRequestDraft } from '#shared/jobs/job-requests'

type Origin = 'dialog' | 'dialog-replace' | 'suggested'

/**
 * Where the window may write: only what the user chose in the save dialog of the main process, or a free name that the
 * main process made up beside a source. A window that was taken over cannot name a file of its own.
 */
export class OutputGrants {
  readonly #granted = new Map<string, Origin>()
  readonly #folders = new Map<string, Origin>()

  grantChosen(file: string, replace: boolean): void {
    this.#granted.set(path.resolve(file), replace ? 'dialog-replace' : 'dialog')
  }

  /** A folder to copy files into; `replace` when the user agreed that files of the same names are replaced. */
  grantFolder(folder: string, replace: boolean): void {
    this.#folders.set(path.resolve(folder), replace ? 'dialog-replace' : 'dialog')
  }

  /** A file or folder that a reference of a container image names. */
  grantReference(reference: string, replace: boolean): void {
    const { path: file } = parseReference(reference)
    if (file !== null) this.grantChosen(file, replace)
  }

  /** A free name beside `source`; throws `file-not-found` when the source is no file, `bad-input` for a name with a folder in it. */
  async suggest(request: { source: string; suffix: string; extension: string }): Promise<string> {
    const { source, suffix, extension } = request
    if (/[/\0]/.test(suffix + extension)) throw new AppError('bad-input', { details: { problem: 'a file name holds no "/"' } })
    const found = await fs.stat(source).catch(() => null)
    if (!found?.isFile()) throw new AppError('file-not-found', { details: { path: source } })
    const free = await freeName(path.resolve(source), suffix, extension)
    if (!this.#granted.has(free)) this.#granted.set(free, 'suggested')
    return free
  }

  /**
   * Throws `output-not-granted` unless the folder was chosen, or one of these sources lies in it: beside a source new files may be made, as
   * `suggest` makes up names there.
   */
  async assertFolder(folder: string, sources: readonly string[]): Promise<void> {
    if (this.#folders.has(path.resolve(folder))) return
    const beside = sources.filter((source) => path.dirname(path.resolve(source)) === path.resolve(folder))
    const found = await Promise.all(beside.map((source) => fs.stat(source).catch(() => null)))
    if (found.some((stats) => stats?.isFile())) return
    throw new AppError('output-not-granted', { details: { path: folder }, actions: [{ kind: 'choose-output' }] })
  }

  /** Whether `assertGranted` would let the request pass. */
  isGranted(request: JobRequestDraft): boolean {
    try {
      this.assertGranted(request)
      return true
    } catch {
      return false
    }
  }

  /** Throws `output-not-granted` unless the request writes where the user or `suggest` said. */
  assertGranted(request: JobRequestDraft): void {
    const output = outputOf(request)
    if (output === null) return
    const origin = (request.kind === 'extract-files' ? this.#folders : this.#granted).get(path.resolve(output.file))
    const refused = origin === undefined || (output.replace && origin !== 'dialog-replace')
    if (refused) throw new AppError('output-not-granted', { details: { path: output.file }, actions: [{ kind: 'choose-output' }] })
  }
}

/** Null for what writes no file of a name of its own: a save in place, where the core keeps a backup, a comparison, a boot test. */
function outputOf({ kind, input }: JobRequestDraft): { file: string; replace: boolean } | null {
  if (kind === 'test-boot' && input.keep !== undefined) return { file: input.keep.output, replace: input.keep.replace ?? false }
  if (kind === 'convert-image' || kind === 'unpack-image' || kind === 'repair-image')
    return { file: input.output, replace: input.replace ?? false }
  if (kind === 'extract-container' || kind === 'build-disk') return { file: input.output, replace: input.replace ?? false }
  if (kind === 'package-container' || kind === 'copy-container') {
    // A registry is no file of this machine.
    const { path: file } = parseReference(input.destination)
    return file === null ? null : { file, replace: input.replace ?? false }
  }
  if (kind === 'upload-image') return fileOfUpload(input)
  if (kind === 'compare-images' || kind === 'commit-image' || kind === 'test-boot') return null
  if (kind === 'extract-files') return { file: input.folder, replace: input.replace ?? false }
  return input.target.mode === 'in-place' ? null : { file: input.target.output, replace: input.target.replace ?? false }
}

async function freeName(source: string, suffix: string, extension: string): Promise<string> {
  const { dir, name: whole } = path.parse(source)
  // What is unpacked from disk.raw.xz is disk.raw, and from disk.tar.gz disk.raw too.
  const plain = whole.replace(/\.tar$/i, '')
  const name = suffix === '' && plain.toLowerCase().endsWith(`.${extension}`) ? plain.slice(0, -extension.length - 1) : plain
  for (let count = 1; ; count++) {
    const candidate = path.join(dir, `${name}${suffix}${count === 1 ? '' : `-${count}`}.${extension}`)
    if (!(await exists(candidate))) return candidate
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.lstat(file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
