import { AppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import type { ImageFiles } from '../guest-files.js'
import type { ImageReader } from '../reader.js'
import { ByteSource } from './byte-source.js'
import { ArchiveProblem, type CpioMember, isCpio, readCpio } from './cpio.js'
import { type Compression, compressionOf, isMissingTool, MAGIC_BYTES, unpack, type UnpackOptions } from './unpack.js'

export interface InitramfsLimits {
  readonly unpackedBytes: number
  readonly names: number
  /** Of all names together. */
  readonly nameBytes: number
  readonly seconds: number
  /** Of one file whose content is wanted, and of all together. */
  readonly fileBytes: number
  readonly allFileBytes: number
}

const LIMITS: InitramfsLimits = {
  unpackedBytes: 1024 ** 3,
  names: 200_000,
  nameBytes: 32 * 1024 * 1024,
  seconds: 60,
  fileBytes: 4 * 1024 * 1024,
  allFileBytes: 32 * 1024 * 1024,
}

export interface InitramfsOptions extends UnpackOptions {
  /** Small files whose content is wanted, by their name in the archive. */
  readonly wanted?: (name: string) => boolean
  readonly limits?: Partial<InitramfsLimits>
}

export interface InitramfsContent {
  /** Names of all files and folders, without a leading slash, in the order they stand; a later archive covers an earlier one. */
  readonly names: readonly string[]
  /** Parts one behind the other, with the bytes they take in the file. */
  readonly archives: readonly { readonly compression: Compression; readonly bytes: number }[]
  /** Content of wanted files, the last one of each name. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Why not all was read, in words; null where all was. What was read before stands. */
  readonly problem: string | null
}

/**
 * Lists what an initial RAM disk holds, without writing it anywhere: cpio archives one behind the other, each compressed or not, as the
 * kernel takes them (Linux init/initramfs.c). Throws `cancelled`, and what reading `content` throws; all else is told in `problem`.
 */
export async function readInitramfs(
  host: Host,
  content: AsyncIterable<Uint8Array>,
  options: InitramfsOptions = {},
): Promise<InitramfsContent> {
  const limits = { ...LIMITS, ...options.limits }
  const deadline = AbortSignal.timeout(limits.seconds * 1000)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
  const names: string[] = []
  const files = new Map<string, Buffer>()
  const archives: { compression: Compression; bytes: number }[] = []
  const tooLong = `Reading it took more than ${limits.seconds} seconds`
  let nameBytes = 0
  let kept = 0

  const onMember = (member: CpioMember, bytes: Buffer | null): void => {
    if (names.length >= limits.names) throw new ArchiveProblem(`It holds more than ${limits.names} files`)
    nameBytes += member.name.length
    if (nameBytes > limits.nameBytes) throw new ArchiveProblem('The names of its files are too long')
    names.push(member.name)
    if (bytes) files.set(member.name, bytes)
  }
  const keep = ({ name, sizeBytes }: CpioMember): boolean => {
    if (options.wanted?.(name) !== true || sizeBytes > limits.fileBytes || kept + sizeBytes > limits.allFileBytes) return false
    kept += sizeBytes
    return true
  }
  const metered = async function* (bytes: AsyncIterable<Uint8Array>, meter: { passed: number }): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      if (options.signal?.aborted) throw new AppError('cancelled')
      if (signal.aborted) throw new ArchiveProblem(tooLong)
      meter.passed += piece.length
      if (meter.passed > limits.unpackedBytes) throw new ArchiveProblem(`It holds more than ${limits.unpackedBytes} bytes`)
      yield piece
    }
  }

  const source = new ByteSource(metered(content, { passed: 0 }))
  const unpacked = { passed: 0 }
  const readNext = async (): Promise<Compression> => {
    const head = await source.peek(MAGIC_BYTES)
    if (isCpio(head)) {
      await readCpio(source, keep, onMember)
      return 'none'
    }
    const compression = compressionOf(head)
    if (compression === null)
      throw new ArchiveProblem(`${names.length === 0 ? 'It begins with' : 'Behind its archives stands'} what is no archive`)
    if (compression === 'lzo') throw new ArchiveProblem('It is compressed with LZO, which Diskwright does not unpack')
    const inner = new ByteSource(metered(unpack(host, source, compression, { within: options.within, signal }), unpacked))
    try {
      while (await inner.skipZeros()) {
        if (!isCpio(await inner.peek(MAGIC_BYTES))) throw new ArchiveProblem('A compressed archive holds what is no cpio archive')
        await readCpio(inner, keep, onMember)
      }
    } finally {
      await inner.close()
    }
    return compression
  }

  let problem: string | null = null
  try {
    while (await source.skipZeros()) {
      const start = source.position
      const compression = await readNext()
      archives.push({ compression, bytes: source.position - start })
    }
  } catch (thrown) {
    if (options.signal?.aborted) throw new AppError('cancelled', { cause: thrown })
    if (thrown instanceof ArchiveProblem) problem = thrown.message
    else if (isMissingTool(thrown)) problem = `It can be read with ${String(thrown.data.details.tool)} installed`
    else if (deadline.aborted) problem = tooLong
    else throw thrown
  } finally {
    await source.close()
  }
  return { names, archives, files, problem }
}

/** The same of a file in an open image; its tools run in the image's own sandbox. Throws also as `GuestFiles.read` does. */
export function readGuestInitramfs(
  host: Host,
  reader: ImageReader,
  files: Pick<ImageFiles, 'stream'>,
  place: { readonly partition: number; readonly path: string },
  options: Omit<InitramfsOptions, 'within'> = {},
): Promise<InitramfsContent> {
  const content = files.stream(place.partition, place.path, { signal: options.signal })
  return readInitramfs(host, content, { ...options, within: reader.volume(place.partition).session })
}
