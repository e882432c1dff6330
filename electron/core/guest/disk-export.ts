import fs from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, blockOptions } from '#shared/images/block-node'
import type { Host, ToolProcess } from '../process/host.js'
import { describeEnd } from '../process/run-tool.js'
import { exportImage } from '../tools/qemu-storage-daemon/export-image.js'
import { exportsFolder } from './stale-exports.js'

const START_TIMEOUT_MS = 10_000
/** Address space, not memory: each of the daemon's threads reserves stacks and heaps that it hardly uses. */
const MEMORY_BYTES = 4 * 1024 ** 3

/** What is shown as a raw disk. */
export interface ExportSource {
  readonly node: BlockNode
  /** Real paths of all files that `node` opens. */
  readonly files: readonly string[]
  /** The image as people know it, for messages. */
  readonly path: string
}

/** An image as a raw file, through FUSE, for as long as the daemon that shows it lives. */
export interface DiskExport {
  readonly session: ToolProcess
  /** Path of the raw disk for tools that run inside of the daemon's sandbox. */
  readonly insidePath: string
  /** Path of the raw disk for this process. */
  readonly outsidePath: string
  /** Another process has the image open for writing: what is read may be out of date. */
  readonly inUse: boolean
  readonly virtualBytes: number
  /** `length` bytes from `offset` of the raw disk; fewer at its end. */
  readAt(offset: number, length: number): Promise<Buffer>
}

/**
 * Shows an image as a raw disk, does `work` and takes it away whatever happens. No VM, no root, and nothing is written.
 *
 * @param inUse what to do when another process has the image open for writing: `share` it and say so, or `refuse`
 * @throws AppError `image-in-use`, `image-damaged` … as qemu said; `cancelled`
 */
export async function withDiskExport<T>(
  host: Host,
  source: ExportSource,
  work: (disk: DiskExport) => Promise<T>,
  inUse: 'share' | 'refuse' = 'share',
): Promise<T> {
  const opened = await startExport(host, source, inUse)
  let disk: FileHandle | undefined
  try {
    disk = await open(opened.outsidePath, 'r')
    const handle = disk
    const virtualBytes = (await handle.stat()).size
    return await work({ ...opened, virtualBytes, readAt: (offset, length) => readWithin(handle, virtualBytes, offset, length) })
  } catch (thrown) {
    // The daemon ends with the job: what was being read then fails for no reason of its own.
    if (host.signal?.aborted) throw new AppError('cancelled', { cause: thrown })
    throw await withDaemonOutput(thrown, opened.session)
  } finally {
    await disk?.close().catch(() => {})
    await opened.session.stop(2000)
    removeMountpoint(opened.mountpoint)
  }
}

/** `length` bytes from `offset` of a disk that is shown as a file; fewer at its end. */
export async function readWithin(handle: FileHandle, virtualBytes: number, offset: number, length: number): Promise<Buffer> {
  // A hostile table names places that no disk has, beyond what a read can ask for.
  if (offset < 0 || offset >= virtualBytes) return Buffer.alloc(0)
  const buffer = Buffer.alloc(Math.max(0, Math.min(length, virtualBytes - offset)))
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
  return buffer.subarray(0, bytesRead)
}

interface Export {
  readonly session: ToolProcess
  readonly insidePath: string
  readonly outsidePath: string
  readonly inUse: boolean
  /** Only without a sandbox: the file on the host that the export covered. */
  readonly mountpoint: string | undefined
}

async function startExport(host: Host, source: ExportSource, inUse: 'share' | 'refuse'): Promise<Export> {
  try {
    return await exportOnce(host, source, source.node, false)
  } catch (thrown) {
    if (inUse === 'refuse' || !(thrown instanceof AppError) || thrown.code !== 'image-in-use') throw thrown
    return exportOnce(host, source, shareAll(source.node), true)
  }
}

function shareAll(node: BlockNode): BlockNode {
  return { ...node, forceShare: true, ...(node.backing ? { backing: shareAll(node.backing) } : {}) }
}

async function exportOnce(host: Host, source: ExportSource, node: BlockNode, inUse: boolean): Promise<Export> {
  const mountpoint = host.sandbox.usable ? undefined : newMountpoint(host)
  const insidePath = mountpoint ?? '/m/disk'
  const session = await exportImage(host, {
    node: blockOptions(node),
    mountpoint: insidePath,
    access: { read: source.files },
    memoryBytes: MEMORY_BYTES,
  }).catch((thrown: unknown) => {
    removeMountpoint(mountpoint)
    throw thrown
  })
  try {
    await greeting(session)
  } catch (thrown) {
    await session.stop(1000)
    removeMountpoint(mountpoint)
    throw explainQemuError(thrown, { path: source.path })
  }
  return { session, insidePath, inUse, mountpoint, outsidePath: mountpoint ?? `/proc/${session.innerPid}/root${insidePath}` }
}

/** Without a sandbox the export has to be in the host's name space. */
function newMountpoint(host: Host): string {
  const folder = exportsFolder(host)
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(fs.mkdtempSync(path.join(folder, `${process.pid}-`)), 'disk')
  fs.writeFileSync(file, '')
  return file
}

/** One step at a time and never into it: where the daemon was killed, a dead mount still stands there. */
function removeMountpoint(mountpoint: string | undefined): void {
  if (mountpoint === undefined) return
  try {
    fs.rmSync(mountpoint, { force: true })
    fs.rmdirSync(path.dirname(mountpoint))
  } catch {}
}

/** The monitor says hello on stdout once the export is up; before that, the daemon can only end. */
async function greeting(session: ToolProcess): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const failed = session.ended.then(({ stderr, exitCode, signal }) => {
    throw new AppError('tool-failed', {
      details: { tool: 'qemu-storage-daemon', problem: describeEnd(exitCode, signal) },
      toolOutput: stderr,
    })
  })
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new AppError('tool-timeout', { details: { tool: 'qemu-storage-daemon', seconds: START_TIMEOUT_MS / 1000 } })),
      START_TIMEOUT_MS,
    )
  })
  const hello = new Promise<void>((resolve) => {
    session.stdout.once('data', () => resolve())
  })
  try {
    await Promise.race([hello, failed, late])
  } finally {
    clearTimeout(timer)
    failed.catch(() => {})
  }
}

/** A daemon that died while we read (a damaged image can do that) is the cause, not the read that failed after it. */
async function withDaemonOutput(thrown: unknown, session: ToolProcess): Promise<unknown> {
  if (thrown instanceof AppError && thrown.code !== 'tool-failed') return thrown
  const ended = await Promise.race([session.ended, new Promise<undefined>((resolve) => setTimeout(resolve, 50, undefined))])
  if (!ended) return thrown
  if (ended.stderr === '') {
    const problem = describeEnd(ended.exitCode, ended.signal)
    return new AppError('tool-failed', { details: { tool: 'qemu-storage-daemon', problem }, cause: thrown })
  }
  return new AppError('image-damaged', {
    details: { reason: ended.stderr.split('\n').at(-1) ?? '' },
    toolOutput: ended.stderr,
    cause: thrown,
  })
}
