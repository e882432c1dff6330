import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import type { SourceReport } from '#shared/jobs/convert-request'
import { showControl } from '#shared/text/visible'
import type { ListedFile } from './packed-disk.js'
import { readRange, withPackedFile } from './packed-file.js'

export interface ManifestVerdict {
  readonly state: NonNullable<SourceReport['manifest']>['state']
  readonly detail: string
}

/** Bytes that a check of the whole manifest reads. */
export function manifestBytes(manifest: readonly ListedFile[]): number {
  return manifest.reduce((sum, file) => sum + file.ranges.reduce((total, range) => total + range.length, 0), 0)
}

/** Reads every file that a manifest lists and compares its digest. Throws `cancelled`, and what reading throws. */
export async function checkManifest(
  manifest: readonly ListedFile[],
  options: {
    readonly signal?: AbortSignal | undefined
    readonly pausePoint?: () => Promise<void>
    readonly onRead?: (bytes: number) => void
  } = {},
): Promise<ManifestVerdict> {
  const differing: string[] = []
  let read = 0
  for (const file of manifest) {
    if (file.path === null) {
      differing.push(`${showControl(file.file)} is listed and not there`)
      continue
    }
    const hash = createHash(file.digest)
    await withPackedFile(file.path, async (packed) => {
      for (const range of file.ranges) {
        for await (const bytes of readRange(packed, range, options.signal, options.pausePoint)) {
          hash.update(bytes)
          read += bytes.length
          options.onRead?.(read)
        }
      }
    })
    if (hash.digest('hex') !== file.hex) differing.push(`${showControl(file.file)} has another ${file.digest.toUpperCase()}`)
  }
  if (differing.length > 0) return { state: 'differs', detail: differing.join('; ') }
  const digests = [...new Set(manifest.map(({ digest }) => digest.toUpperCase()))].join(', ')
  return { state: 'matches', detail: `${manifest.length} ${manifest.length === 1 ? 'file' : 'files'}, ${digests}` }
}

/** Throws `manifest-mismatch` that names the files which differ. */
export function requireManifest(verdict: ManifestVerdict, path: string): void {
  if (verdict.state === 'differs') throw new AppError('manifest-mismatch', { details: { path, reason: verdict.detail } })
}
