import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { queryClient } from '../api/query-client.js'
import { AppActionsContext } from '../components/app-actions.js'
import { styleNonce } from '../components/style-nonce.js'
import { appActions } from './actions.js'
import { cssVariablesResolver, theme } from './theme.js'

export function Providers({ children }: { readonly children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={cssVariablesResolver} getStyleNonce={styleNonce}>
        <AppActionsContext value={appActions}>{children}</AppActionsContext>
      </MantineProvider>
    </QueryClientProvider>
  )
}
