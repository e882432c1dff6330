import { formatBytes } from '../text/bytes.js'
import { showControl } from '../text/visible.js'
import type { AppErrorData } from './app-error.js'

const LONGEST = 300

/** Reads an error's details as words. Text may come from an image: invisible characters are shown, long text is cut. */
export class ErrorFacts {
  constructor(private readonly data: AppErrorData) {}

  /** The first of the named details that is there, else `otherwise`. */
  text(names: readonly string[], otherwise: string): string {
    for (const name of names) {
      const value = this.data.details[name]
      if (value !== undefined && value !== '') return cut(showControl(String(value)))
    }
    return otherwise
  }

  /** A size in bytes with its unit, else `otherwise`. */
  size(name: string, otherwise = 'an unknown amount'): string {
    const value = this.data.details[name]
    return typeof value === 'number' ? formatBytes(value) : otherwise
  }

  number(name: string): number | null {
    const value = this.data.details[name]
    return typeof value === 'number' ? value : null
  }

  has(name: string): boolean {
    const value = this.data.details[name]
    return value !== undefined && value !== ''
  }

  /** ` (reason)` or nothing: for the cause that a detail carries. */
  aside(names: readonly string[]): string {
    const text = this.text(names, '')
    return text === '' ? '' : ` (${text})`
  }

  /** The path of the file that the error is about, else `otherwise`. */
  path(otherwise = 'the file'): string {
    return this.text(['path', 'source', 'output', 'target', 'file', 'name'], otherwise)
  }

  /** What the tool said last, one line; empty when it said nothing. */
  lastLine(): string {
    const lines = (this.data.toolOutput ?? '').split('\n').map((line) => line.trim())
    return cut(showControl(lines.filter((line) => line !== '').at(-1) ?? ''))
  }
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
