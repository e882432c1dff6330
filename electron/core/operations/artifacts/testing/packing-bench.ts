import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { ImageInfo } from '#shared/images/image-info'
import { type ConvertInput, convertImageInputSchema } from '#shared/jobs/convert-request'
import type { BlockNode } from '#shared/images/block-node'
import { resolveDirs } from '../../../files/dirs.js'
import { silentLogger } from '../../../log/logger.js'
import { createHost } from '../../../process/create-host.js'
import type { Host } from '../../../process/host.js'
import type { JobContext, StepProgress } from '../../job-context.js'
import type { Packed, Packer } from '../packer.js'

/** A piece of a disk; what no piece covers is a hole. */
export interface Piece {
  readonly at: number
  readonly bytes: Uint8Array
}

export const quiet: StepProgress = { fraction: () => {}, bytes: () => {} }

export interface PackOptions {
  readonly input?: Partial<ConvertInput>
  readonly signal?: AbortSignal
  readonly progress?: StepProgress
  /** Default: `NAME.part` in the bench's folder. */
  readonly part?: string
}

/** Where packers are tried on disks of a test's making, with the real tools and without a job around them. */
export class PackingBench {
  private constructor(
    readonly host: Host,
    readonly folder: string,
  ) {}

  static async open(): Promise<PackingBench> {
    const host = await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })
    return new PackingBench(host, await fs.mkdtemp(path.join(os.tmpdir(), 'dw-packing-')))
  }

  async close(): Promise<void> {
    await fs.rm(this.folder, { recursive: true, force: true })
  }

  at(name: string): string {
    return path.join(this.folder, name)
  }

  /** A raw disk with holes. */
  async disk(name: string, size: number, pieces: readonly Piece[] = []): Promise<BlockNode> {
    const handle = await fs.open(this.at(name), 'w')
    await handle.truncate(size)
    for (const { at, bytes } of pieces) await handle.write(bytes, 0, bytes.length, at)
    await handle.close()
    return { driver: 'raw', path: this.at(name) }
  }

  async pack(packer: Packer, node: BlockNode, name: string, options: PackOptions = {}): Promise<Packed & { readonly part: string }> {
    const part = options.part ?? this.at(`${name}.part`)
    await fs.writeFile(part, '')
    const signal = options.signal ?? new AbortController().signal
    const packed = await packer({
      ctx: this.context(signal),
      source: { node, files: filesOf(node), virtualBytes: (await fs.stat(node.path)).size, info: NO_INFO },
      input: convertImageInputSchema.parse({ source: node.path, output: this.at(name), format: 'raw', ...options.input }),
      part,
      name,
      workDir: this.folder,
      progress: options.progress ?? quiet,
    })
    return { ...packed, part }
  }

  /** Runs a shell script on files of the bench, and gives what it printed. */
  async sh(script: string, ...args: string[]): Promise<string> {
    const result = await this.host.run('sh', ['-ec', script, 'sh', ...args])
    return result.stdout.toString('utf8')
  }

  private context(signal: AbortSignal): JobContext {
    return {
      jobId: 'packing',
      signal,
      host: this.host.bind({ signal }),
      step: (_id, work) => work(quiet),
      skip: () => {},
      declares: () => true,
      commands: () => [],
      pausePoint: () => Promise.resolve(),
      phase: () => {},
      waitForUser: () => Promise.reject(new Error('nobody is asked here')),
      message: () => {},
      log: () => {},
      defer: () => {},
      claim: () => () => {},
    }
  }
}

/** The packers here know their disks by content alone. */
const NO_INFO = {} as ImageInfo

function filesOf(node: BlockNode): string[] {
  return [node.path, ...(node.backing ? filesOf(node.backing) : [])]
}

/** Bytes that do not compress, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = seed >>> 0 || 1
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[at] = state
  }
  return new Uint8Array(words.buffer, 0, length)
}
