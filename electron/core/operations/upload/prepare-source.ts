import fs from 'node:fs/promises'
import path from 'node:path'
import type { Preparation } from '#shared/clouds/preparation'
import { AppError } from '#shared/errors/app-error'
import type { JobInput } from '#shared/jobs/job-requests'
import type { DiskContent, PayloadFile, UploadSource } from '../../clouds/upload-source.js'
import type { UploadJournal } from '../../clouds/upload-journal.js'
import { uploadCacheFolder } from '../../clouds/upload-folders.js'
import { identifyFile } from '../../clouds/file-identity.js'
import { withRawDisk } from '../../guest/raw-disk.js'
import { type ImageSource, openSource } from '../../guest/source.js'
import { readRevision } from '../../files/identity.js'
import type { ConvertSurroundings } from '../convert-image.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { withUnpackedSource } from '../unpack/unpacked-source.js'
import { conversionOf, makeFile, makeOverlay } from './made-file.js'

/** What is sent, and what makes it ready. */
export interface PreparedSource extends UploadSource {
  /** Nothing has to be made, or it is there from before a break. */
  readonly isReady: boolean
  /** Makes it ready. */
  make(progress: StepProgress): Promise<void>
  /** Throws `image-changed` when the source is not what it was when the upload began. */
  requireUnchanged(): Promise<void>
}

/** What was made before a break. */
interface MadeBefore {
  /** Null where the edits had their effect already. */
  readonly file: PayloadFile | null
}

const MADE_KEY = 'source.made'
const FILES_KEY = 'source.files'

/**
 * Looks at the source of an upload. Its files have to be those of the request, or, after a break, those of the journal: the digest of the
 * beginning and end of each is among what they are known by.
 *
 * @throws AppError `image-changed`, `file-not-found` …
 */
export async function prepareSource(
  ctx: JobContext,
  input: JobInput<'upload-image'>,
  preparation: Preparation,
  { journal, ...around }: ConvertSurroundings & { readonly journal: UploadJournal },
): Promise<PreparedSource> {
  const { facts, edits } = input
  const folder = uploadCacheFolder(ctx.host.dirs, input.upload)
  const isFile = path.isAbsolute(facts.path)
  const disk = await diskAt(input)
  const files = disk?.files ?? (isFile && (await isRegular(facts.path)) ? [facts.path] : [])

  async function identities(): Promise<string[]> {
    return (await Promise.all(files.map(identifyFile))).map(({ identity }) => identity)
  }

  async function requireUnchanged(): Promise<void> {
    const before = journal.get<string[]>(FILES_KEY)
    const now = await identities()
    if (before === undefined || before.join('\n') === now.join('\n')) return
    throw changed(facts.path)
  }

  async function begin(): Promise<void> {
    if (journal.get(FILES_KEY) !== undefined) return requireUnchanged()
    const revision = disk?.revision ?? (files.length > 0 ? await readRevision(facts.path) : facts.revision)
    if (revision !== facts.revision) throw changed(facts.path)
    await journal.put(FILES_KEY, await identities())
  }

  await begin()
  let made = await foundAgain(journal.get<MadeBefore>(MADE_KEY))
  let unpacked: ImageSource | null = null

  async function keepMade(file: string | null): Promise<void> {
    made = { file: file === null ? null : await identifyFile(file) }
    await requireUnchanged()
    await journal.put(MADE_KEY, made)
  }

  async function openedSource(): Promise<ImageSource> {
    const base = unpacked ?? disk
    if (base === null) throw new AppError('bad-input', { details: { path: facts.path, reason: 'it is no disk image' } })
    const overlay = made?.file ?? null
    if (overlay === null || preparation.kind === 'convert') return base
    const node = { driver: 'qcow2', path: overlay.path, backing: base.node } as const
    return { ...base, node, files: [overlay.path, ...base.files] }
  }

  return {
    isReady: preparation.kind === 'none' || (preparation.kind !== 'unpack' && made !== null),
    requireUnchanged,
    async make(progress) {
      if (preparation.kind === 'convert') return keepMade(await makeFile(ctx, conversionOf(input, preparation, folder), around, progress))
      if (preparation.kind === 'unpack') {
        await fs.mkdir(folder, { recursive: true, mode: 0o700 })
        unpacked = (await withUnpackedSource(ctx, { source: facts.path, workDir: folder }, progress)).source
      }
      if (edits.length > 0 && made === null) {
        const overlay = await makeOverlay(ctx, await openedSource(), { edits, folder: path.join(folder, 'edits') }, around)
        await keepMade(overlay?.file ?? null)
      }
    },
    async file() {
      await requireUnchanged()
      if (preparation.kind !== 'convert') return identifyFile(facts.path)
      const file = made?.file ?? null
      if (file === null) throw new AppError('internal', { details: { message: 'the file to send was not made yet' } })
      return same(file)
    },
    async disk(work) {
      await requireUnchanged()
      if (made?.file) await same(made.file)
      const { node, files: opened } = await openedSource()
      const result = await withRawDisk(ctx.host, node, opened, ({ virtualBytes, extents, read }) => {
        const content: DiskContent = { virtualBytes, extents, read }
        return work(content)
      })
      await requireUnchanged()
      return result
    },
    async other(file) {
      const found = await identifyFile(file)
      const key = `source.other ${file}`
      const before = journal.get<string>(key)
      if (before === undefined) await journal.put(key, found.identity)
      else if (before !== found.identity) throw changed(file)
      return found
    },
  }
}

/** A disk that can be read where it is; null for what is packed, or no disk. */
async function diskAt({ facts }: JobInput<'upload-image'>): Promise<ImageSource | null> {
  return facts.kind === 'disk' && facts.format !== null ? openSource(facts.path) : null
}

async function isRegular(file: string): Promise<boolean> {
  return identifyFile(file).then(
    () => true,
    (thrown: unknown) => {
      if (thrown instanceof AppError && thrown.code === 'not-a-regular-file') return false
      throw thrown
    },
  )
}

/** What was made before, where it is still there as it was. */
async function foundAgain(before: MadeBefore | undefined): Promise<MadeBefore | null> {
  if (before === undefined) return null
  if (before.file === null) return before
  const now = await identifyFile(before.file.path).catch(() => null)
  return now?.identity === before.file.identity ? before : null
}

async function same(file: PayloadFile): Promise<PayloadFile> {
  const now = await identifyFile(file.path)
  if (now.identity !== file.identity) throw changed(file.path)
  return now
}

function changed(file: string): AppError {
  return new AppError('image-changed', { details: { path: file }, actions: [{ kind: 'reload' }] })
}
