import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { constants, createGunzip, inflateSync } from 'node:zlib'
import { AppError } from '#shared/errors/app-error'
import { DamagedData, type LintHost, piecesOf } from '#shared/lint/byte-source'
import type { LintExpectation, LintReport } from '#shared/lint/finding'
import { lintArtifact } from '#shared/lint/lint-artifact'
import { byteSourceOf } from '../files/byte-source.js'
import { openRegularFile } from '../files/identity.js'
import { errnoCode } from '../files/sync.js'

export interface LintOptions {
  readonly signal?: AbortSignal | undefined
  /** Names that lead to the extents of a split image are looked for here; default: the folder of the file. */
  readonly folder?: string
}

/**
 * Asks the rules of its format, and of the platform it is for, of a file: by its bytes alone, without a tool. What breaks a rule is a
 * finding; nothing in a file makes it throw.
 *
 * @throws AppError `file-not-found`, `file-not-readable`, `not-a-regular-file`, `cancelled`
 */
export async function lintFile(file: string, expectation: LintExpectation = {}, options: LintOptions = {}): Promise<LintReport> {
  const { handle, path: real } = await openRegularFile(file)
  try {
    const source = await byteSourceOf(handle)
    return await lintArtifact(source, expectation, lintHost(options.folder ?? path.dirname(real), options.signal))
  } finally {
    await handle.close()
  }
}

/** What the rules need of Node. */
export function lintHost(folder: string, signal: AbortSignal | undefined): LintHost {
  const throwIfStopped = (): void => {
    if (signal?.aborted) throw new AppError('cancelled')
  }
  return {
    hash: (name) => {
      const hash = createHash(name)
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
    },
    async *gunzip(source) {
      const gunzip = createGunzip({ chunkSize: 256 * 1024 })
      const input = Readable.from(piecesOf(source, { throwIfStopped }))
      // An error of the input ends the reading below as well.
      input.on('error', (error) => gunzip.destroy(error))
      try {
        for await (const piece of input.pipe(gunzip)) yield piece as Buffer
      } catch (thrown) {
        throw errnoCode(thrown).startsWith('Z_') ? new DamagedData(String(thrown)) : thrown
      } finally {
        input.destroy()
        gunzip.destroy()
      }
    },
    inflate: (bytes, limit) => {
      try {
        return inflateSync(bytes, { maxOutputLength: limit, finishFlush: constants.Z_FINISH })
      } catch {
        return null
      }
    },
    siblingBytes: async (name) => {
      if (name === '' || name.includes('/') || name.includes('\0') || name === '..' || name === '.') return null
      const found = await stat(path.join(folder, name)).catch(() => null)
      return found?.isFile() ? found.size : null
    },
    throwIfStopped,
  }
}
