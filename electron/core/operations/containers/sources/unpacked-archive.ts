import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Compression, compressionOf } from '#shared/archives/compression'
import { decompress } from '../../unpack/decompress.js'
import { readerOf, withPackedFile } from '../../unpack/packed-file.js'
import { limitsFor, SparseFile } from '../../unpack/sparse-file.js'
import type { ContainerDeps } from '../container-source.js'
import { isOwnerAlive, ownMark } from '../own-labels.js'
import { type MemberStore, tarStore } from './member-store.js'

const HEAD_BYTES = 16
const FOLDER = /^archive-(\d+\.\d+)-/

/**
 * An archive, compressed or not. Of a compressed one there is no way to read from the middle: it is unpacked into a private folder, which goes away when it is
 * closed. Throws as `tarStore`, `decompress` and `SparseFile`.
 */
export async function archiveStore({ host, pausePoint }: ContainerDeps, file: string): Promise<MemberStore> {
  const compression = await withPackedFile(file, async (packed) => compressionOf(await readerOf(packed)(0, HEAD_BYTES)))
  if (compression === null) return tarStore(file, host.signal)
  const base = path.join(host.dirs.cache, 'containers')
  await mkdir(base, { recursive: true, mode: 0o700 })
  await removeLeftovers(base)
  const folder = await mkdtemp(path.join(base, `archive-${ownMark()}-`))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const tar = path.join(folder, 'archive.tar')
    await unpack({ host, pausePoint }, file, compression, tar)
    const store = await tarStore(tar, host.signal)
    return {
      find: (name) => store.find(name),
      async close() {
        await store.close()
        await remove()
      },
    }
  } catch (thrown) {
    await remove()
    throw thrown
  }
}

async function unpack(
  { host, pausePoint }: Pick<ContainerDeps, 'host' | 'pausePoint'>,
  file: string,
  compression: Compression,
  tar: string,
): Promise<void> {
  await writeFile(tar, '', { mode: 0o600, flag: 'wx' })
  await withPackedFile(file, async (packed) => {
    const output = await SparseFile.open(tar, await limitsFor(path.dirname(tar), packed.fileBytes, null))
    try {
      const range = { offset: 0, length: packed.fileBytes }
      for await (const piece of decompress(host, packed, compression, range, { signal: host.signal, pausePoint })) await output.write(piece)
      await output.finish(output.length)
    } finally {
      await output.close()
    }
  })
}

/** What a process left that ended without closing. */
async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const mark = FOLDER.exec(name)?.[1]
    if (mark === undefined || isOwnerAlive(mark)) continue
    await rm(path.join(base, name), { recursive: true, force: true })
  }
}
