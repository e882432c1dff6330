import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Host, ToolProcess } from '../../process/host.js'
import { guestfishCommand } from './quote.js'

export interface SessionRequest {
  readonly disk: { readonly path: string; readonly driver: string }
  /** Backing files, at the places that the disk's header names. */
  readonly readFiles: readonly string[]
  /** For the appliance's scratch files and for files to upload. */
  readonly folder: string
  /** The appliance, see `prepareAppliance`. */
  readonly appliance: string
  readonly accelerator: 'kvm' | 'tcg'
}

const LAUNCH_MS = 180_000
const COMMAND_MS = 120_000

/** Environment of guestfish: direct backend, an appliance that is ready, own scratch folder, KVM only where it was seen to work. */
export function guestfishEnv(request: Pick<SessionRequest, 'folder' | 'appliance' | 'accelerator'>): Record<string, string> {
  return {
    LIBGUESTFS_BACKEND: 'direct',
    LIBGUESTFS_PATH: request.appliance,
    LIBGUESTFS_CACHEDIR: request.folder,
    TMPDIR: request.folder,
    ...(request.accelerator === 'tcg' ? { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' } : {}),
  }
}

/** A running libguestfs appliance that is told one command at a time. */
export class GuestfishSession {
  private buffer = ''
  private wake: () => void = () => {}
  private ended = false

  private constructor(private readonly tool: ToolProcess) {
    tool.stdout.setEncoding('utf8')
    tool.stdout.on('data', (chunk: string) => {
      this.buffer += chunk
      this.wake()
    })
    const onEnd = (): void => {
      this.ended = true
      this.wake()
    }
    tool.ended.then(onEnd, onEnd)
  }

  /**
   * Boots the appliance on a disk whose format is given, never guessed.
   *
   * @throws AppError `engine-failed` with what guestfish said, `tool-missing`, `tool-timeout`, `cancelled`
   */
  static async launch(host: Host, request: SessionRequest): Promise<GuestfishSession> {
    const tool = await host.start('guestfish', ['--no-progress-bars'], {
      access: {
        read: [request.appliance, ...request.readFiles],
        write: [request.disk.path, request.folder],
        ...(request.accelerator === 'kvm' ? { devices: ['/dev/kvm'] } : {}),
      },
      env: guestfishEnv(request),
    })
    const session = new GuestfishSession(tool)
    try {
      await session.must('add', [request.disk.path], `format:${request.disk.driver}`, 'cachemode:unsafe', 'discard:besteffort')
      await session.ask('run', LAUNCH_MS)
      return session
    } catch (thrown) {
      await session.abandon()
      throw thrown
    }
  }

  /** Runs a command that has to succeed: guestfish ends at the first one that does not. Returns its output. */
  async must(command: string, args: readonly (string | number)[] = [], ...options: readonly string[]): Promise<string> {
    return this.ask([guestfishCommand(command, args), ...options].join(' '), COMMAND_MS)
  }

  /** As `must`, for what takes as long as there is data. */
  async mustWithin(timeoutMs: number, command: string, args: readonly (string | number)[]): Promise<string> {
    return this.ask(guestfishCommand(command, args), timeoutMs)
  }

  /** Runs a command that may fail; its output is then empty. */
  async may(command: string, args: readonly (string | number)[] = [], ...options: readonly string[]): Promise<string> {
    return this.ask(`-${[guestfishCommand(command, args), ...options].join(' ')}`, COMMAND_MS)
  }

  /** Unmounts, shuts the appliance down and waits for its end: only then is what was written there to stay. */
  async finish(): Promise<void> {
    await this.must('sync')
    await this.must('umount-all')
    await this.must('shutdown')
    this.tool.stdin.end()
    const { exitCode, stderr } = await this.tool.ended
    if (exitCode !== 0) throw failure(`it ended with ${exitCode}`, stderr)
  }

  /** Ends it without caring for what it was doing. */
  async abandon(): Promise<void> {
    await this.tool.stop(1000)
  }

  private async ask(line: string, timeoutMs: number): Promise<string> {
    const mark = `mark-${randomUUID()}`
    if (!this.ended) this.tool.stdin.write(`${line}\necho ${mark}\n`)
    const late = AbortSignal.timeout(timeoutMs)
    const onLate = (): void => this.wake()
    late.addEventListener('abort', onLate, { once: true })
    try {
      for (;;) {
        const end = this.buffer.indexOf(`${mark}\n`)
        if (end >= 0) {
          const output = this.buffer.slice(0, end)
          this.buffer = this.buffer.slice(end + mark.length + 1)
          return output
        }
        if (this.ended) throw failure(firstWord(line), (await this.tool.ended).stderr)
        if (late.aborted) throw new AppError('tool-timeout', { details: { tool: 'guestfish', seconds: timeoutMs / 1000 } })
        await new Promise<void>((resolve) => {
          this.wake = resolve
        })
      }
    } finally {
      late.removeEventListener('abort', onLate)
    }
  }
}

function firstWord(line: string): string {
  return `it stopped at the command ${path.basename(line.split(' ')[0] ?? line)}`
}

function failure(reason: string, toolOutput: string): AppError {
  const said = toolOutput.split('\n').find((line) => line.includes('libguestfs: error:'))
  return new AppError('engine-failed', {
    details: { engine: 'guestfish', reason: said ? said.replace(/^.*libguestfs: error: /, '') : reason },
    toolOutput,
  })
}
