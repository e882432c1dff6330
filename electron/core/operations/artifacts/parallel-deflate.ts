import os from 'node:os'
import { Worker } from 'node:worker_threads'
import { AppError } from '#shared/errors/app-error'

/** zlib's levels: 1 is fastest, 9 smallest. */
export const DEFLATE_LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const
export type DeflateLevel = (typeof DEFLATE_LEVELS)[number]

/** Above 4, zlib needs twice the time for another two hundredths (measured with a root file system). */
export const DEFAULT_LEVEL: DeflateLevel = 4

/**
 * - `units`: each `unitBytes` of the task is a zlib stream of its own (RFC 1950); one of zeros alone becomes nothing.
 * - `flush`: one run of deflate blocks (RFC 1951) that ends at a byte's border and is not the last: such runs can be joined.
 */
export type DeflateKind = { readonly kind: 'units'; readonly unitBytes: number } | { readonly kind: 'flush' }

export interface Deflated {
  /** The streams, one behind the other. */
  readonly bytes: Uint8Array
  /** Length of each stream; 0 for a unit of zeros alone. */
  readonly sizes: readonly number[]
}

export interface DeflatePool {
  /** How many tasks to have under way at one time: enough that no core waits. */
  readonly width: number
  /** `data` is taken over: it is empty afterwards. Throws `cancelled` when the signal of the pool did. */
  deflate(data: Uint8Array<ArrayBuffer>): Promise<Deflated>
}

/**
 * What a worker runs, as text: it is the same in the bundles of the window and of the command line, and under test, where there is no
 * file of its own to start from.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads')
const zlib = require('node:zlib')
const { kind, level } = workerData
const zeros = Buffer.alloc(workerData.unitBytes ?? 0)
function units(data) {
  const parts = []
  for (let at = 0; at < data.length; at += zeros.length) {
    const unit = data.subarray(at, at + zeros.length)
    const empty = zeros.subarray(0, unit.length).equals(unit)
    parts.push(empty ? Buffer.alloc(0) : zlib.deflateSync(unit, { level, chunkSize: zeros.length + 1024 }))
  }
  return parts
}
function flush(data) {
  return [zlib.deflateRawSync(data, { level, finishFlush: zlib.constants.Z_SYNC_FLUSH, chunkSize: data.length + 4096 })]
}
parentPort.on('message', (task) => {
  const data = Buffer.from(task.buffer, task.byteOffset, task.byteLength)
  const parts = kind === 'units' ? units(data) : flush(data)
  const sizes = parts.map((part) => part.length)
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  parentPort.postMessage({ bytes, sizes }, [bytes.buffer])
})
`

interface Waiting {
  resolve(done: Deflated): void
  reject(reason: unknown): void
}

/** A thread and what it was asked for, oldest first: it answers in that order. */
class DeflateThread {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  #failure: unknown

  constructor(data: DeflateKind & { readonly level: DeflateLevel }) {
    this.#worker = new Worker(WORKER, { eval: true, workerData: data })
    this.#worker.on('message', (done: Deflated) => this.#waiting.shift()?.resolve(done))
    this.#worker.on('error', (thrown) => this.fail(thrown))
    this.#worker.on('exit', () => this.fail(new AppError('internal', { details: { message: 'a thread that compresses has ended' } })))
  }

  get load(): number {
    return this.#waiting.length
  }

  run(data: Uint8Array<ArrayBuffer>): Promise<Deflated> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(data, [data.buffer])
    })
  }

  fail(reason: unknown): void {
    this.#failure ??= reason
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure)
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}

export interface DeflateOptions {
  readonly level?: DeflateLevel | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: one for each core. */
  readonly threads?: number
}

/**
 * Compresses on all cores, in threads of its own: libuv's four threads would be the most that zlib's own asynchronous calls use, and
 * every file that is read or written waits for the same four.
 */
export async function withDeflatePool<T>(kind: DeflateKind, options: DeflateOptions, work: (pool: DeflatePool) => Promise<T>): Promise<T> {
  if (options.signal?.aborted) throw new AppError('cancelled')
  const count = options.threads ?? os.availableParallelism()
  const threads = Array.from({ length: count }, () => new DeflateThread({ ...kind, level: options.level ?? DEFAULT_LEVEL }))
  const onAbort = (): void => {
    for (const thread of threads) thread.fail(new AppError('cancelled'))
  }
  options.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await work({
      width: count * 2 + 2,
      deflate: (data) => threads.reduce((least, thread) => (thread.load < least.load ? thread : least)).run(data),
    })
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
    await Promise.all(threads.map((thread) => thread.stop()))
  }
}
