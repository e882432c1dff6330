import type { GuestRow } from '#shared/images/guest-listing'

const LETTERS = { file: '-', folder: 'd', link: 'l', other: '?' } as const

/** `drwxr-x---`, as ls(1) shows it, setuid, setgid and sticky included. */
export function modeText(mode: number, kind: GuestRow['kind']): string {
  const triple = (bits: number, special: boolean, letter: string): string => {
    const execute = special ? ((bits & 1) !== 0 ? letter : letter.toUpperCase()) : (bits & 1) !== 0 ? 'x' : '-'
    return `${(bits & 4) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${execute}`
  }
  return [
    LETTERS[kind],
    triple((mode >> 6) & 7, (mode & 0o4000) !== 0, 's'),
    triple((mode >> 3) & 7, (mode & 0o2000) !== 0, 's'),
    triple(mode & 7, (mode & 0o1000) !== 0, 't'),
  ].join('')
}

export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/** The mode that an octal text means; null where it is none. */
export function parseOctal(text: string): number | null {
  return /^[0-7]{3,4}$/.test(text) ? Number.parseInt(text, 8) : null
}

/** Seconds since 1970 as `2026-11-21 07:20` in UTC: images know no time zone. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16).replace('T', ' ')
}
