import { createHash } from 'node:crypto'
import type { GuestPlace } from '#shared/edits/guest-place'
import { AppError } from '#shared/errors/app-error'
import { EDITABLE_BYTES, type FileView, SHOWN_BINARY_BYTES, SHOWN_TEXT_BYTES } from '#shared/images/guest-listing'
import { decodeText } from '../guest/decode-text.js'
import { type ImageView, requireEntry } from './image-view.js'

/** Enough to tell text from all else. */
const LOOK_BYTES = 8192

/**
 * A file to be looked at: text whole where it can be edited, the beginning of a larger one, and of what is no text the bytes from
 * `offset`. Throws `guest-file-not-found`, also for folders, `filesystem-unreadable`.
 */
export async function viewFile(view: ImageView, place: GuestPlace, offset = 0): Promise<FileView> {
  const { at, entry } = await requireEntry(view, place)
  if (entry.kind === 'folder' || entry.kind === 'other') {
    const reason = entry.kind === 'folder' ? 'it is a folder' : 'it is a device, a pipe or a socket'
    throw new AppError('guest-file-not-found', { details: { file: place.path, partition: at.partition, reason } })
  }
  const source = view.draft ?? view.image.files
  const part = (from: number, length: number): Promise<Buffer> =>
    source.readPart ? source.readPart(at.partition, at.path, from, length) : source.read(at.partition, at.path, EDITABLE_BYTES)
  const head = await part(0, LOOK_BYTES)
  const [stat] = await view.stats(at.partition, [at.path])
  const told = stat?.sizeBytes ?? entry.sizeBytes
  const isShort = head.length < LOOK_BYTES
  const sizeBytes = isShort ? head.length : (told ?? (await part(0, EDITABLE_BYTES + 1)).length)
  const common = { ...at, sizeBytes }

  if (offset === 0 && decodeText(head, isShort)) {
    const isWhole = sizeBytes <= EDITABLE_BYTES
    const bytes = isShort ? head : isWhole ? await source.read(at.partition, at.path, EDITABLE_BYTES) : await part(0, SHOWN_TEXT_BYTES)
    const decoded = decodeText(bytes, isWhole)
    if (decoded) return { kind: 'text', ...common, truncated: !isWhole, ...decoded, sha256: isWhole ? sha256(bytes) : null }
  }
  const bytes = offset === 0 && isShort ? head : await part(offset, SHOWN_BINARY_BYTES)
  const truncated = offset + bytes.length < sizeBytes
  return { kind: 'binary', ...common, offset, base64: bytes.toString('base64'), truncated }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
