import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { FieldValues } from '#shared/clouds/field'
import { s3Format } from '#shared/clouds/forms/s3-layout'
import { flagOf, numberOf, tagsOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress, UploadRun } from '../cloud-provider.js'
import { Concurrency } from '../transfer/parallel.js'
import type { PayloadFile } from '../upload-source.js'
import type { S3Access } from './s3-client.js'
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
    return run.source.disk((disk) =>
      work({ bytes: disk.virtualBytes, identity: run.facts.revision, read: (offset, length) => disk.read(offset, length) }),
    )
  }
  return run.source.file().then((file) => withFile(file, work))
}

export async function withFile<T>(file: PayloadFile, work: (content: Content) => Promise<T>): Promise<T> {
  const handle = await open(file.path)
  // Parts come and go faster than memory is given back: each is read into one that was sent.
  const free: ArrayBuffer[] = []
  try {
    return await work({
      bytes: file.bytes,
      identity: file.identity,
      async read(offset, length) {
        const at = free.findIndex(({ byteLength }) => byteLength >= length)
        const memory = free.splice(at, at === -1 ? 0 : 1)[0] ?? new ArrayBuffer(length)
        const { buffer, bytesRead } = await handle.read(Buffer.from(memory, 0, length), 0, length, offset)
        if (bytesRead !== length) throw new AppError('image-changed', { details: { path: file.path } })
        return buffer
      },
      release: ({ buffer }) => void free.push(buffer as ArrayBuffer),
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

export function taken(
  { access }: { readonly access: S3Access },
  key: string,
  next = 'Choose another name, or have it replaced.',
): AppError {
  return new AppError('cloud-conflict', { details: { service: access.service, what: `The name ${key}`, field: 'key', next } })
}
