import { AppError } from '#shared/errors/app-error'
import type { Access, Host, ToolProcess } from '../../process/host.js'
import { listDevices, type NbdDevice } from '../../tools/qemu-nbd/devices.js'
import { findHelper, type NbdHelper } from '../../tools/qemu-nbd/find-helper.js'
import { hasNbdModule, isLoaded } from '../../tools/qemu-nbd/kernel-module.js'
import { parseServed, serveArgs } from '../../tools/qemu-nbd/serve.js'
import type { EngineProbe } from '../engine.js'

/** What the privileged half of the nbd engine is asked for. */
export interface NbdRequest {
  /** A private folder with the operations in `ops`; the disk is served at `socket` in it. */
  readonly folder: string
  /** `blockdev` object of the disk with the node name `disk`, as JSON. */
  readonly disk: string
  /** Files that serving it takes. */
  readonly access: Access
}

export interface NbdRun {
  /** Records of the helper. */
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly served: ReturnType<typeof parseServed>
}

/** How the engine gets its disk served and `diskwright-nbd apply` run as root. */
export interface NbdRunner {
  /** Asks for nothing and prompts no one. */
  probe(host: Host): Promise<EngineProbe>
  run(host: Host, request: NbdRequest): Promise<NbdRun>
}

/** The user has to be asked and to type a password. */
const TIMEOUT_MS = 600_000
const GRACE_MS = 15_000

/** Runs the helper through polkit, or directly where Diskwright is run by root. */
export const polkitRunner: NbdRunner = createPolkitRunner({ root: isRoot() })

export function createPolkitRunner({ root }: { readonly root: boolean }): NbdRunner {
  return { probe: (host) => probe(host, root), run: (host, request) => run(host, request, root) }
}

async function probe(host: Host, root: boolean): Promise<EngineProbe> {
  if (!(await hasNbdModule(host))) return { usable: false, reason: 'The kernel of this machine has no nbd module.' }
  if (!findHelper())
    return { usable: false, reason: 'This kind of package comes without its privileged helper; the deb and rpm packages have it.' }
  if (root) return { usable: true, reason: 'You are root, so nobody is asked.' }
  if (!host.has('pkexec')) return { usable: false, reason: 'Not installed: pkexec. Without it only root can use this engine.' }
  if (!hasDesktop(host.env))
    return {
      usable: false,
      reason: 'There is no desktop session whose polkit agent could ask for the password. Only root can use it here.',
    }
  return { usable: true, reason: 'An administrator has to allow each save.' }
}

/** A polkit agent belongs to a desktop session; pkexec's own, on a terminal, does not reach a tool that has none. */
function hasDesktop(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.WAYLAND_DISPLAY ?? env.DISPLAY)
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

async function run(host: Host, request: NbdRequest, root: boolean): Promise<NbdRun> {
  const helper = requireHelper()
  // Cancelling ends the helper first: a disk that goes away under a mounted file system is what it should not have to see.
  const calm = host.bind({ signal: new AbortController().signal })
  const server = await calm.start(
    'sh',
    serveArgs({ folder: request.folder, disk: request.disk, daemon: host.find('qemu-storage-daemon'), pidFile: '/m/pid' }),
    {
      access: request.access,
      shown: ['qemu-storage-daemon', '--blockdev', request.disk, '--nbd-server', `addr.type=unix,addr.path=${request.folder}/socket`],
    },
  )
  const serving = collect(server)
  try {
    await serving.firstLine
    if (!parseServed(serving.text()).serving) {
      const { stderr } = await server.ended
      return { stdout: '', stderr, exitCode: null, served: parseServed(await serving.all) }
    }
    const done = await callHelper(host, () => startHelper(calm, helper, ['apply', request.folder], root))
    server.stdin.end()
    const ended = await within(server.ended, GRACE_MS)
    return { ...done, stderr: `${done.stderr}\n${ended?.stderr ?? ''}`.trim(), served: parseServed(serving.text()) }
  } finally {
    await server.stop()
  }
}

async function callHelper(host: Host, start: () => Promise<ToolProcess>): Promise<Omit<NbdRun, 'served'>> {
  if (host.signal?.aborted) throw new AppError('cancelled')
  const process = await start()
  const output = collect(process)
  let reason: 'cancelled' | 'tool-timeout' | undefined
  let patience: NodeJS.Timeout | undefined
  // It runs as root, where no signal of ours reaches it: that its input ends is what it listens to.
  const end = (why: NonNullable<typeof reason>): void => {
    reason ??= why
    process.stdin.end()
    patience ??= setTimeout(() => void process.stop(), GRACE_MS)
  }
  const onAbort = (): void => end('cancelled')
  host.signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => end('tool-timeout'), TIMEOUT_MS)
  try {
    const { exitCode, stderr } = await process.ended
    if (reason === 'cancelled') throw new AppError('cancelled')
    if (reason === 'tool-timeout') throw new AppError('tool-timeout', { details: { tool: 'diskwright-nbd', seconds: TIMEOUT_MS / 1000 } })
    return { stdout: await output.all, stderr, exitCode }
  } finally {
    clearTimeout(timer)
    clearTimeout(patience)
    host.signal?.removeEventListener('abort', onAbort)
  }
}

/** Starts a verb of the helper as root. pkexec(1) asks, and names the verb's action of the policy. */
async function startHelper(host: Host, helper: NbdHelper, args: readonly string[], root: boolean): Promise<ToolProcess> {
  if (root) return host.start('sh', [helper.path, ...args], { shown: [helper.path, ...args] })
  return host.start('pkexec', [helper.path, ...args])
}

/**
 * Has the helper detach a device that a run left behind. Asks for a password unless Diskwright is run by root.
 *
 * @throws AppError `engine-failed`, `engine-unavailable`
 */
export async function releaseDevice(host: Host, device: string): Promise<void> {
  const process = await startHelper(host, requireHelper(), ['release', device], isRoot())
  const output = collect(process)
  const { exitCode, stderr } = await process.ended
  const said = await output.all
  if (exitCode === 0 && said.trim() === 'free') return
  const problem = /^(?:refused|broken) (.*)$/m.exec(said)?.[1] ?? authorizationProblem(exitCode) ?? 'the helper did not run'
  throw new AppError('engine-failed', { details: { engine: 'nbd', reason: `${device}: ${problem}` }, toolOutput: stderr })
}

/** What is attached to the kernel, for recovery. No helper, no devices of ours. */
export function kernelDevices(host: Host) {
  return {
    async list(): Promise<readonly NbdDevice[]> {
      const helper = findHelper()
      return helper && isLoaded() ? listDevices(host, helper.path) : []
    },
    release: (device: string): Promise<void> => releaseDevice(host, device),
  }
}

/** Exit codes of pkexec(1) itself. */
export function authorizationProblem(exitCode: number | null): string | undefined {
  if (exitCode === 126) return 'it was not allowed: the password dialog was closed'
  if (exitCode === 127) return 'it was not allowed, or no polkit agent could ask'
  return undefined
}

function requireHelper(): NbdHelper {
  const helper = findHelper()
  if (helper) return helper
  throw new AppError('engine-unavailable', { details: { engine: 'nbd', reason: 'its privileged helper is not installed' } })
}

/** What a tool says: so far, when it has said a line (or ended), and when it has said all. */
function collect({ stdout }: ToolProcess): { text(): string; readonly firstLine: Promise<void>; readonly all: Promise<string> } {
  let text = ''
  const all = new Promise<string>((resolve) => stdout.once('end', () => resolve(text)))
  const firstLine = new Promise<void>((resolve) => {
    stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.includes('\n')) resolve()
    })
    stdout.once('end', resolve)
  })
  return { text: () => text, firstLine, all }
}

async function within<Result>(promise: Promise<Result>, milliseconds: number): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
