import { unlink, writeFile } from 'node:fs/promises'
import { discardPart, openPartFile, partPath, publish } from '../files/atomic-output.js'
import { syncFile } from '../files/sync.js'
import type { JobContext } from './job-context.js'

export interface SidecarFile {
  /** Final path. */
  readonly file: string
  readonly text: string
}

/** Texts in part files, on stable storage: naming them is all that is left to do. */
export interface WrittenSidecars {
  readonly files: readonly string[]
  /** Gives all their names. Where one cannot get it, those that were made by then go again. */
  publish(): Promise<void>
}

/** Writes small files that go with a result. They take their names with `publish`, after the result has. */
export async function openSidecars(ctx: JobContext, sidecars: readonly SidecarFile[], replace: boolean): Promise<WrittenSidecars> {
  const parts: { readonly part: string; readonly file: string }[] = []
  for (const { file, text } of sidecars) {
    const place = partPath(file, ctx.jobId)
    const release = ctx.claim('part-file', place)
    ctx.defer(async () => {
      await discardPart(place)
      release()
    })
    const { part } = await openPartFile(file, ctx.jobId)
    await writeFile(part, text)
    await syncFile(part)
    parts.push({ part, file })
  }
  return {
    files: sidecars.map(({ file }) => file),
    publish: async () => {
      const named: string[] = []
      try {
        for (const { part, file } of parts) {
          await publish({ part, target: file, replace })
          named.push(file)
        }
      } catch (thrown) {
        if (!replace) for (const file of named) await unlink(file).catch(() => {})
        throw thrown
      }
    },
  }
}
