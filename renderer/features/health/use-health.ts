import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import type { HealthReport } from '#shared/health/finding'
import type { PlatformId } from '#shared/platforms/platform'
import { healthQuery } from '../../api/queries.js'
import { useEdits } from '../edits/edit-store.js'

export interface Health {
  /** Of the image with its staged edits; while it is checked anew, the report before. Undefined after an error. */
  readonly report: HealthReport | undefined
  /** Null where all went well. */
  readonly error: unknown
  readonly checking: boolean
  /** The report is here, but for what the initial RAM disk holds: unpacking that takes longer. */
  readonly waitsForInitramfs: boolean
  readonly again: () => void
}

/** All checks of an image for a platform: first those that are quick, then all. Once all were there, a later change waits for all. */
export function useHealth(path: string, platform: PlatformId | null): Health {
  const edits = useEdits(path)
  const client = useQueryClient()
  const asked = { path, platform, edits: [...edits] }
  const before = lastFullReport(client, path)
  const quick = useQuery({
    ...healthQuery({ ...asked, initramfs: false }),
    enabled: before === undefined,
    placeholderData: keepPreviousData,
  })
  const full = useQuery({
    ...healthQuery({ ...asked, initramfs: true }),
    enabled: before !== undefined || quick.isSuccess,
    placeholderData: (previous: HealthReport | undefined) => previous ?? before,
  })
  const error = full.error ?? quick.error
  return {
    report: error === null ? (full.data ?? quick.data) : undefined,
    error,
    checking: quick.isFetching || full.isFetching,
    waitsForInitramfs: full.data === undefined && full.isFetching,
    again: () => void client.invalidateQueries({ queryKey: ['health', path] }),
  }
}

/** The newest report of the image that is complete, whatever it was asked with. */
function lastFullReport(client: QueryClient, path: string): HealthReport | undefined {
  const [newest] = client
    .getQueryCache()
    .findAll({ queryKey: ['health', path] })
    .map(({ state }) => ({ at: state.dataUpdatedAt, report: state.data as HealthReport | undefined }))
    .filter(({ report }) => report?.initramfs === true)
    .toSorted((one, other) => other.at - one.at)
  return newest?.report
}

/** Typing in a text box stages with every key. */
const SETTLED_MS = 500

/** The report that a badge counts: the quick checks, or all where all were asked for anyway. Undefined until `enabled`. */
export function useHealthCount(path: string, platform: PlatformId | null, enabled: boolean): HealthReport | undefined {
  const [edits] = useDebouncedValue(useEdits(path), SETTLED_MS)
  const asked = { path, platform, edits: [...edits] }
  const quick = useQuery({ ...healthQuery({ ...asked, initramfs: false }), enabled, placeholderData: keepPreviousData })
  const full = useQuery({ ...healthQuery({ ...asked, initramfs: true }), enabled: false })
  return full.data ?? quick.data
}
