import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { errnoCode } from '../../files/sync.js'

/** What file systems ask of the place in the file, the length, and the place in memory (open(2), O_DIRECT), at most. */
const GRAIN_BYTES = 4096
/** Below this the kernel, which gathers small writes, is faster. */
const LEAST_BYTES = 256 * 1024
const WASM_PAGE_BYTES = 64 * 1024
const FILESYSTEMS: ReadonlySet<string> = new Set(['ext', 'xfs', 'btrfs', 'f2fs'])

interface PageMemory {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer }
}

/** Sets that are not in use: each is address space that goes back only when it is collected. */
const idle: Buffer[][] = []
const MOST_IDLE = 2

/** Whether writing past the cache is worth it there: not over a network, and not where the cache is the disk. */
export function mayPassCache(filesystem: string): boolean {
  return FILESYSTEMS.has(filesystem)
}

/** Buffers of `bytes` each that begin at a page; `giveBack` when nothing is under way with them any more. All sets are of one size. */
export function takePageBuffers(count: number, bytes: number): { readonly buffers: readonly Buffer[]; giveBack(): void } {
  const buffers = idle.pop() ?? pageBuffers(count, bytes)
  return {
    buffers,
    giveBack: () => {
      if (idle.length < MOST_IDLE) idle.push(buffers)
    },
  }
}

/** The memory of WebAssembly begins at a page; that of a Buffer begins anywhere. */
function pageBuffers(count: number, bytes: number): Buffer[] {
  const { Memory } = (globalThis as unknown as { readonly WebAssembly: PageMemory }).WebAssembly
  const pages = Math.ceil((count * bytes) / WASM_PAGE_BYTES)
  const memory = Buffer.from(new Memory({ initial: pages, maximum: pages }).buffer)
  return Array.from({ length: count }, (_, index) => memory.subarray(index * bytes, (index + 1) * bytes))
}

/**
 * Writes large pieces of a file around the cache of the kernel: a disk is too large to be in it, and what is copied there costs more time than all that is done to it
 * here. Where that cannot be, it says so, and nothing was written.
 */
export class WriteAroundCache {
  private handle: Promise<FileHandle | null> | null = null

  /** `file` is there. `isWanted`: false for a file system where it does not pay. */
  constructor(
    private readonly file: string,
    private isWanted: boolean,
  ) {}

  /** Bytes written, 0 where they have to go another way. Throws what write(2) does. */
  async write(buffer: Buffer, from: number, length: number, position: number): Promise<number> {
    const whole = length - (length % GRAIN_BYTES)
    if (!this.isWanted || whole < LEAST_BYTES || from % GRAIN_BYTES !== 0 || position % GRAIN_BYTES !== 0) return 0
    this.handle ??= open(this.file, constants.O_WRONLY | constants.O_DIRECT).catch(() => null)
    const handle = await this.handle
    if (handle === null) return 0
    try {
      return (await handle.write(buffer, from, whole, position)).bytesWritten
    } catch (thrown) {
      // This file system asks for more than that.
      if (errnoCode(thrown) !== 'EINVAL') throw thrown
      this.isWanted = false
      return 0
    }
  }

  async close(): Promise<void> {
    await (await this.handle)?.close()
  }
}
