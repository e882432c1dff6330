import type { RunOptions, ToolProcess } from './host.js'
import { enterArgs, sandboxArgs } from './sandbox.js'
import type { ToolId } from './tool-table.js'

export interface CommandLine {
  readonly argv: readonly [string, ...string[]]
  readonly sandboxed: boolean
}

export interface CommandParts {
  readonly tool: string
  readonly args: readonly string[]
  readonly options: Pick<RunOptions, 'access' | 'mayMount' | 'within' | 'limits'> & { readonly within?: ToolProcess | undefined }
  readonly env: Readonly<Record<string, string>>
  readonly find: (tool: ToolId) => string
  readonly sandboxUsable: boolean
  readonly infoFd?: number
}

/** File descriptor that a sandboxed tool inherits; its other end is ours alone. */
export const LIFELINE_FD = 3

/** Tells the shells of the lifeline from a tool. */
export const LIFELINE_MARK = `read -r _ <&${LIFELINE_FD}; [ $$ -lt 10 ]`

/**
 * Ends everything in the sandbox when our end of the lifeline closes. `--die-with-parent` is not enough: until bwrap has asked for it in
 * both of its processes, some milliseconds, the death of Diskwright leaves them running for good (measured with bubblewrap 0.8.0).
 * `kill -1` reaches the pid name space of the sandbox alone; the shell's own low pid proves that it is in one.
 */
const LIFELINE_SCRIPT = `( ${LIFELINE_MARK} && kill -KILL -1 ) >/dev/null 2>&1 & exec ${LIFELINE_FD}<&-; exec "$@"`

/**
 * The same around bwrap: where its first process dies before it let the second one go on, by a signal or because nobody reads `--info-fd`
 * any more, the second one waits for ever, and nothing in the sandbox runs yet. Both are in the process group that bwrap leads until then.
 */
export const OUTER_LIFELINE_SCRIPT = `( ${LIFELINE_MARK} || kill -KILL -$$ ) >/dev/null 2>&1 ${LIFELINE_FD + 1}>&- & exec "$@"`

/** What is really executed for a tool: sandbox or parent-death signal outside, resource limits next, the tool last. */
export function commandLine(parts: CommandParts): CommandLine {
  const { tool, args, options, find } = parts
  const limited = [...limitArgs(options.limits, find), tool, ...args] as [string, ...string[]]
  if (options.within && parts.sandboxUsable) {
    const enter = enterArgs({ nsenter: find('nsenter'), setpriv: find('setpriv') }, options.within.innerPid)
    return { argv: [...enter, ...limited] as [string, ...string[]], sandboxed: true }
  }
  if (options.access && parts.sandboxUsable) {
    const shell = find('sh')
    const outside = [...new Set([shell, tool])].filter((file) => !file.startsWith('/usr/'))
    const sandbox = sandboxArgs({
      bwrap: find('bwrap'),
      access: { ...options.access, read: [...(options.access.read ?? []), ...outside] },
      env: parts.env,
      ...(parts.infoFd === undefined ? {} : { infoFd: parts.infoFd }),
      ...(options.mayMount ? { mayMount: true } : {}),
    })
    const inside = [shell, '-c', LIFELINE_SCRIPT, 'sh', ...limited]
    return { argv: [shell, '-c', OUTER_LIFELINE_SCRIPT, 'sh', ...sandbox, ...inside], sandboxed: true }
  }
  return { argv: [find('setpriv'), '--pdeathsig', 'KILL', '--', ...limited] as [string, ...string[]], sandboxed: false }
}

function limitArgs(limits: RunOptions['limits'], find: (tool: ToolId) => string): string[] {
  if (!limits) return []
  return [
    find('prlimit'),
    '--core=0',
    ...(limits.memoryBytes === undefined ? [] : [`--as=${limits.memoryBytes}`]),
    ...(limits.cpuSeconds === undefined ? [] : [`--cpu=${limits.cpuSeconds}`]),
    '--',
  ]
}
