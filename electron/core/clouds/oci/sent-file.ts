import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { ociFormat, usualFirmware, usualSystem } from '#shared/clouds/forms/oci-choices'
import type { FieldValues } from '#shared/clouds/field'
import { listOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import { tarHeader, tarPadding, tarTrailer } from '#shared/archives/ustar-header'
import { OCI_DISK_NAME, OCI_METADATA_NAME, ociMetadata } from '#shared/platforms/oci-metadata'
import type { PayloadFile } from '../upload-source.js'

/** What is stored in the end: a file, with what is put around it while it is sent. */
export interface SentFile {
  readonly bytes: number
  /** Tells it from another file, and from the same one with something else around it. */
  readonly identity: string
  read(start: number, length: number, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/** The file as it is, or within an `.oci` archive: a tar of the disk and of what the import is told of it, made while it is read. */
export function sentFile(file: PayloadFile, values: FieldValues, facts: SourceFacts): SentFile {
  if (ociFormat(values, facts) !== 'archive') return framed(file, new Uint8Array(), new Uint8Array())
  const metadata = Buffer.from(metadataOf(values, facts))
  const head = tarHeader({ name: OCI_DISK_NAME, size: file.bytes, mode: 0o644 })
  const rest = [
    new Uint8Array(tarPadding(file.bytes)),
    tarHeader({ name: OCI_METADATA_NAME, size: metadata.length, mode: 0o644 }),
    metadata,
  ]
  const tail = Buffer.concat([...rest, new Uint8Array(tarPadding(metadata.length))])
  const end = head.length + file.bytes + tail.length
  return framed(file, head, Buffer.concat([tail, new Uint8Array(tarTrailer(end))]))
}

function metadataOf(values: FieldValues, facts: SourceFacts): string {
  const arch = facts.architecture ?? 'x86_64'
  const usual = usualSystem(facts)
  const shapes = arch === 'aarch64' ? listOf(values, 'shapes') : []
  return ociMetadata({
    arch,
    uefi: (textOf(values, 'firmware') || usualFirmware(facts)) === 'UEFI_64',
    system: textOf(values, 'os') || usual.name,
    version: textOf(values, 'osVersion') || usual.version,
    ...(shapes.length === 0 ? {} : { shapes }),
  })
}

function framed(file: PayloadFile, head: Uint8Array, tail: Uint8Array): SentFile {
  const frame = createHash('sha256').update(head).update(tail).digest('hex')
  const diskEnd = head.length + file.bytes
  return {
    bytes: diskEnd + tail.length,
    identity: `${file.identity} ${frame}`,
    async *read(start, length, signal) {
      const end = start + length
      if (start < head.length) yield head.subarray(start, end)
      const [from, to] = [Math.max(start, head.length) - head.length, Math.min(end, diskEnd) - head.length]
      if (from < to) yield* fs.createReadStream(file.path, { start: from, end: to - 1, highWaterMark: PIECE_BYTES, signal })
      if (end > diskEnd) yield tail.subarray(Math.max(start, diskEnd) - diskEnd, end - diskEnd)
    },
  }
}

const PIECE_BYTES = 1024 * 1024
