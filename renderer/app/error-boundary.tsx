import { Button } from '@mantine/core'
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { call } from '../api/client.js'
import { ErrorNotice } from '../components/error-notice.js'
import styles from './error-boundary.module.css'

interface State {
  readonly error: unknown
}

/** Last resort for a fault in the window itself: it is written to the log, said plainly, and the window can go on. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    reportToLog(error.message, `${error.stack ?? ''}\n${info.componentStack ?? ''}`)
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return (
      <main className={styles.page}>
        <h1>This part of the window failed</h1>
        <p className="dim">Your images are not touched by this, and running jobs go on. The fault was written to the log.</p>
        <ErrorNotice error={this.state.error} />
        <div>
          <Button variant="filled" onClick={() => this.setState({ error: null })}>
            Show the window again
          </Button>
        </div>
      </main>
    )
  }
}

/** Sends a fault to the log of the app; the log has limits, and failing to log must not fail twice. */
export function reportToLog(message: string, stack: string): void {
  call('log.report', { message: message.slice(0, 4000), stack: stack.slice(0, 16_000) }).catch(() => undefined)
}
