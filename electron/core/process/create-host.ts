import { setMaxListeners } from 'node:events'
import { AppError } from '#shared/errors/app-error'
import type { Dirs } from '../files/dirs.js'
import type { Logger } from '../log/logger.js'
import { commandLine } from './command-line.js'
import { findTool } from './find-tool.js'
import type { Host, RunOptions } from './host.js'
import { INFO_FD, runTool, startTool } from './run-tool.js'
import { TOOLS, type ToolId } from './tool-table.js'

export interface HostDeps {
  readonly dirs: Dirs
  readonly env: NodeJS.ProcessEnv
  readonly log: Logger
}

type Bindings = Parameters<Host['bind']>[0]

/** The environment every tool gets: nothing of the user's but the locale-free minimum, so output can be parsed. */
const TOOL_ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/tmp', LC_ALL: 'C', LANG: 'C', TERM: 'dumb' } as const

/**
 * Tools that can be stopped for any time: they talk to nobody and hold no mount. Engines and the servers of open images go on, their
 * job stands at its next step.
 */
const PAUSABLE: ReadonlySet<ToolId> = new Set<ToolId>(['qemu-img', 'zstd', 'xz', 'lz4', 'bzip2'])

/** Makes the host and finds out, by trying, whether the sandbox works here (user namespaces may be switched off). */
export async function createHost(deps: HostDeps): Promise<Host> {
  const found = new Map<ToolId, string | undefined>()
  const find = (tool: ToolId): string => {
    if (!found.get(tool)) found.set(tool, findTool(tool, deps.env))
    const file = found.get(tool)
    if (file === undefined) {
      const { binary, packages } = TOOLS[tool]
      throw new AppError('tool-missing', { details: { tool: binary, package: packages.debian }, actions: [{ kind: 'install-tool', tool }] })
    }
    return file
  }
  const open = makeHost(deps, find, { usable: true, reason: 'bwrap with user namespaces works' }, {})
  const sandbox = await probeSandbox(open)
  return makeHost(deps, find, sandbox, {})
}

async function probeSandbox(host: Host): Promise<Host['sandbox']> {
  if (!host.has('bwrap')) return { usable: false, reason: 'bubblewrap (bwrap) is not installed' }
  try {
    await host.run('sh', ['-c', 'exit 0'], { access: {}, timeoutMs: 10_000 })
    return host.sandbox
  } catch (thrown) {
    const output = thrown instanceof AppError ? (thrown.data.toolOutput ?? thrown.message) : String(thrown)
    host.log.warn('sandbox.unusable', { output })
    return { usable: false, reason: `bwrap does not work here: ${output.split('\n')[0] ?? ''}` }
  }
}

function makeHost(deps: HostDeps, find: (tool: ToolId) => string, sandbox: Host['sandbox'], bound: Bindings): Host {
  const request = (tool: ToolId, args: readonly string[], options: RunOptions, infoFd?: number) => {
    const env = { ...TOOL_ENV, ...bound.env, ...options.env }
    const file = find(tool)
    const signal = joinSignals(bound.signal, options.signal)
    // Each running tool listens to it; Node would take more than ten for a leak and say so on stderr.
    if (signal) setMaxListeners(0, signal)
    return {
      tool,
      shown: options.shown ?? [TOOLS[tool].binary, ...args],
      command: commandLine({
        tool: file,
        args,
        options,
        env,
        find,
        sandboxUsable: sandbox.usable,
        ...(infoFd === undefined ? {} : { infoFd }),
      }),
      env,
      options: { ...options, signal },
      onCommand: bound.onCommand,
      onOutput: bound.onOutput,
      gate: PAUSABLE.has(tool) ? bound.gate : undefined,
    }
  }
  return {
    dirs: deps.dirs,
    log: deps.log,
    env: deps.env,
    signal: bound.signal,
    sandbox,
    find,
    has(tool) {
      try {
        find(tool)
        return true
      } catch {
        return false
      }
    },
    run: async (tool, args, options = {}) => runTool(request(tool, args, options)),
    start: async (tool, args, options = {}) => startTool(request(tool, args, options, options.access ? INFO_FD : undefined)),
    bind: (more) => makeHost(deps, find, sandbox, { ...bound, ...more }),
  }
}

function joinSignals(first: AbortSignal | undefined, second: AbortSignal | undefined): AbortSignal | undefined {
  if (first && second) return AbortSignal.any([first, second])
  return first ?? second
}
