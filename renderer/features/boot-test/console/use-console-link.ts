import { type RefObject, useEffect, useRef, useState } from 'react'
import type { ConsoleStart } from '#shared/boot-test/console-messages'
import { ConsoleLink } from './console-link.js'
import { consoleTheme } from './console-theme.js'

/** Another origin than the window's, so that the frame has no way into it; under the development server there is only one. */
const ORIGIN = import.meta.env.DEV ? globalThis.location.origin : 'app://console'
export const CONSOLE_SOURCE = import.meta.env.DEV ? '/console/index.html' : `${ORIGIN}/index.html`

export interface ConnectedFrame {
  readonly frame: RefObject<HTMLIFrameElement | null>
  /** Null until the frame has drawn itself. */
  readonly link: ConsoleLink | null
  readonly onLoad: () => void
}

/** Connects with the frame of a console once it has loaded. */
export function useConsoleLink(mode: ConsoleStart['mode'], label: string): ConnectedFrame {
  const frame = useRef<HTMLIFrameElement>(null)
  const open = useRef<ConsoleLink | null>(null)
  const [link, setLink] = useState<ConsoleLink | null>(null)

  useEffect(() => () => open.current?.close(), [])

  const onLoad = () => {
    open.current?.close()
    const { port1, port2 } = new MessageChannel()
    const fresh = new ConsoleLink(port1)
    open.current = fresh
    fresh.listen(({ kind }) => {
      if (kind === 'ready') setLink(fresh)
    })
    const start: ConsoleStart = { diskwright: 'console', mode, label, theme: consoleTheme() }
    frame.current?.contentWindow?.postMessage(start, ORIGIN, [port2])
  }
  return { frame, link, onLoad }
}
