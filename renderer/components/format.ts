const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB'] as const

function scale(value: number, base: number, units: readonly string[]): { amount: number; unit: string; power: number } {
  let power = 0
  let amount = value
  // 999.5 and up would be printed as 1000 or more of the smaller unit.
  while (power < units.length - 1 && amount >= (power === 0 ? base : base - 0.5)) {
    amount /= base
    power += 1
  }
  return { amount, unit: units[power] ?? '', power }
}

/** Size in binary units, as images are measured: `15 GiB`, `1.9 GiB`, `244 MiB`. */
export function formatBytes(bytes: number): string {
  const { amount, unit, power } = scale(bytes, 1024, BINARY)
  const digits = power >= 3 || (amount < 10 && power > 0) ? 1 : 0
  return `${amount.toFixed(digits).replace(/\.0$/, '')} ${unit}`
}

/** All of the bytes, for a hover: `16,106,127,360 bytes`. */
export function formatExactBytes(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} ${bytes === 1 ? 'byte' : 'bytes'}`
}

/** Bytes per second in decimal units, as links and disks are: `412 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  const { amount, unit, power } = scale(bytesPerSecond, 1000, DECIMAL)
  return `${amount.toFixed(amount < 10 && power > 1 ? 1 : 0)} ${unit}/s`
}

/** Seconds for people: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Time left is an estimate: whole seconds only. */
export function formatSecondsLeft(seconds: number): string {
  return `${formatSeconds(Math.max(1, Math.round(seconds))).replace('.0', '')} left`
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
