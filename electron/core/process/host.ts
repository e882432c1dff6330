import type { Readable, Writable } from 'node:stream'
import type { CommandRecord } from '#shared/jobs/job'
import type { Dirs } from '../files/dirs.js'
import type { Logger } from '../log/logger.js'
import type { PauseGate } from './pause-switch.js'
import type { ToolId } from './tool-table.js'

/** What a command may touch beside the read-only `/usr`. Paths are the same inside and outside of the sandbox. */
export interface Access {
  readonly read?: readonly string[]
  readonly write?: readonly string[]
  /** Device nodes, such as `/dev/kvm`. */
  readonly devices?: readonly string[]
  /** The network of this machine; none without it. */
  readonly network?: boolean
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /** Exit codes that are answers, not errors. Default `[0]`. */
  readonly okExitCodes?: readonly number[]
  readonly stdin?: string | Uint8Array
  /** Called for each record; records end at `\n` or `\r`. */
  readonly onRecord?: (record: string, stream: 'stdout' | 'stderr') => void
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds; then the whole process tree is killed and `tool-timeout` thrown. */
  readonly timeoutMs?: number
  /** Bytes of stdout kept; more kills the tool. Default 4 MiB. stderr keeps its last 64 KiB. */
  readonly maxOutputBytes?: number
  /** Keep only the last 64 KiB of stdout, however much there is: for tools that report progress without end. */
  readonly tailOnly?: boolean
  /** Files the tool may touch; when given it runs in the sandbox (where there is one). */
  readonly access?: Access
  /** Let the sandbox mount FUSE exports inside of itself (qemu-storage-daemon). */
  readonly mayMount?: boolean
  /** Run inside the sandbox of this process, with none of its rights; `access` is then that of the sandbox. */
  readonly within?: ToolProcess
  /** What people see as the command, where the tool is wrapped in a script of ours. Default: the tool and its arguments. */
  readonly shown?: readonly string[]
  /** Bytes of address space, seconds of CPU; through prlimit(1). */
  readonly limits?: { readonly memoryBytes?: number; readonly cpuSeconds?: number }
}

export interface ToolResult {
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: string
  readonly durationMs: number
}

/** A tool that stays up, such as qemu-storage-daemon. */
export interface ToolProcess {
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  /** Pid of the first process inside the sandbox, as seen from outside; the tool's own pid without one. */
  readonly innerPid: number
  /** Resolves when it has ended, however that came about. */
  readonly ended: Promise<{ exitCode: number | null; signal: string | null; stderr: string }>
  /** SIGTERM to the tree, SIGKILL after `graceMs` (default 5000). */
  stop(graceMs?: number): Promise<void>
}

export type CommandListener = (record: CommandRecord, phase: 'started' | 'ended') => void

/** How the layers above `process` reach the outside world. One per job, so that its commands land in its log. */
export interface Host {
  readonly dirs: Dirs
  readonly log: Logger
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  /** Absolute path of a tool; throws `tool-missing`. */
  find(tool: ToolId): string
  has(tool: ToolId): boolean
  /** Runs a tool to its end. Throws `tool-missing`, `tool-failed`, `tool-timeout` or `cancelled`. */
  run(tool: ToolId, args: readonly string[], options?: RunOptions): Promise<ToolResult>
  /** Starts a tool that stays up. */
  start(tool: ToolId, args: readonly string[], options?: Omit<RunOptions, 'onRecord' | 'stdin' | 'maxOutputBytes'>): Promise<ToolProcess>
  readonly sandbox: { readonly usable: boolean; readonly reason: string }
  /** The same host whose commands are reported to `listener` and that stops with `signal`. */
  bind(options: {
    signal?: AbortSignal
    onCommand?: CommandListener
    onOutput?: (line: string) => void
    /** Tools that may be stopped at any point stand still while it is closed, and their time-outs with them. */
    gate?: PauseGate
    /** Added to the environment of every command, such as `DISKWRIGHT_JOB`. */
    env?: Readonly<Record<string, string>>
  }): Host
}
