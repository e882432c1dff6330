import '@fontsource-variable/jetbrains-mono/index.css'
import '@xterm/xterm/css/xterm.css'
import './console.css'
import {
  type ConsoleStart,
  consoleStartSchema,
  type FromConsole,
  type ToConsole,
  toConsoleSchema,
} from '#shared/boot-test/console-messages'

/** The way to the window around this frame. */
export interface ConsolePort {
  say(message: FromConsole): void
}

export interface ConsoleView {
  take(message: ToConsole): void
}

/** The first message of the window that this document stands in brings the port; after that nobody else is listened to. */
function onStart(event: MessageEvent<unknown>): void {
  const start = consoleStartSchema.safeParse(event.data)
  const [port] = event.ports
  if (event.source !== window.parent || !start.success || port === undefined) return
  window.removeEventListener('message', onStart)
  void open(start.data, port)
}
window.addEventListener('message', onStart)

async function open(start: ConsoleStart, port: MessagePort): Promise<void> {
  const place = document.getElementById('console')
  if (place === null) throw new Error('index.html has no #console')
  for (const [name, value] of Object.entries(start.theme)) document.documentElement.style.setProperty(`--console-${name}`, value)
  const say = (message: FromConsole): void => port.postMessage(message)
  leaveByKey(() => say({ kind: 'leave' }))
  const view = await viewOf(place, start, { say })
  port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = toConsoleSchema.safeParse(data)
    if (message.success) view.take(message.data)
  })
  port.start()
  say({ kind: 'ready' })
}

async function viewOf(place: HTMLElement, start: ConsoleStart, port: ConsolePort): Promise<ConsoleView> {
  if (start.mode === 'screen') return (await import('./screen.js')).openScreen(place, start, port)
  return (await import('./terminal.js')).openTerminal(place, start, port)
}

/** Tab belongs to the guest: there has to be another key that leads out. */
function leaveByKey(leave: () => void): void {
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'F6' || event.ctrlKey || event.altKey) return
      event.preventDefault()
      event.stopImmediatePropagation()
      leave()
    },
    { capture: true },
  )
}
