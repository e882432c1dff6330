import type { Terminal } from '@xterm/xterm'

export interface EndFollower {
  /** Shows the end, where that is what is looked at. */
  keepUp(): void
  /** What is looked at has changed: it is the end, or it is not. */
  look(): void
}

/**
 * Keeps the end of a console in view, until somebody goes back in it. xterm.js takes a change of its size while lines come for somebody who
 * does, and what follows would not be seen.
 */
export function followEnd(terminal: Pick<Terminal, 'buffer' | 'scrollToBottom'>, box: HTMLElement): EndFollower {
  let follows = true
  const inNextFrame = (work: () => void): void => void requestAnimationFrame(work)
  const look = (): void =>
    inNextFrame(() => {
      const { viewportY, baseY } = terminal.buffer.active
      follows = viewportY >= baseY
    })
  const keepUp = (): void => {
    if (follows) terminal.scrollToBottom()
  }
  for (const event of ['wheel', 'keydown', 'pointerup'] as const) box.addEventListener(event, look, { capture: true, passive: true })
  return {
    look,
    keepUp: () => {
      keepUp()
      inNextFrame(keepUp)
    },
  }
}
