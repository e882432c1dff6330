import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { type BlockNode, blockOptions } from '#shared/images/block-node'
import type { Host, ToolResult } from '../../process/host.js'
import { DRIVER_SCRIPT, INIT_SCRIPT } from './scripts.js'

const MEMORY_MIB = 256
const TIMEOUT_MS = 180_000
/** What a shell, and bwrap(1), give for SIGABRT. */
export const ABORTED = 134
/** The kernel's last line (linux `kernel/reboot.c`). */
const HALTED = /^reboot: (System halted|Power down)\r?$/m

export interface UmlRequest {
  /** The disk, seen by the steps as `/dev/ubda`; written. */
  readonly node: BlockNode
  /** Further files that the node opens. */
  readonly readFiles: readonly string[]
  /** A private folder with the files that the steps need; they see it as `/m/work`. */
  readonly folder: string
  /** Shell commands, a fixed text: what comes from users or images is passed in files. They write their records to descriptor 3. */
  readonly steps: string
  readonly memoryMiB?: number
  readonly timeoutMs?: number
}

export interface UmlRun {
  /** Lines that the steps wrote to descriptor 3. */
  readonly records: readonly string[]
  readonly console: string
  readonly durationMs: number
}

/** Exit codes of the two programs, from the driver's records; null for one that did not get to its end. */
export function parseDriverOutput(stdout: string): { uml: number | null; daemon: number | null } {
  const code = (name: string): number | null => {
    const match = new RegExp(`^${name} (\\d+)$`, 'm').exec(stdout)
    return match ? Number(match[1]) : null
  }
  return { uml: code('uml'), daemon: code('daemon') }
}

/** The steps' records, without the last line `end`; null when that is missing, which means they did not get to their end. */
export function parseRecords(text: string): readonly string[] | null {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.at(-1) === 'end' ? lines.slice(0, -1) : null
}

/**
 * Boots User-Mode Linux in the sandbox on a disk of any format, runs shell steps in it, powers off. Needs neither root nor KVM;
 * nothing of it outlives the call, and there is no mount on the host at any time.
 *
 * @throws AppError `engine-unavailable` (no sandbox), `engine-failed`, `tool-missing`, `tool-timeout`, `cancelled`
 */
export async function runUml(host: Host, request: UmlRequest): Promise<UmlRun> {
  if (!host.sandbox.usable) throw new AppError('engine-unavailable', { details: { engine: 'uml', reason: host.sandbox.reason } })
  await fs.writeFile(path.join(request.folder, 'init.sh'), INIT_SCRIPT, { mode: 0o755 })
  await fs.writeFile(path.join(request.folder, 'steps.sh'), request.steps)
  const disk = JSON.stringify(writableDisk(request.node))
  const result = await host.run(
    'sh',
    [
      '-c',
      DRIVER_SCRIPT,
      'diskwright-uml',
      request.folder,
      disk,
      host.find('qemu-storage-daemon'),
      host.find('setpriv'),
      host.find('linux.uml'),
      String(request.memoryMiB ?? MEMORY_MIB),
    ],
    {
      access: { read: request.readFiles, write: [request.node.path, request.folder] },
      mayMount: true,
      timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
      shown: [
        'linux.uml',
        `mem=${request.memoryMiB ?? MEMORY_MIB}M`,
        `ubd0=${request.node.path}`,
        'root=/dev/root',
        'rootfstype=hostfs',
        'init=/m/work/init.sh',
      ],
    },
  )
  const records = await readRecords(request.folder)
  return { records: checked(result, records), console: result.stderr, durationMs: result.durationMs }
}

/**
 * The disk is thrown away when anything goes wrong, so the guest's flushes need not reach the platters: whoever keeps the result makes
 * it durable. QEMU QAPI `BlockdevCacheOptions`.
 */
export function writableDisk(node: BlockNode): Readonly<Record<string, unknown>> {
  const { file, ...options } = blockOptions(node, 'read-write')
  const cache = { 'no-flush': true }
  return { ...options, 'node-name': 'disk', cache, file: { ...(file as Record<string, unknown>), cache } }
}

/** What `parseRecords` says of the records that the steps left in their folder. */
export async function readRecords(folder: string): Promise<readonly string[] | null> {
  const text = await fs.readFile(path.join(folder, 'result'), 'utf8').catch(() => '')
  return parseRecords(text)
}

function checked(result: ToolResult, records: readonly string[] | null): readonly string[] {
  const failed = (reason: string): AppError =>
    new AppError('engine-failed', { details: { engine: 'uml', reason }, toolOutput: result.stderr })
  const problem = driverProblem(result, records !== null)
  if (problem !== null) throw failed(problem)
  if (records === null) throw failed('its steps did not get to their end')
  const broken = records.find((record) => record.startsWith('broken '))
  if (broken) throw failed(`the guest could not mount ${broken.slice('broken '.length)}`)
  return records
}

/**
 * Whether a kernel aborted after it had halted, while its process was being torn down (seen with Linux 6.1, once in some thousand runs):
 * what it did before is done. `stderr` holds its console.
 */
export function abortedAfterHalt(exitCode: number | null, stderr: string): boolean {
  return exitCode === ABORTED && HALTED.test(stderr)
}

/**
 * Why the disk is of no use after a run; null when nothing speaks against it. The steps' last record is written after the disk was synced,
 * and nothing writes after it: with that record, a kernel that aborts after it has halted leaves the disk as the steps left it.
 */
export function driverProblem({ stdout, stderr }: Pick<ToolResult, 'stdout' | 'stderr'>, ended: boolean): string | null {
  const { uml, daemon } = parseDriverOutput(stdout.toString('utf8'))
  if (uml === null) return lockProblem(stderr) ?? `the disk could not be opened (qemu-storage-daemon ended with ${daemon ?? 'no code'})`
  if (uml !== 0 && !(ended && abortedAfterHalt(uml, stderr))) return `linux.uml ended with ${uml}`
  if (daemon !== 0) return `qemu-storage-daemon ended with ${daemon ?? 'no code'}`
  return null
}

function lockProblem(stderr: string): string | undefined {
  return /Failed to get (shared )?"\w+" lock/.test(stderr) ? 'another process uses the disk' : undefined
}
