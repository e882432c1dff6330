import { ErrorBoundary } from './error-boundary.js'
import { Providers } from './providers.js'
import { Shell } from './shell.js'

export function App() {
  return (
    <Providers>
      <ErrorBoundary>
        <Shell />
      </ErrorBoundary>
    </Providers>
  )
}
