import { QueryClient } from '@tanstack/react-query'

/** Everything comes from the local core: being offline must not pause a query, and a failure is shown at once, not retried in silence. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { networkMode: 'always', retry: false, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false },
    mutations: { networkMode: 'always', retry: false },
  },
})
