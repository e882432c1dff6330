import type { Socket } from 'node:net'
import { z } from 'zod'
import { AppError } from '#shared/errors/app-error'

/** Longer than any answer; a machine that is broken into could send without end. */
const MAX_MESSAGE = 4 * 1024 * 1024
/** By then qemu answers, however busy the machine is. */
const ANSWER_MS = 120_000

const messageSchema = z.object({
  QMP: z.unknown().optional(),
  id: z.string().optional(),
  return: z.unknown().optional(),
  error: z.object({ class: z.string(), desc: z.string() }).optional(),
  event: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
})
type QmpMessage = z.infer<typeof messageSchema>

export interface QmpEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** The machine's own control socket. QEMU docs/interop/qmp-spec.rst. */
export class QmpClient {
  private buffer = ''
  private count = 0
  private readonly waiting = new Map<string, Waiting>()
  private closed = false
  private end: () => void = () => {}
  /** Resolves when all that qemu said was taken. */
  readonly ended = new Promise<void>((resolve) => {
    this.end = resolve
  })

  constructor(
    private readonly socket: Socket,
    private readonly onEvent: (event: QmpEvent) => void,
    /** For the words about what goes wrong. */
    private readonly tool: string,
  ) {
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.take(text))
    socket.on('error', () => this.close())
    socket.on('close', () => this.close())
    socket.resume()
  }

  /** Leaves the state in which only capabilities are agreed on. */
  async begin(): Promise<void> {
    await this.execute('qmp_capabilities')
  }

  /** Throws AppError `tool-failed` when qemu refuses, or has gone, `tool-timeout` when it does not answer. */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.closed) throw gone(this.tool, command)
    const id = `${++this.count}`
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        this.waiting.set(id, { resolve, reject })
        timer = setTimeout(() => reject(tooSlow(this.tool)), ANSWER_MS).unref()
        this.socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`)
      })
    } finally {
      clearTimeout(timer)
      this.waiting.delete(id)
    }
  }

  private take(text: string): void {
    this.buffer += text
    const lines = this.buffer.split('\n')
    this.buffer = lines.pop() ?? ''
    if (this.buffer.length > MAX_MESSAGE) this.socket.destroy()
    for (const line of lines) {
      const message = parse(line)
      if (message) this.receive(message)
    }
  }

  private receive(message: QmpMessage): void {
    if (message.event !== undefined) this.onEvent({ name: message.event, data: message.data ?? {} })
    const waiting = message.id === undefined ? undefined : this.waiting.get(message.id)
    if (!waiting || message.id === undefined) return
    if (message.error) waiting.reject(new AppError('tool-failed', { details: { tool: this.tool, problem: message.error.desc } }))
    else waiting.resolve(message.return)
  }

  private close(): void {
    this.closed = true
    this.end()
    for (const { reject } of this.waiting.values()) reject(gone(this.tool, 'the command'))
  }
}

function tooSlow(tool: string): AppError {
  return new AppError('tool-timeout', { details: { tool, seconds: ANSWER_MS / 1000 } })
}

function gone(tool: string, command: string): AppError {
  return new AppError('tool-failed', { details: { tool, problem: `it ended before it answered ${command}` } })
}

function parse(line: string): QmpMessage | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
