import { open } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { AppError } from '#shared/errors/app-error'
import type { DigestName } from '#shared/jobs/convert-request'

/** Lower-case hex by the name of the digest. */
export type Digests = Readonly<Partial<Record<DigestName, string>>>

export interface DigestOptions {
  readonly signal?: AbortSignal | undefined
  readonly onBytes?: ((done: number, total: number) => void) | undefined
  /** Where the file holds nothing, in order: zeros are counted in there without being read. */
  readonly holes?: readonly Hole[] | undefined
}

export interface Hole {
  readonly start: number
  readonly length: number
}

/** What the thread runs, as text: see the threads that compress. It reads through a file that is open here. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads')
const fs = require('node:fs')
const { createHash } = require('node:crypto')
const PIECE = 1024 * 1024
const TOLD = 16 * PIECE
function count({ fd, names, total, holes }) {
  const hashes = names.map((name) => createHash(name))
  const [zeros, room] = [Buffer.alloc(PIECE), Buffer.allocUnsafe(PIECE)]
  let [next, told] = [0, 0]
  for (let at = 0; at < total; ) {
    while (next < holes.length && holes[next].start + holes[next].length <= at) next += 1
    const hole = holes[next]
    const inside = hole !== undefined && hole.start <= at
    const end = Math.min(total, at + PIECE, hole === undefined ? total : inside ? hole.start + hole.length : hole.start)
    const length = inside ? end - at : fs.readSync(fd, room, 0, end - at, at)
    if (length === 0) return null
    for (const hash of hashes) hash.update((inside ? zeros : room).subarray(0, length))
    at += length
    if (at - told >= TOLD || at === total) {
      told = at
      parentPort.postMessage({ done: at })
    }
  }
  return Object.fromEntries(hashes.map((hash, index) => [names[index], hash.digest('hex')]))
}
parentPort.postMessage({ digests: count(workerData) })
`

type Answer = { readonly done: number } | { readonly digests: Digests | null }

/**
 * All asked digests of a file in one read, in a thread of its own. Memory does not depend on the size.
 *
 * @throws AppError `cancelled`, `file-not-found`, `file-not-readable`; `image-changed` when the file became shorter meanwhile.
 */
export async function digestFile(file: string, names: readonly DigestName[], options: DigestOptions = {}): Promise<Digests> {
  const { signal, onBytes, holes = [] } = options
  if (signal?.aborted) throw new AppError('cancelled')
  const handle = await open(file, 'r').catch((cause: unknown) => {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new AppError(missing ? 'file-not-found' : 'file-not-readable', { details: { path: file, reason: String(cause) }, cause })
  })
  try {
    const total = (await handle.stat()).size
    const worker = new Worker(WORKER, { eval: true, workerData: { fd: handle.fd, names, total, holes } })
    try {
      const digests = await answerOf(worker, signal, (done) => onBytes?.(done, total))
      if (digests === null) throw new AppError('image-changed', { details: { path: file } })
      return digests
    } finally {
      await worker.terminate()
    }
  } finally {
    await handle.close()
  }
}

function answerOf(worker: Worker, signal: AbortSignal | undefined, onBytes: (done: number) => void): Promise<Digests | null> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new AppError('cancelled'))
    signal?.addEventListener('abort', cancel, { once: true })
    const settle = (act: () => void): void => {
      signal?.removeEventListener('abort', cancel)
      act()
    }
    worker.on('message', (answer: Answer) => {
      if ('done' in answer) onBytes(answer.done)
      else settle(() => resolve(answer.digests))
    })
    worker.on('error', (thrown) => settle(() => reject(thrown)))
    worker.on('exit', () =>
      settle(() => reject(new AppError('internal', { details: { message: 'a thread that computes digests has ended' } }))),
    )
  })
}
