import { type FromConsole, fromConsoleSchema, type ToConsole } from '#shared/boot-test/console-messages'

type Listener = (message: FromConsole) => void

/** The way to the frame of a console. What comes from it is checked: it shows what a guest wrote. */
export class ConsoleLink {
  readonly #listeners = new Set<Listener>()

  constructor(private readonly port: Pick<MessagePort, 'postMessage' | 'addEventListener' | 'start' | 'close'>) {
    port.addEventListener('message', ((event: MessageEvent<unknown>) => {
      const message = fromConsoleSchema.safeParse(event.data)
      if (message.success) for (const listener of this.#listeners) listener(message.data)
    }) as EventListener)
    port.start()
  }

  say(message: ToConsole): void {
    const { port } = this
    port.postMessage(message)
  }

  /** Returns what ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Shows a piece; resolves when the frame has drawn it: what comes faster than it draws has to wait. */
  async show(piece: Omit<Extract<ToConsole, { kind: 'bytes' }>, 'kind'>, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const stop = this.listen(({ kind }) => {
        if (kind === 'taken') done()
      })
      signal.addEventListener('abort', done)
      this.say({ kind: 'bytes', ...piece })
    })
  }

  close(): void {
    this.#listeners.clear()
    this.port.close()
  }
}
