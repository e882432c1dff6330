import { formatDuration } from '#shared/text/bytes'

/** Time left is an estimate: whole seconds only. */
export function formatSecondsLeft(seconds: number): string {
  return `${formatDuration(Math.max(1, Math.round(seconds))).replace('.0', '')} left`
}

/** `62 %`; never 100 before the end. */
export function formatPercent(fraction: number): string {
  return `${fraction >= 1 ? 100 : Math.min(99, Math.floor(fraction * 100))} %`
}

/** `just now`, `5 min ago`, `3 h ago`, `yesterday`, then the date. Both are ISO times or milliseconds. */
export function formatAgo(then: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(then)) / 1000)
  if (Number.isNaN(seconds)) return ''
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  if (seconds < 2 * 86_400) return 'yesterday'
  return then.slice(0, 10)
}

/** `13 arguments`, `1 argument`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}

/** Splits an absolute path for display. */
export function splitPath(path: string): { folder: string; name: string } {
  const cut = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(cut, 1)), name: path.slice(cut + 1) }
}
