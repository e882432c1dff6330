import path from 'node:path'
import type { ImageInfo } from '#shared/images/image-info'
import { type ImageSource, openSource } from '../guest/source.js'
import type { Host } from '../process/host.js'
import type { ImageSessions, OpenImage } from './image-sessions.js'
import { measureData } from './output-space.js'
import { chooseDisk } from './unpack/choose-disk.js'
import { openPacked } from './unpack/packed-source.js'

/** How much more than its packed size a disk is taken for, where nothing says. Images of systems deflate to a third or less. */
const UNPACKED_FACTOR = 4

/** What a plan knows of a source, without having unpacked or copied anything. */
export interface PlanSource {
  readonly path: string
  /** File name of the disk: names of results are made of it. */
  readonly name: string
  /** What it is, in words, where it is packed; null for an image. */
  readonly packedAs: string | null
  /** Null where only unpacking shows what is in it. */
  readonly info: ImageInfo | null
  /** What is opened to read it; null where it has to be unpacked. */
  readonly source: ImageSource | null
  readonly virtualBytes: number
  /** Bytes of data, with metadata. */
  readonly dataBytes: number
  /** Room that working copies take while the job runs: an unpacked disk, a snapshot's copy. */
  readonly copyBytes: number
  /** Reads what is in the image; null as for `info`. */
  readonly open: (<T>(work: (image: OpenImage) => Promise<T>) => Promise<T>) | null
}

/** Looks at a source. Throws what keeps it from being converted at all. */
export async function readPlanSource(
  host: Host,
  sessions: ImageSessions,
  wanted: { readonly path: string; readonly member?: string | undefined; readonly snapshot?: string | undefined },
): Promise<PlanSource> {
  const packed = await openPacked(host, wanted.path)
  if (packed.kind !== 'image') {
    const disk = chooseDisk(packed, wanted.member)
    const packedBytes = disk?.packedBytes ?? packed.fileBytes
    const guessed = packedBytes * UNPACKED_FACTOR
    const virtualBytes = disk?.virtualBytes ?? guessed
    const dataBytes = Math.min(virtualBytes, guessed)
    return {
      path: packed.path,
      name: path.basename(packed.path),
      packedAs: packed.label,
      info: null,
      source: null,
      virtualBytes,
      dataBytes,
      copyBytes: dataBytes,
      open: null,
    }
  }
  const source = await openSource(packed.path)
  return sessions.use(host, source.path, async ({ info }) => ({
    path: source.path,
    name: path.basename(source.path),
    packedAs: null,
    info,
    source,
    virtualBytes: info.virtualBytes,
    dataBytes: await measureData(host, source),
    // A snapshot is copied first, in full.
    copyBytes: wanted.snapshot === undefined ? 0 : source.onDiskBytes,
    open: (work) => sessions.use(host, source.path, work),
  }))
}
