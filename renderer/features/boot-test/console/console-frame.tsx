import type { ConnectedFrame } from './use-console-link.js'
import { CONSOLE_SOURCE } from './use-console-link.js'
import styles from './console-area.module.css'

/** A console, in a document with a policy of its own. */
export function ConsoleFrame({ connected: { frame, onLoad }, title }: { readonly connected: ConnectedFrame; readonly title: string }) {
  // Scripts of its own origin and nothing else: no forms, windows, downloads, and no way to lead the window away.
  return (
    <iframe
      ref={frame}
      className={styles.frame}
      src={CONSOLE_SOURCE}
      // oxlint-disable-next-line react/iframe-missing-sandbox -- its own origin is not the window's: it cannot take the sandbox off
      sandbox="allow-scripts allow-same-origin"
      title={title}
      onLoad={onLoad}
    />
  )
}
