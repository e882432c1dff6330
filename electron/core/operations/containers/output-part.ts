import path from 'node:path'
import { discardPart, openPartFile, openPartFolder, partPath } from '../../files/atomic-output.js'
import { AppError } from '#shared/errors/app-error'
import type { JobContext } from '../job-context.js'

/** The result until it gets its name: a file, or a folder once it turned out that one is meant. Goes away with the job unless it was released. */
export class OutputPart {
  readonly path: string
  private kind: 'file' | 'folder' | null = null
  private gone: () => void = () => {}
  private isPublished = false

  constructor(
    private readonly ctx: JobContext,
    private readonly output: string,
  ) {
    this.path = partPath(output, ctx.jobId)
    ctx.defer(async () => {
      if (this.isPublished || this.kind === null) return
      await discardPart(this.path)
      this.gone()
    })
  }

  get isFolder(): boolean {
    return this.kind === 'folder'
  }

  /** An empty file, or the one that was opened before. Throws `folder-not-writable`, `no-space`. */
  async openFile(): Promise<string> {
    if (this.kind === 'folder')
      throw new AppError('internal', { details: { message: `${path.basename(this.output)} is a folder already` } })
    if (this.kind === 'file') return this.path
    this.gone = this.ctx.claim('part-file', this.path)
    this.kind = 'file'
    await openPartFile(this.output, this.ctx.jobId)
    return this.path
  }

  /** An empty folder, in the place of a file that was opened before. Throws as `openFile`. */
  async openFolder(): Promise<string> {
    if (this.kind !== null) {
      await discardPart(this.path)
      this.gone()
    }
    this.gone = this.ctx.claim('folder', this.path)
    this.kind = 'folder'
    await openPartFolder(this.output, this.ctx.jobId)
    return this.path
  }

  /** It has its name, and stays. */
  release(): void {
    this.isPublished = true
    this.gone()
  }
}
