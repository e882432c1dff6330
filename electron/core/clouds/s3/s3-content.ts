import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { FieldValues } from '#shared/clouds/field'
import { s3Format } from '#shared/clouds/forms/s3-layout'
import { flagOf, numberOf, tagsOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress, UploadRun } from '../cloud-provider.js'
import { Concurrency } from '../transfer/parallel.js'
import type { DiskContent, PayloadFile } from '../upload-source.js'
import type { Asking, Sending } from './s3-objects.js'
import type { ObjectAttributes, ObjectOrder } from './send-object.js'

const MIB = 1024 ** 2

/** One for the whole upload; kept, so that what was made before a break is known again. */
export async function markOf({ journal }: UploadRun): Promise<string> {
  const known = journal.get<string>('s3 mark')
  if (known !== undefined) return known
  const made = randomUUID()
  await journal.put('s3 mark', made)
  return made
}

export type Content = Pick<ObjectOrder, 'bytes' | 'identity' | 'read' | 'release'>

export function withContent<T>(run: UploadRun, work: (content: Content) => Promise<T>): Promise<T> {
  if (s3Format(run.values, run.facts) === 'raw') {
    return run.source.disk((disk) => work({ bytes: disk.virtualBytes, identity: run.facts.revision, ...partsOfDisk(disk) }))
  }
  return run.source.file().then((file) => withFile(file, work))
}

/** Parts come and go faster than memory is given back: each is read into one that was sent. */
function partMemory(): { take(length: number): Buffer; release(bytes: Buffer): void } {
  const free: ArrayBuffer[] = []
  return {
    take(length) {
      const at = free.findIndex(({ byteLength }) => byteLength >= length)
      const memory = free.splice(at, at === -1 ? 0 : 1)[0] ?? new ArrayBuffer(length)
      return Buffer.from(memory, 0, length)
    },
    release: ({ buffer }) => void free.push(buffer as ArrayBuffer),
  }
}

/** In small pieces, and without those that the map of the disk calls empty. */
function partsOfDisk(disk: DiskContent): Pick<ObjectOrder, 'read' | 'release'> {
  const { take, release } = partMemory()
  const isEmpty = (start: number, end: number): boolean =>
    disk.extents.every((extent) => extent.zero || extent.start >= end || extent.start + extent.length <= start)
  return {
    release,
    async read(offset, length) {
      const bytes = take(length)
      for (let at = 0; at < length; at += MIB) {
        const piece = Math.min(MIB, length - at)
        if (isEmpty(offset + at, offset + at + piece)) bytes.fill(0, at, at + piece)
        else (await disk.read(offset + at, piece)).copy(bytes, at)
      }
      return bytes
    },
  }
}

export async function withFile<T>(file: PayloadFile, work: (content: Content) => Promise<T>): Promise<T> {
  const handle = await open(file.path)
  const { take, release } = partMemory()
  try {
    return await work({
      bytes: file.bytes,
      identity: file.identity,
      release,
      async read(offset, length) {
        const { buffer, bytesRead } = await handle.read(take(length), 0, length, offset)
        if (bytesRead !== length) throw new AppError('image-changed', { details: { path: file.path } })
        return buffer
      },
    })
  } finally {
    await handle.close()
  }
}

export function sendingOf(asking: Asking, progress: UploadProgress, total: number, counts: { sent: number }): Sending {
  let done = 0
  progress.bytes(0, total)
  return {
    ...asking,
    concurrency: new Concurrency(numberOf(asking.run.values, 'parallel') ?? 6),
    usualPart: (numberOf(asking.run.values, 'partMib') ?? 16) * MIB,
    onBytes(bytes, wasSent) {
      done += bytes
      if (wasSent) counts.sent += bytes
      progress.bytes(done, total)
    },
  }
}

export function attributesOf(
  values: FieldValues,
  metadata: Readonly<Record<string, string>>,
  contentType = 'application/octet-stream',
): ObjectAttributes {
  const tags = new URLSearchParams(tagsOf(values, 'tags')).toString()
  return {
    ContentType: contentType,
    Metadata: metadata,
    ...(flagOf(values, 'publicRead') ? { ACL: 'public-read' as const } : {}),
    ...(tags === '' ? {} : { Tagging: tags }),
  }
}
