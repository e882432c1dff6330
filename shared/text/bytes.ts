const BINARY_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** Sizes of files and disks, binary units, three significant digits: `488 MiB`, `1.07 GiB`, `512 bytes`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'unknown size'
  if (bytes < 0) return `-${formatBytes(-bytes)}`
  let unit = 0
  let value = bytes
  while (value >= 1024 && unit < BINARY_UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${Math.round(value)} bytes`
  // 1023.96 MiB would print as 1024 MiB.
  if (Number(value.toPrecision(4)) >= 1024 && unit < BINARY_UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${trimZeros(value >= 1000 ? value.toFixed(0) : value.toPrecision(3))} ${BINARY_UNITS[unit]}`
}

/** All of the bytes, for a hover: `16,106,127,360 bytes`. */
export function formatExactBytes(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} ${bytes === 1 ? 'byte' : 'bytes'}`
}

/** Transfer rates, decimal units as networks and disks are sold: `118 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  if (!Number.isFinite(bytesPerSecond) || bytesPerSecond < 0) return 'unknown rate'
  if (bytesPerSecond < 1e6) return `${Math.round(bytesPerSecond / 1e3)} kB/s`
  if (bytesPerSecond < 999.5e6) return `${trimZeros((bytesPerSecond / 1e6).toPrecision(3))} MB/s`
  return `${trimZeros((bytesPerSecond / 1e9).toPrecision(3))} GB/s`
}

/** Seconds as people say them: `0.4 s`, `42 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return 'unknown time'
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
