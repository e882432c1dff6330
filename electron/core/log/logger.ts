/** Structured log: one JSON object a line. Values of secrets never reach it (see `redact`). */
export interface Logger {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  error(event: string, fields?: Readonly<Record<string, unknown>>): void
}

/** For tests and for work that has no log. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} }
