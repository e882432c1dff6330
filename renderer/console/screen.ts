import RFB from '@novnc/novnc'
import type { ConsoleStart } from '#shared/boot-test/console-messages'
import type { ConsolePort, ConsoleView } from './main.js'

/** What noVNC takes for a WebSocket: the port to the window, which reads and writes the machine's own socket. */
class PortChannel {
  binaryType = 'arraybuffer'
  readonly protocol = ''
  readyState = 'open'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null
  onerror: (() => void) | null = null

  constructor(private readonly port: ConsolePort) {}

  send(data: Uint8Array | ArrayBuffer): void {
    // A copy: noVNC goes on to write to the same memory
    this.port.say({ kind: 'sent', bytes: Uint8Array.from(new Uint8Array(data)) })
  }

  receive(bytes: Uint8Array): void {
    this.onmessage?.({ data: Uint8Array.from(bytes).buffer })
    this.port.say({ kind: 'taken' })
  }

  close(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    this.onclose?.({ code: 1000, reason: '', wasClean: true })
  }
}

/** The graphical console: its picture, the keyboard and the pointer. What the guest puts on its clipboard goes nowhere. */
export function openScreen(place: HTMLElement, { label, theme }: ConsoleStart, port: ConsolePort): ConsoleView {
  place.classList.add('screen')
  const channel = new PortChannel(port)
  const screen = new RFB(place, channel, { shared: true })
  screen.scaleViewport = true
  screen.background = theme.background
  // Firmware and text consoles draw no pointer: without a dot nobody sees where it is
  screen.showDotCursor = true
  const canvas = place.querySelector('canvas')
  canvas?.setAttribute('role', 'img')
  canvas?.setAttribute('aria-label', label)
  screen.addEventListener('connect', () => port.say({ kind: 'screen', state: 'connected' }))
  screen.addEventListener('disconnect', () => port.say({ kind: 'screen', state: 'gone' }))
  window.addEventListener('focus', () => screen.focus())
  return {
    take: (message) => {
      if (message.kind === 'bytes') channel.receive(message.bytes)
      if (message.kind === 'ended') channel.close()
      if (message.kind === 'focus') screen.focus()
      if (message.kind === 'ctrl-alt-del') screen.sendCtrlAltDel()
    },
  }
}
