import fs from 'node:fs'
import path from 'node:path'
import type { Logger } from './logger.js'
import { createRedactor, type Redactor } from './redact.js'

export interface FileLoggerOptions {
  readonly redactor?: Redactor
  /** Size at which a new file begins. Default 2 MiB. */
  readonly maxFileBytes?: number
  /** Files kept, the current one among them. Default 5. */
  readonly keepFiles?: number
}

/**
 * Logs to `diskwright.log` in `folder`, a JSON object a line; older ones are `diskwright.1.log` … Several processes may
 * write at the same time. Never throws: a full disk must not stop the work that is logged.
 */
export function createFileLogger(folder: string, options: FileLoggerOptions = {}): Logger {
  const { redactor = createRedactor(), maxFileBytes = 2 * 1024 * 1024, keepFiles = 5 } = options
  const file = (number: number) => path.join(folder, number === 0 ? 'diskwright.log' : `diskwright.${number}.log`)

  function rotate(): void {
    for (let number = keepFiles - 1; number > 0; number--) {
      if (fs.existsSync(file(number - 1))) fs.renameSync(file(number - 1), file(number))
    }
  }

  function write(level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    try {
      const own = { at: new Date().toISOString(), level, event, pid: process.pid }
      const line = `${JSON.stringify({ ...own, ...(redactor.data(fields) as object) })}\n`
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
      const size = fs.statSync(file(0), { throwIfNoEntry: false })?.size ?? 0
      if (size > 0 && size + Buffer.byteLength(line) > maxFileBytes) rotate()
      fs.appendFileSync(file(0), line, { mode: 0o600 })
    } catch {}
  }

  return {
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  }
}
