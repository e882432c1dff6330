import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import type { PayloadFile, UploadSource } from '#core/clouds/upload-source'
import type { UploadJournal } from '#core/clouds/upload-journal'
import { readRevision } from '#core/files/identity'
import { AppError } from '#shared/errors/app-error'
import type { UploadScene } from './run-upload.js'

const END_BYTES = 1024 * 1024

/** Files and disks of a test as the product gives them to providers. That a file stays the same is for the provider to look at, by `identity`. */
export function openTestSource({ disk, file = disk.path }: Pick<UploadScene, 'disk' | 'file'>, journal: UploadJournal): UploadSource {
  return {
    file: () => payloadFile(file),
    other: payloadFile,
    async disk(work) {
      const revision = await readRevision(disk.path)
      const before = journal.get<string>('test-source.disk') ?? revision
      if (before !== revision) throw new AppError('image-changed', { details: { path: disk.path } })
      await journal.put('test-source.disk', revision)
      const handle = await fs.open(disk.path)
      try {
        return await work({
          virtualBytes: disk.bytes,
          extents: disk.extents,
          async read(offset, length) {
            const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
            if (bytesRead !== length) throw new Error(`read ${length} bytes from ${offset} of a disk of ${disk.bytes}`)
            return buffer
          },
        })
      } finally {
        await handle.close()
      }
    },
  }
}

async function payloadFile(path: string): Promise<PayloadFile> {
  const handle = await fs.open(path)
  try {
    const { size } = await handle.stat()
    const hash = createHash('sha256')
    for (const start of [0, Math.max(0, size - END_BYTES)]) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, END_BYTES)), 0, Math.min(size, END_BYTES), start)
      hash.update(buffer.subarray(0, bytesRead))
    }
    return { path, bytes: size, identity: `${path} ${await readRevision(path)} ${hash.digest('hex')}` }
  } finally {
    await handle.close()
  }
}
