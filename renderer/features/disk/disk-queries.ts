import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client.js'

export const diskReportQuery = (path: string) =>
  queryOptions({ queryKey: ['disk-report', path], queryFn: () => call('disk.report', { path }), staleTime: 0 })

export const diskMapQuery = (path: string) => queryOptions({ queryKey: ['disk-map', path], queryFn: () => call('disk.map', { path }) })

export const diskSizesQuery = (path: string) =>
  queryOptions({ queryKey: ['disk-sizes', path], queryFn: () => call('disk.measure', { path }) })
